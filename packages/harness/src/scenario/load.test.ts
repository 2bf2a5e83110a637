import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { holdfast } from '../testing/holdfast.js'
import { importScenario } from './load.js'

const folder = mkdtempSync(join(tmpdir(), 'holdfast-load-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

const REST = `name: 'mine', description: 'ends at once', machine: { cpus: 2 }`

mkdirSync(join(folder, 'parts'))
file('parts/end.ts', "export const END = [{ op: 'exit', code: 0 }] as const\n")
const SCENARIO = file(
  'mine.ts',
  `import { defineScenario } from '@holdfast/harness'
import { END } from './parts/end.js'
export default defineScenario({ ${REST}, processes: [{ name: 'a', lwps: [{ program: END }] }] })
`,
)

test('a scenario in TypeScript outside the repository has the packages of this installation, and what it imports itself', async () => {
  expect((await importScenario(SCENARIO)).processes[0]?.lwps[0]?.program).toEqual([{ op: 'exit', code: 0 }])
  const run = await holdfast(folder, ['run', './mine.ts', '--seconds', '1'])
  expect(run.stdout).toContain('Every LWP of the scenario exited.')
  expect(run.code).toBe(0)
  const explored = await holdfast(folder, ['explore', './mine.ts', '--executions', '20', '--json'])
  expect(JSON.parse(explored.stdout)).toMatchObject({ target: './mine.ts', findings: [] })
})

test('JavaScript is loaded as well, a module or CommonJS', async () => {
  const plain = `{ ${REST}, processes: [{ name: 'a', lwps: [{ program: [] }] }] }`
  for (const path of [
    file('module.mjs', `export default ${plain}\n`),
    file('common.cjs', `module.exports = ${plain}\n`),
    file('common.js', `exports.other = 1\nmodule.exports = ${plain}\n`),
  ])
    expect((await importScenario(path)).name).toBe('mine')
})

test('what cannot be imported is said with its place; what has no scenario, with what is expected', async () => {
  const lost = file('lost.ts', "import { x } from './nowhere.js'\nexport default x\n")
  await expect(importScenario(lost)).rejects.toThrow(/lost\.ts:1:1: cannot find '\.\/nowhere\.js'/)
  const thrown = file('thrown.ts', "throw new Error('no such luck')\n")
  await expect(importScenario(thrown)).rejects.toThrow(/cannot be imported: no such luck/)
  await expect(importScenario(file('none.ts', 'export const x = 1\n'))).rejects.toThrow(
    /has no default export/,
  )
})
