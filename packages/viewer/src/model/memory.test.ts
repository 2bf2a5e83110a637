import fc from 'fast-check'
import { expect, test } from 'vitest'
import { WORDS, arbitraryTrace } from '../testing/arbitrary-trace.js'
import type { Trace } from '../trace/format.js'
import { loadTrace } from './execution.js'
import { Memory } from './memory.js'

/** Memory after each event, by doing one after the other. */
function played({ words, changes, events }: Trace): number[][] {
  const memory = words.map(({ initial }) => initial)
  let at = 0
  return events.actor.map((_, event) => {
    for (; changes.event[at] === event; at++) memory[changes.word[at] as number] = changes.value[at] as number
    return [...memory]
  })
}

test('memory after any step is what playing the trace up to it gives, in whatever order steps are visited', () => {
  fc.assert(
    fc.property(arbitraryTrace, fc.infiniteStream(fc.nat()), (trace, visits) => {
      const memory = new Memory(loadTrace(trace))
      const expected = played(trace)
      const { length } = expected
      const order = [
        ...Array.from({ length }, (_, n) => n),
        ...Array.from({ length }, (_, n) => length - 1 - n),
      ]
      for (const visit of [...order, ...visits.take(20)]) {
        const event = visit % length
        const found = Array.from({ length: WORDS }, (_, word) => memory.valueAt(word, event))
        expect(found).toEqual(expected[event])
      }
    }),
    { numRuns: 200 },
  )
})

test('before the first step memory is as the trace says; the changes of a step lead from the one before to it', () => {
  fc.assert(
    fc.property(arbitraryTrace, (trace) => {
      const execution = loadTrace(trace)
      const memory = new Memory(execution)
      const state = execution.words.map((_, word) => memory.valueAt(word, -1))
      expect(state).toEqual(execution.words.map(({ initial }) => initial))
      for (let event = 0; event < execution.length; event++) {
        for (const { word, old, new: now } of memory.changedBy(event)) {
          expect(old).toBe(state[word])
          state[word] = now
        }
        expect(execution.words.map((_, word) => memory.valueAt(word, event))).toEqual(state)
      }
    }),
    { numRuns: 200 },
  )
})
