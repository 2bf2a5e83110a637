import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { programSubject } from '../program/program-subject.js'
import { checkDeterminism } from './nondeterminism.js'
import { choose, handTarget, load, spawn, store } from './testing/hand.js'

test('programs that are functions of their memory are found to be, choices and spawns included', () => {
  const target = handTarget({ x: 1 }, ({ x }) => [
    function* (t) {
      yield* store(t, 1, x, yield* choose(t, 2, 5))
      yield* spawn(t, 3, (c) => load(c, 4, x))
    },
    (t) => load(t, 5, x),
  ])
  expect(checkDeterminism(target)).toBeNull()
})

test('a random number that decides is named, with its place, and the step that differs first', () => {
  const target = handTarget({ x: 1 }, ({ x }) => [
    function* (t) {
      yield* load(t, 1, x)
      yield* store(t, 2, x, Math.floor(Math.random() * 1_000_000))
    },
  ])
  const report = checkDeterminism(target)
  expect(report).toMatchObject({ verdict: 'nondeterminism', sites: [2], steps: [1] })
  expect(report?.message).toMatch(
    /differs at step 1: first T1 store x: 0 -> \d+ at site 2, then T1 store x: 0 -> \d+/,
  )
  expect(report?.message).toMatch(/Math\.random\(\) at .*nondeterminism\.test\.ts:\d+:\d+ \(2 times\)/)
})

test('of a program that was compiled, the place is that in its source', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-chance-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  mkdirSync(join(folder, 'node_modules'))
  const path = join(folder, 'by-chance.ts')
  writeFileSync(
    path,
    `import { call, defineProgram, type Thread } from '@holdfast/explorer'

/** Line 4 is what counts. */
const any = (): number => Math.floor(Math.random() * 1_000_000)
function chance({ mem }: Thread, x: number) {
  mem.store(x, any())
}
export default defineProgram({ name: 'by-chance', memory: () => ({ x: 1 }), threads: (_, { x }) => [call(chance, x)] })
`,
  )
  const { target } = await programSubject(path)
  expect(checkDeterminism(target)?.message).toMatch(/: Math\.random\(\) at by-chance\.ts:4 \(2 times\)$/)
})

test('the clocks are seen, and a target that asks them but does the same is none of its business', () => {
  const asks = (ask: () => unknown): ReturnType<typeof checkDeterminism> => {
    let runs = 0
    return checkDeterminism(
      handTarget({ x: 1 }, ({ x }) => [
        function* (t) {
          ask()
          yield* store(t, 1, x, runs++)
        },
      ]),
    )
  }
  expect(asks(() => Date.now())?.message).toContain('Date.now() at ')
  expect(asks(() => new Date())?.message).toContain('new Date() at ')
  expect(asks(() => performance.now())?.message).toContain('performance.now() at ')
  expect(asks(() => process.hrtime.bigint())?.message).toContain('process.hrtime.bigint() at ')
  expect(asks(() => crypto.randomUUID())?.message).toContain('crypto.randomUUID() at ')
  expect(asks(() => new Date(0))?.message).toContain('no clock and no random number was asked')
  const harmless = handTarget({ x: 1 }, ({ x }) => [
    function* (t) {
      performance.now()
      yield* store(t, 1, x, 1)
    },
  ])
  expect(checkDeterminism(harmless)).toBeNull()
})

test('state that outlives an execution is found without any call; a thread fewer is found too', () => {
  let runs = 0
  const target = handTarget({ x: 1 }, ({ x }) => [
    function* (t) {
      if (runs++ % 2 === 0) yield* load(t, 1, x)
      else yield* load(t, 2, x)
    },
  ])
  expect(checkDeterminism(target)?.message).toBe(
    'the same schedule, run twice, differs at step 0: first T1 load x: 0 -> 0 at site 1, then T1 load x: 0 -> 0 at site 2; no clock and no random number was asked: look for state outside of its memory',
  )
})

test('everything is put back, also when the target fails', () => {
  const asked = (): unknown[] =>
    [
      [globalThis, 'Date'],
      [Date, 'now'],
      [Math, 'random'],
      [performance, 'now'],
      [process, 'hrtime'],
      [crypto, 'randomUUID'],
    ].map(([on, name]) => Reflect.get(on as object, name as string) as unknown)
  const before = asked()
  const failing = handTarget({ x: 1 }, () => [])
  expect(() =>
    checkDeterminism({
      ...failing,
      start: () => {
        throw new Error('no start')
      },
    }),
  ).toThrow('no start')
  for (const [i, value] of asked().entries()) expect(value).toBe(before[i])
  expect(Object.hasOwn(performance, 'now')).toBe(false)
})
