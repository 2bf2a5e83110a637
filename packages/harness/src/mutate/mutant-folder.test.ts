import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { deleteLeftFolders } from './mutant-folder.js'

const folder = mkdtempSync(join(tmpdir(), 'mutant-folders-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('folders of processes that have ended are deleted, those of living ones and other folders stay', () => {
  const { pid: dead } = spawnSync(process.execPath, ['-e', ''])
  const left = join(folder, `holdfast-mutants-${dead}`)
  const stays = [`holdfast-mutants-${process.pid}`, 'holdfast-mutants-x', `my-holdfast-mutants-${dead}`].map(
    (name) => join(folder, name),
  )
  for (const each of [left, ...stays]) mkdirSync(join(each, 'mutant-1'), { recursive: true })
  deleteLeftFolders(folder)
  expect(existsSync(left)).toBe(false)
  for (const each of stays) expect(existsSync(join(each, 'mutant-1')), each).toBe(true)
})
