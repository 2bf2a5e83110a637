import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readFinding } from '@holdfast/explorer'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findingsCommand } from '../../cli/findings-command.js'
import { UsageError } from '../../scenario/problem.js'
import { shrinkFindings } from './shrink-findings.js'

const LISTED = fileURLToPath(new URL('../../../../../docs/findings/', import.meta.url))
const ID = 'reference-to-who-leaves'

let dir = ''
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'holdfast-shrink-'))
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

/** What it says, and the finding then. */
async function shrunk(ids: readonly string[]): Promise<{ lines: string[]; page: boolean }> {
  const lines: string[] = []
  const paths = { dir, corrections: join(dir, 'corrections.json'), page: join(dir, 'findings.md') }
  await shrinkFindings(paths, ids, 4, (line) => lines.push(line))
  return { lines, page: existsSync(paths.page) }
}

test('a listed finding of which nothing was proven is shrunk from its own schedule, proven, and told as it was found; one that is proven stays', async () => {
  const file = join(dir, `${ID}.json`)
  copyFileSync(join(LISTED, `${ID}.json`), file)
  const before = readFinding(file)
  expect([before.preemptions, before.minimal, before.atLeast]).toEqual([0, true, 0])
  expect(await shrunk([ID])).toEqual({ lines: [], page: false })

  const json = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
  writeFileSync(file, JSON.stringify({ ...json, minimal: false }))
  const { lines, page } = await shrunk([ID])
  expect(lines).toHaveLength(2)
  expect(lines[1]).toMatch(/0 preemptions, proven, after \d+ executions/)
  expect(page).toBe(false)
  const after = readFinding(file)
  expect([after.minimal, after.preemptions, after.length <= before.length]).toEqual([true, 0, true])
  expect([after.execution, after.strategy, after.found]).toEqual([
    before.execution,
    before.strategy,
    before.found,
  ])
})

test('names that are not listed, and seconds that are none, are refused', async () => {
  const { signal } = new AbortController()
  await expect(findingsCommand({ shrink: ['nix'] }, signal)).rejects.toThrow(UsageError)
  await expect(findingsCommand({ rewrite: ['nix'] }, signal)).rejects.toThrow(
    /--rewrite: "nix" is not allowed/,
  )
  await expect(findingsCommand({ shrink: true, seconds: '-1' }, signal)).rejects.toThrow(/--seconds/)
})
