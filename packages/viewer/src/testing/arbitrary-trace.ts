import fc from 'fast-check'
import { ACQUIRES, RELEASES, TRACE_FORMAT, WAITS, WROTE } from '../trace/format.js'
import type { Trace, TraceNote } from '../trace/format.js'

/** One step: who, which word, and what becomes of it; of a lock what is tried. */
interface Step {
  readonly actor: number
  readonly word: number
  /** undefined: it is read. */
  readonly value: number | undefined
  readonly preempts: boolean
}

const ACTORS = 3
export const TASKS = 4
/** The first words are locks. */
const LOCKS = 2
export const WORDS = 6

const step: fc.Arbitrary<Step> = fc.record({
  actor: fc.nat(ACTORS - 1),
  word: fc.nat(WORDS - 1),
  value: fc.option(fc.integer({ min: -2, max: 3 }), { nil: undefined }),
  preempts: fc.boolean(),
})

/** Traces of locks that exclude each other: whoever touches one takes it, releases it, or waits. */
export const arbitraryTrace: fc.Arbitrary<Trace> = fc
  .tuple(
    fc.array(step, { minLength: 1, maxLength: 60 }),
    fc.array(fc.nat(TASKS - 1), { minLength: ACTORS, maxLength: ACTORS }),
  )
  .map(([steps, tasks]) => traceOf(steps, tasks))

/** A trace of these steps; `tasks`: what each actor runs. */
export function traceOf(steps: readonly Step[], tasks: readonly number[]): Trace {
  const events: Record<keyof Trace['events'], number[]> = {
    actor: [],
    task: [],
    op: [],
    stack: [],
    inner: [],
    word: [],
    old: [],
    new: [],
    flags: [],
  }
  const changes: Record<keyof Trace['changes'], number[]> = { event: [], word: [], value: [] }
  const locks: Record<keyof Trace['locks'], number[]> = { event: [], word: [], what: [] }
  const notes: TraceNote[] = []
  const memory = Array.from({ length: WORDS }, () => 0)
  const owners = new Map<number, number>()
  for (const [event, { actor, word, value, preempts }] of steps.entries()) {
    const task = tasks[actor] ?? 0
    const old = memory[word] as number
    const now = value ?? old
    if (now !== old) {
      changes.event.push(event)
      changes.word.push(word)
      changes.value.push(now)
    }
    memory[word] = now
    events.actor.push(actor)
    events.task.push(task)
    events.op.push(value === undefined ? 0 : 1)
    events.stack.push(word % 2)
    events.inner.push(0)
    events.word.push(word)
    events.old.push(old)
    events.new.push(now)
    events.flags.push((value === undefined ? 0 : WROTE) | (preempts ? 1 : 0))
    if (event % 5 === 0) notes.push({ event, kind: 'remark', text: `what ${event} means` })
    if (word >= LOCKS) continue
    const owner = owners.get(word)
    locks.event.push(event)
    locks.word.push(word)
    locks.what.push(owner === undefined ? ACQUIRES : owner === task ? RELEASES : WAITS)
    if (owner === undefined) owners.set(word, task)
    else if (owner === task) owners.delete(word)
  }
  return {
    format: TRACE_FORMAT,
    title: 'a </script> of <traces>',
    subject: 'test',
    verdict: 'race',
    message: 'two of them',
    actors: ['CPU0', 'CPU1', 'CPU2'],
    tasks: ['the swapper', 'holder (4.1)', 'target (2.1)', 'idle of CPU0'],
    groups: ['LWP table', 'locks'],
    words: Array.from({ length: WORDS }, (_, word) =>
      word < LOCKS
        ? { name: `target (2.1).lock${word}`, group: 1, initial: 0, isLock: true }
        : { name: `holder (4.1).l_field${word}`, group: 0, initial: 0, isKey: true },
    ),
    ops: ['read', 'write'],
    places: [
      {
        file: 'a.ts',
        line: 2,
        function: 'swappable',
        text: 'mem.read(l)',
        original: { file: 'a.c', from: 7, to: 7 },
      },
      { file: 'a.ts', line: 3, function: 'uvm_swapout', text: 'mem.write(l)' },
    ],
    stacks: [[0], [1, 0]],
    files: [
      {
        name: 'a.ts',
        lines: [
          [1, 'function f() {'],
          [2, '  mem.read(l) // </script>'],
          [3, '  mem.write(l)'],
        ],
      },
      {
        name: 'a.c',
        lines: [
          [6, '{'],
          [7, '\treturn l->l_flag;'],
          [8, '}'],
        ],
      },
    ],
    events,
    changes,
    locks,
    meanings: { word: [2], value: [1], text: ['LW_INMEM'] },
    notes,
    focus: steps.length > 1 ? [0, steps.length - 1] : [0],
  }
}
