import { expect, test } from 'vitest'
import type { Mutant } from './mutant.js'
import type { Outcome, Tried } from './outcome.js'
import { mutateText } from './report-text.js'
import { resultOf } from './report.js'
import { sampleOf } from './sample.js'

const by = { scenario: 's', strategy: 'random', execution: 0, verdict: 'panic', message: 'm' }

function tried(n: number, outcome: Outcome): Tried {
  const mutant: Mutant = {
    id: `op:file:f:${n}`,
    operator: 'op',
    file: 'file.ts',
    line: n,
    lastLine: n,
    function: 'f',
    cName: 'f',
    before: 'a',
    after: 'b',
    patches: [],
  }
  return { mutant, outcome }
}

const caught: Outcome = { status: 'caught', by, executions: 1 }
const survived: Outcome = { status: 'survived', reason: 'nothing was found', executions: 9 }
const equivalent: Outcome = { status: 'equivalent', reason: 'same code' }
const rejected: Outcome = { status: 'rejected', reason: 'no' }

test('the score is of those that compile and are not equivalent', () => {
  const all = [caught, caught, caught, survived, equivalent, rejected].map((each, n) => tried(n, each))
  const result = resultOf(all)
  expect(result).toMatchObject({ generated: 5, caught: 3, equivalent: 1, rejected: 1, score: 0.75 })
  expect(result.survivors.map(({ id, place }) => `${id} ${place}`)).toEqual(['op:file:f:3 f (file.ts:3)'])
  expect(mutateText(result, 7)).toContain(
    '5 mutants: 3 caught, 1 equivalent, 1 survived, 1 more do not compile. Score: 75.0 %.\nInterrupted: 1 were not tried.',
  )
})

test('without mutants there is no score', () => {
  expect(resultOf([tried(1, equivalent)]).score).toBeNull()
})

test('a sample is the same for the same seed, in order, and never larger than what there is', () => {
  const items = Array.from({ length: 100 }, (_, n) => n)
  const sample = sampleOf(items, 10, 7)
  expect(sample).toEqual(sampleOf(items, 10, 7))
  expect(new Set(sample).size).toBe(10)
  expect(sampleOf(items, 4, 7)).toEqual(sample.slice(0, 4))
  expect(sample).not.toEqual(sampleOf(items, 10, 8))
  expect(sampleOf(items, 1000, 7).toSorted((one, other) => one - other)).toEqual(items)
})
