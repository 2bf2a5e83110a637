import { ENDED, PREEMPTS, REPORTED, WAITS, WROTE } from './format.js'
import type { Trace } from './format.js'

/** What is well-formed and does not fit together: numbers of rows that are not there, columns that are not as long as the others. */
export function wrongReference(trace: Trace): string | undefined {
  const { events, changes, locks, meanings, words } = trace
  const count = events.actor.length
  return (
    unequal('events', events, count) ??
    unequal('changes', changes, changes.event.length) ??
    unequal('locks', locks, locks.event.length) ??
    unequal('meanings', meanings, meanings.word.length) ??
    outside('events.actor', events.actor, 0, trace.actors.length) ??
    outside('events.task', events.task, -1, trace.tasks.length) ??
    outside('events.op', events.op, 0, trace.ops.length) ??
    outside('events.stack', events.stack, 0, trace.stacks.length) ??
    outside('events.word', events.word, -1, words.length) ??
    outside('events.flags', events.flags, 0, (PREEMPTS | WROTE | REPORTED | ENDED) + 1) ??
    outside('changes.event', changes.event, 0, count, true) ??
    outside('changes.word', changes.word, 0, words.length) ??
    outside('locks.event', locks.event, 0, count, true) ??
    outside('locks.word', locks.word, 0, words.length) ??
    outside('locks.what', locks.what, 0, WAITS + 1) ??
    outside('meanings.word', meanings.word, 0, words.length) ??
    outside('focus', trace.focus, 0, count, true) ??
    outside(
      'notes.event',
      trace.notes.map(({ event }) => event),
      0,
      count,
      true,
    ) ??
    outside(
      'words.group',
      words.map(({ group }) => group),
      0,
      trace.groups.length,
    ) ??
    outside('stacks', trace.stacks.flat(), 0, trace.places.length)
  )
}

function unequal(name: string, columns: object, length: number): string | undefined {
  for (const [column, values] of Object.entries(columns) as [string, readonly unknown[]][]) {
    if (values.length !== length)
      return `${name}.${column}: ${values.length} entries; ${length} as in the others are needed`
  }
  return undefined
}

/** `below`: the number that no value may reach. */
function outside(
  name: string,
  values: readonly number[],
  from: number,
  below: number,
  ordered = false,
): string | undefined {
  let last = from
  for (const [at, value] of values.entries()) {
    if (value < from || value >= below)
      return `${name}[${at}]: ${value} is not allowed; ${from} to ${below - 1}`
    if (ordered && value < last)
      return `${name}[${at}]: ${value} is not allowed; in the order of events, ${last} or more`
    last = value
  }
  return undefined
}
