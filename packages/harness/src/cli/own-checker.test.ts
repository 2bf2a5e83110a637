import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { exploredIn, holdfast } from '../testing/holdfast.js'

const folder = mkdtempSync(join(tmpdir(), 'holdfast-checker-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const explore = (...args: string[]) => holdfast(folder, ['explore', ...args, '--json'])

/** Writes a module that exports a checker with these handlers. */
function checker(name: string, handlers: string): string {
  const text = `
    import { defineChecker } from '@holdfast/explorer'
    import { L_SWAPLOCK, LW_INMEM } from '@holdfast/kernel'
    export default defineChecker({ about: 'a test', make: ({ target, locks }) => (${handlers}) })`
  writeFileSync(join(folder, name), text)
  return `./${name}`
}

/** Writes a program in which each of \`n\` threads counts once, or twice in a row. */
function counter(name: string, times: 1 | 2): string {
  const text = `
    import { call, defineProgram } from '@holdfast/explorer'
    function count({ mem }, x) {
      mem.add(x, 1)
      ${times === 2 ? 'mem.add(x, 1)' : ''}
    }
    export default defineProgram({
      name: 'counter',
      params: { n: 2 },
      memory: () => ({ x: 1 }),
      threads: ({ n }, { x }) => Array.from({ length: n }, () => call(count, x)),
    })`
  writeFileSync(join(folder, name), text)
  return `./${name}`
}

const twice = checker(
  'twice.ts',
  `{
    last: -1,
    reset() { this.last = -1 },
    event(world) {
      if (world.evActor === this.last)
        world.report({ verdict: 'twice', message: target.nameOf(world.evAddr) + ' twice', sites: [world.evSite], steps: [world.steps - 1] })
      this.last = world.evActor
    },
  }`,
)

test('a checker in a file of its own finds what it is for, in every job, and its findings replay', async () => {
  const program = counter('two.js', 2)
  const ended = await explore(program, '--checker', twice)
  const result = exploredIn(ended)
  expect(ended.code).toBe(1)
  expect(result).toMatchObject({ subject: './two.js?n=2&checker=./twice.ts', complete: true })
  expect(result.findings).toMatchObject([{ verdict: 'twice', message: 'x twice', preemptions: 0 }])
  const [{ schedule, file } = { schedule: '', file: '' }] = result.findings
  expect((await holdfast(folder, ['replay', schedule])).code).toBe(1)
  expect((await holdfast(folder, ['replay', file])).code).toBe(1)
  const spread = exploredIn(
    await explore(program, '--checker', twice, '--strategy', 'random', '--executions', '50', '--jobs', '2'),
  )
  expect(spread.findings.map(({ verdict }) => verdict)).toEqual(['twice'])
})

test('and nothing where nothing is wrong; two of them watch at once', async () => {
  const never = checker('never.ts', '{ event() {} }')
  const ended = await explore(counter('one.js', 1), '--checker', twice, '--checker', never)
  expect(exploredIn(ended)).toMatchObject({
    subject: './one.js?n=2&checker=./twice.ts&checker=./never.ts',
    findings: [],
    complete: true,
  })
  expect(ended.code).toBe(0)
})

test('a checker of the kernel knows fields and locks: LW_INMEM set without l_swaplock is found in the mutant that does it', async () => {
  const swaplock = checker(
    'swaplock.ts',
    `{
      event(world) {
        const { evWrote, evOld, evNew, evAddr, evActor, evSite } = world
        if (!evWrote || (evOld & LW_INMEM) !== 0 || (evNew & LW_INMEM) === 0) return
        const { record, field, base } = target.fieldAt(evAddr) ?? {}
        if (record === 'lwp' && field === 'L_FLAG' && !locks.holds(world, evActor, base + L_SWAPLOCK, true))
          world.report({ verdict: 'swaplock', message: 'LW_INMEM without l_swaplock', sites: [evSite] })
      },
    }`,
  )
  const args = ['exit-vs-swapper', '--checker', swaplock, '--strategy', 'random', '--executions', '3']
  const of = async (variant: string) =>
    exploredIn(await explore(...args, '--no-shrink', '--variant', `free-takes-swaplock${variant}`))
  expect((await of('')).findings).toEqual([])
  expect((await of(',swapper-no-swaplock')).findings.map(({ verdict }) => verdict)).toContain('swaplock')
})

test('what a module exports is looked at before it is used: null is no checker', async () => {
  writeFileSync(join(folder, 'null.ts'), 'export default null')
  const ended = await explore(counter('one.js', 1), '--checker', './null.ts')
  expect(ended.stderr).toContain('./null.ts: make: undefined is not allowed; a function')
  expect(ended.code).toBe(2)
})

test('what a checker throws midway names it, with exit 2, and keeps what was found before', async () => {
  const late = checker(
    'late.ts',
    "{ seen: 0, finish(world) { if (++this.seen === 3) throw new Error('mine') } }",
  )
  for (const more of [[], ['--no-shrink'], ['--strategy', 'random', '--jobs', '2']]) {
    const ended = await explore(counter('two.js', 2), '--checker', twice, '--checker', late, ...more)
    const { findings, error, complete } = exploredIn(ended)
    expect(findings.map(({ verdict }) => verdict)).toEqual(['twice'])
    expect(error).toBe('./late.ts: finish: throws Error: mine')
    expect(ended.stderr).toContain(error)
    expect([complete, ended.code]).toEqual([false, 2])
    for (const { file } of findings) expect(existsSync(join(folder, file))).toBe(true)
  }
})

test.each([
  ['absent.ts', undefined, '--checker: "./absent.ts" is not allowed; there is no such file'],
  ['broken.ts', '{ event() { throw new Error("mine") } }', './broken.ts: event: throws Error: mine'],
  [
    'blind.ts',
    '{ evnt() {} }',
    './blind.ts: make: {} is not allowed; an object with event or finish, or both',
  ],
  [
    'later.ts',
    '{ async event() {} }',
    './later.ts: event: async event() { } is not allowed; a function, neither',
  ],
  [
    'path.ts',
    '{ finish(world) { world.report({ verdict: "../x", message: "m", sites: [] }) } }',
    './path.ts: report: verdict: "../x" is not allowed; one word, of letters, digits, _ and -',
  ],
  [
    'placeless.ts',
    '{ finish(world) { world.report({ verdict: "x", message: "m" }) } }',
    './placeless.ts: report: sites: missing; verdict, message and sites',
  ],
])('%s ends with a message that names it, and exit 2', async (name, handlers, message) => {
  const path = handlers === undefined ? `./${name}` : checker(name, handlers)
  const ended = await explore(counter('one.js', 1), '--checker', path)
  expect(ended.stderr).toContain(message)
  expect(ended.code).toBe(2)
})
