import fc from 'fast-check'
import { expect, test } from 'vitest'
import { arbitraryTrace, traceOf } from '../testing/arbitrary-trace.js'
import { TraceError, looksLikeTrace, parseTrace } from './read-trace.js'

const SAMPLE = traceOf(
  [0, 1, 2].map((actor) => ({ actor, word: actor, value: 1, preempts: false })),
  [0, 1, 2],
)

test('a trace is read as it was written', () => {
  fc.assert(
    fc.property(arbitraryTrace, (trace) => {
      const text = JSON.stringify(trace)
      expect(looksLikeTrace(text)).toBe(true)
      expect(parseTrace(text, 'x.json')).toEqual(trace)
    }),
  )
})

const { events, changes, locks } = SAMPLE
test.each([
  [
    'another version',
    { format: 'holdfast-trace/9' },
    /^x\.json: format: "holdfast-trace\/9" is not allowed; 'holdfast-trace\/1'/,
  ],
  ['no title', { title: undefined }, /^x\.json: title: is missing/],
  ['a field that is not known', { more: 1 }, /^x\.json: more: is no field of a trace/],
  [
    'half a step',
    { events: { ...events, old: [0, 0.5, 0] } },
    /^x\.json: events\.old: \[0,0\.5,0\] is not allowed; a list of whole numbers/,
  ],
  [
    'a column that is short',
    { events: { ...events, word: [0, 1] } },
    /^x\.json: events\.word: 2 entries; 3 as in the others/,
  ],
  [
    'an actor that is not there',
    { events: { ...events, actor: [0, 1, 3] } },
    /^x\.json: events\.actor\[2\]: 3 is not allowed; 0 to 2/,
  ],
  [
    'a word that is not there',
    { changes: { ...changes, word: [9, 1, 2] } },
    /^x\.json: changes\.word\[0\]: 9 is not allowed; 0 to 5/,
  ],
  [
    'changes that go back',
    { changes: { ...changes, event: [1, 0, 2] } },
    /^x\.json: changes\.event\[1\]: 0 is not allowed; in the order of events, 1 or more/,
  ],
  [
    'a fourth thing to do to a lock',
    { locks: { ...locks, what: [0, 3] } },
    /^x\.json: locks\.what\[1\]: 3 is not allowed; 0 to 2/,
  ],
  ['a fault about no step', { focus: [3] }, /^x\.json: focus\[0\]: 3 is not allowed; 0 to 2/],
])('refused, with the field, the value and what is allowed: %s', (_what, change, message) => {
  const read = (): unknown => parseTrace(JSON.stringify({ ...SAMPLE, ...change }), 'x.json')
  expect(read).toThrow(TraceError)
  expect(read).toThrow(message)
})

test('what is no JSON is refused', () => {
  expect(() => parseTrace('{', 'x.json')).toThrow(/^x\.json: is not JSON/)
})
