import fc from 'fast-check'
import { expect, test } from 'vitest'
import { arbitraryTrace } from '../testing/arbitrary-trace.js'
import { loadTrace, partsOf } from './execution.js'
import { matches, nextMarked } from './filter.js'
import { eventText } from './texts.js'

const maybe = (...names: string[]): fc.Arbitrary<string | undefined> => fc.constantFrom(undefined, ...names)
const filters = fc.record({
  actor: maybe('CPU0', 'CPU2', 'CPU9'),
  task: maybe('the swapper', 'holder (4.1)'),
  lock: maybe('target (2.1).lock0'),
  field: maybe('lock1', 'l_field3'),
})

test('a filter wants the events that have all it names, and no others', () => {
  fc.assert(
    fc.property(arbitraryTrace, filters, (trace, filter) => {
      const execution = loadTrace(trace)
      const wanted = matches(execution, filter)
      for (const [event, actor] of trace.events.actor.entries()) {
        const { actor: cpu = trace.actors[actor], task, lock, field } = filter
        const name = trace.words[trace.events.word[event] as number]?.name ?? ''
        const fits =
          cpu === trace.actors[actor] &&
          (task === undefined || task === trace.tasks[trace.events.task[event] as number]) &&
          (lock === undefined || lock === name) &&
          (field === undefined || name.endsWith(`.${field}`))
        expect(wanted[event]).toBe(fits ? 1 : 0)
      }
    }),
  )
})

test('a search finds what is shown of an event, and what is said of it', () => {
  fc.assert(
    fc.property(
      arbitraryTrace,
      fc.constantFrom('SWAPPER', 'lock0', 'mem.write', 'cpu1', 'means', 'uvm_swapout', 'no such'),
      (trace, text) => {
        const execution = loadTrace(trace)
        const wanted = matches(execution, { text })
        for (let event = 0; event < execution.length; event++) {
          const { who, op, word, place } = eventText(execution, event)
          const stack = execution.stacks[execution.events.stack[event] as number] ?? []
          const places = stack.map((number) => Object.values(execution.places[number] ?? {}).join(' '))
          const notes = (execution.notesOf.get(event) ?? []).map((note) => note.text)
          const shown = [who, op, word, place, ...places, ...notes].join('\n').toLowerCase()
          expect(wanted[event]).toBe(shown.includes(text.toLowerCase()) ? 1 : 0)
        }
      },
    ),
  )
})

test('going to the next marked event and back visits each marked one, in order', () => {
  fc.assert(
    fc.property(fc.uint8Array({ max: 1, maxLength: 50 }), (marked) => {
      const expected = [...marked.keys()].filter((event) => marked[event] === 1)
      const forward: number[] = []
      for (let at = nextMarked(marked, -1, 1); at !== undefined; at = nextMarked(marked, at, 1))
        forward.push(at)
      const back: number[] = []
      for (let at = nextMarked(marked, marked.length, -1); at !== undefined; at = nextMarked(marked, at, -1))
        back.push(at)
      expect(forward).toEqual(expected)
      expect(back.reverse()).toEqual(expected)
    }),
  )
})

test.each([
  ['target (2.1).l_flag', 'target (2.1)', 'l_flag'],
  ['holder (4.1)', '', 'holder (4.1)'],
  ['cpu_info[1].spc_mutex', 'cpu_info[1]', 'spc_mutex'],
  ['uvmexp_free', '', 'uvmexp_free'],
  ['3.1.l_stat', '3.1', 'l_stat'],
])('%s is of %j the field %s', (name, record, field) => {
  expect(partsOf(name)).toEqual({ record, field })
})
