import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { exploredIn, holdfast } from '../testing/holdfast.js'

const folder = mkdtempSync(join(tmpdir(), 'holdfast-strategy-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const explore = (...args: string[]) => holdfast(folder, ['explore', ...args, '--json'])

/** Writes a module that exports a strategy with these members. */
function strategy(name: string, members: string): string {
  const text = `
    import { defineStrategy, Rng } from '@holdfast/explorer'
    export default defineStrategy({ about: 'a test', make: ({ seed = 1, depth }) => (${members}) })`
  writeFileSync(join(folder, name), text)
  return `./${name}`
}

const walk = strategy(
  'walk.ts',
  `{
    name: 'walk',
    exhaustive: false,
    rng: new Rng(seed),
    begin(index) { this.rng.seed(seed, index); return true },
    choose(world) { return world.choices[this.rng.below(world.choiceCount)] },
  }`,
)

test('a strategy in a file of its own finds what it meets, and the same for any number of jobs', async () => {
  const run = async (jobs: string) =>
    exploredIn(
      await explore(
        'program:reorder',
        '--strategy',
        walk,
        '--executions',
        '3000',
        '--seed',
        '7',
        '--jobs',
        jobs,
      ),
    )
  const [one, two] = [await run('1'), await run('2')]
  expect(one).toMatchObject({ strategy: './walk.ts', executions: 3000, complete: false })
  expect(one.findings).toMatchObject([{ verdict: 'assertion', strategy: './walk.ts' }])
  expect(two.findings.map(({ execution, schedule }) => [execution, schedule])).toEqual(
    one.findings.map(({ execution, schedule }) => [execution, schedule]),
  )
})

test('one that says it has visited all ends the exploration', async () => {
  const once = strategy(
    'once.ts',
    `{ name: 'once', exhaustive: true, begin: (index) => index === 0, choose: (world) => world.choices[0], bound: () => 'one interleaving' }`,
  )
  expect(exploredIn(await explore('program:reorder', '--strategy', once))).toMatchObject({
    executions: 1,
    bound: 'one interleaving',
  })
})

test.each([
  ['absent.ts', undefined, '--strategy: "./absent.ts" is not allowed; there is no such file'],
  [
    'throws.ts',
    `{ name: 'throws', exhaustive: false, begin: () => true, choose() { throw new Error('mine') } }`,
    './throws.ts: choose: throws Error: mine',
  ],
  [
    'no-end.ts',
    `{ name: 'no end', exhaustive: false, begin() {}, choose: (world) => world.choices[0] }`,
    './no-end.ts: begin gives undefined; true or false is allowed',
  ],
  [
    'vague.ts',
    `{ name: 'vague', begin: () => true, choose: (world) => world.choices[0] }`,
    './vague.ts: exhaustive: undefined is not allowed; true or false',
  ],
  ['idle.ts', `{ name: 'idle', exhaustive: false }`, './idle.ts: make gives a strategy without begin'],
  [
    'wild.ts',
    `{ name: 'wild', exhaustive: false, begin: () => true, choose: () => 77 }`,
    './wild.ts: choose gives 77 at step 0; one of world.choices[0 .. 2] is allowed, or -1',
  ],
])('%s is refused by name, with exit 2', async (name, members, message) => {
  const path = members === undefined ? `./${name}` : strategy(name, members)
  const ended = await explore('program:reorder', '--strategy', path)
  expect(ended.stderr).toContain(message)
  expect(ended.code).toBe(2)
})
