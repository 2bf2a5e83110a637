import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { call, defineProgram } from '@holdfast/explorer'
import { afterAll, expect, test } from 'vitest'
import { runNode } from '../testing/holdfast.js'
// oxlint-disable-next-line import/no-unassigned-import -- what a user writes
import './index.js'
import type { HoldOptions } from './index.js'
import { atomic, fragile, lossy, lucky } from './testing/programs.js'

const folder = mkdtempSync(join(tmpdir(), 'holdfast-vitest-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('a program without faults holds: every trace, every interleaving, every one with a bound, a sample', async () => {
  await expect(atomic).toHoldInEveryInterleaving()
  await expect(atomic).toHoldInEveryInterleaving({ strategy: 'dfs', params: { n: 4 } })
  await expect(atomic).toHoldInEveryInterleaving({ preemptions: 1 })
  await expect(atomic).toHoldInEveryInterleaving({ strategy: 'random', executions: 100, seed: 7 })
})

test('a fault fails it with the report: the sentence, the table, the replay line', async () => {
  const failure = expect(lossy).toHoldInEveryInterleaving()
  await expect(failure).rejects.toThrow(
    /^lossy does not hold in every interleaving\n\nassertion: at the end: x is 1\n/,
  )
  await expect(failure).rejects.toThrow(/ step \| T1 .*\| T2/)
  await expect(failure).rejects.toThrow(
    /^holdfast replay hf1\+\.\/packages\/\S+programs\.ts%23lossy@n=2\+\S+$/m,
  )
  await expect(lossy).not.toHoldInEveryInterleaving()
})

test('a bound is a bound: fragile holds with no preemption, and not with one', async () => {
  await expect(fragile).toHoldInEveryInterleaving({ preemptions: 0 })
  await expect(fragile).not.toHoldInEveryInterleaving({ preemptions: 1 })
})

test('a program that asks for chance fails, and is told the call', async () => {
  await expect(expect(lucky).toHoldInEveryInterleaving()).rejects.toThrow(
    /nondeterminism: [\s\S]*Math\.random/,
  )
})

test.each<readonly [HoldOptions, RegExp]>([
  [{ params: { k: 1 } }, /parameter k is 1; atomic has n/],
  [{ strategy: 'luck' }, /strategy is 'luck'; there are random, /],
  [{ preemptions: -1 }, /option preemptions is -1; 0 or more is allowed/],
  [{ preemptions: 1, delays: 1 }, /one of them is allowed/],
  [{ strategy: 'dpor', preemptions: 1 }, /strategy is 'dpor', and a bound is given/],
  [Object.fromEntries([['preemption', 1]]), /option preemption is not known; there are params, /],
])('options that are wrong are refused: %o', async (options, message) => {
  await expect(expect(atomic).toHoldInEveryInterleaving(options)).rejects.toThrow(message)
})

test('what is no program is refused', async () => {
  await expect(expect(42).toHoldInEveryInterleaving()).rejects.toThrow(
    /a program made by defineProgram is expected/,
  )
  await expect(expect({ name: 'x', threads: [] }).toHoldInEveryInterleaving()).rejects.toThrow(
    /it is not known in which file 'x' is defined/,
  )
})

test('a program that is defined in a test is refused, saying where it should be', async () => {
  const inner = defineProgram({ name: 'inner', memory: () => ({ x: 1 }), threads: () => [call(() => {})] })
  await expect(expect(inner).toHoldInEveryInterleaving()).rejects.toThrow()
})

/** Folders that a project of somebody else would have installed. */
function install(name: string, from: string): void {
  const path = join(folder, 'node_modules', name)
  mkdirSync(join(path, '..'), { recursive: true })
  symlinkSync(fileURLToPath(new URL(from, import.meta.url)), path)
}

test('in a project of somebody else a test file has its programs beside its tests, and `vitest run` tells both', async () => {
  install('@holdfast/harness', '../..')
  install('@holdfast/explorer', '../../../explorer')
  install('vitest', '../../../../node_modules/vitest')
  writeFileSync(join(folder, 'package.json'), '{ "name": "somebody", "type": "module" }')
  writeFileSync(
    join(folder, 'counter.test.ts'),
    `import { type Addr, type Thread, call, defineProgram } from '@holdfast/explorer'
import { describe, expect, test } from 'vitest'
import '@holdfast/harness/vitest'

function inc(t: Thread, x: Addr) {
  const { mem } = t
  mem.store(x, mem.load(x) + 1)
}

const counter = defineProgram({
  name: 'counter',
  params: { n: 1 },
  memory: () => ({ x: 1 }),
  threads: ({ n }, { x }) => Array.from({ length: n }, () => call(inc, x)),
  check: (final, { n }, { x }) => (final.read(x) === n ? undefined : 'lost'),
})

describe('counter', () => {
  test('one thread counts', async () => {
    await expect(counter).toHoldInEveryInterleaving()
  }, 30_000)

  test('two threads count', async () => {
    await expect(counter).toHoldInEveryInterleaving({ params: { n: 2 } })
  }, 30_000)

  test('inner', async () => {
    const inner = defineProgram({ name: 'inner', memory: () => ({ x: 1 }), threads: (_, { x }) => [call(inc, x)] })
    await expect(inner).toHoldInEveryInterleaving()
  }, 30_000)
})
`,
  )
  const { code, stdout, stderr } = await runNode(folder, [
    join(folder, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--reporter=verbose',
  ])
  const told = stdout + stderr
  expect(code).toBe(1)
  expect(told).toMatch(/✓ counter\.test\.ts > counter > one thread counts/)
  expect(told).toMatch(/× counter\.test\.ts > counter > two threads count/)
  expect(told).toContain('counter does not hold in every interleaving')
  expect(told).toMatch(/holdfast replay hf1\+\.\/counter\.test\.ts%23counter@n=2\+/)
  expect(told).toMatch(
    /counter\.test\.ts defines no program called 'inner'.*defined at the top level of its module, not in a test/,
  )
})
