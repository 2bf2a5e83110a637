import fc from 'fast-check'
import { expect, test } from 'vitest'
import { arbitraryTrace } from '../testing/arbitrary-trace.js'
import { commonPrefix } from './compare.js'
import { loadTrace } from './execution.js'

test('an execution is the same as itself to its end; as one of which a step differs up to that', () => {
  fc.assert(
    fc.property(arbitraryTrace, fc.nat(), (trace, number) => {
      const { length } = trace.events.actor
      const event = number % length
      const execution = loadTrace(trace)
      expect(commonPrefix(execution, loadTrace(trace))).toBe(length)
      const old = trace.events.old.map((value, at) => (at === event ? value + 100 : value))
      const other = loadTrace({ ...trace, events: { ...trace.events, old } })
      expect(commonPrefix(execution, other)).toBe(event)
    }),
  )
})
