import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { type Compiled, DriverMem, runCompiled } from './testing/driver.js'
import { plainMem, runPlain } from './testing/plain-mem.js'
import { randomProgram } from './testing/random-program.js'
import { Workshop } from './testing/workshop.js'

const workshop = new Workshop()
afterAll(() => workshop.delete())

const START = [0, 3, 1, 4, 1, 5, 9, 2, 6]

type Main = (actor: { mem: unknown }) => Generator<unknown, unknown, unknown>

/** What a run leaves: its result or what it threw, and the words. */
function outcome(words: Int32Array, run: () => unknown): unknown[] {
  let result: unknown
  try {
    result = run()
  } catch (error) {
    result = String(error)
  }
  return [result, ...words]
}

test('40 random programs leave the same words and results plain and compiled, staying and suspending, both ways of calling', async () => {
  let sites = 0
  await fc.assert(
    fc.asyncProperty(randomProgram, async (text) => {
      const plain = (await workshop.plain(text))['main'] as Main
      const plainWords = new Int32Array(START)
      const expected = outcome(plainWords, () => runPlain(plain({ mem: plainMem(plainWords) })))
      let trace: readonly number[] | undefined
      for (const calls of ['trampoline', 'delegate'] as const) {
        const main = (await workshop.load(text, { calls }))['main'] as Main
        for (const manner of ['stay', 'suspend'] as const) {
          const mem = new DriverMem(new Int32Array(START), manner)
          expect(outcome(mem.words, () => runCompiled(mem, main({ mem }) as Compiled<unknown>))).toEqual(
            expected,
          )
          trace ??= mem.trace
          expect(mem.trace).toEqual(trace)
        }
      }
      sites += trace?.length ?? 0
    }),
    { numRuns: 40, seed: 11 },
  )
  expect(sites).toBeGreaterThan(1000)
})
