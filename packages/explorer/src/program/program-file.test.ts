import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { explore } from '../explore.js'
import { RandomWalk } from '../strategies/random-walk.js'
import { defineProgram } from './define.js'
import { programFile } from './program-file.js'
import { programSubject } from './program-subject.js'

const folder = mkdtempSync(join(tmpdir(), 'holdfast-program-file-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('a program knows the file that defines it', () => {
  const program = defineProgram({ name: 'p', memory: () => ({}), threads: () => [] })
  expect(programFile(program)).toBe(fileURLToPath(import.meta.url))
  expect(programFile({})).toBe(undefined)
  expect(
    programFile(defineProgram(Object.freeze({ name: 'q', memory: () => ({}), threads: () => [] }))),
  ).toBe(undefined)
})

const TESTS = `import { expect, test, describe, vi, beforeEach } from 'vitest'
import '@holdfast/harness/vitest'
import { type Thread, call, defineProgram } from '@holdfast/explorer'
function set(t: Thread, x: number, to: number) {
  const { mem } = t
  mem.store(x, to)
}
const one = defineProgram({ name: 'one', memory: () => ({ x: 1 }), threads: (_, { x }) => [call(set, x, 1)] })
beforeEach(() => { vi.useFakeTimers() })
test.each([1, 2])('%i', () => { throw new Error('tests are not run') })
describe('two', () => {
  const two = defineProgram({ name: 'two', memory: () => ({ x: 1 }), threads: (_, { x }) => [call(set, x, 1), call(set, x, 2)] })
  test('it', async () => { await expect(two).toHoldInEveryInterleaving() })
})
test('inner', () => { defineProgram({ name: 'inner', memory: () => ({ x: 1 }), threads: (_, { x }) => [call(set, x, 1)] }) })
`

test('a program in a test file is found by its name, exported or not; the tests are not run', async () => {
  const path = join(folder, 'some.test.ts')
  writeFileSync(path, TESTS)
  for (const [name, points] of [
    ['one', 1],
    ['two', 2],
  ] as const) {
    const subject = await programSubject(`${path}#${name}`)
    expect(subject.id).toBe(`${path}#${name}`)
    expect(explore(subject.target, { strategy: new RandomWalk(1), executions: 1 }).points).toBe(points)
  }
  await expect(programSubject(`${path}#inner`)).rejects.toThrow(
    /defines no program called 'inner' where it is loaded \(it defines 'one', 'two'\)/,
  )
})

test('two programs of one name are refused', async () => {
  const path = join(folder, 'twice.ts')
  const program = "defineProgram({ name: 'p', memory: () => ({}), threads: () => [] })\n"
  writeFileSync(path, `import { defineProgram } from '@holdfast/explorer'\n${program}${program}`)
  await expect(programSubject(`${path}#p`)).rejects.toThrow(/defines 2 programs called 'p'/)
})
