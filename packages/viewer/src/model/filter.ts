import { partsOf } from './execution.js'
import type { Execution } from './execution.js'

/** Which events are wanted, by names, so that it means the same of any execution; undefined: any. */
export interface Filter {
  readonly actor?: string | undefined
  readonly task?: string | undefined
  /** A lock: events that touch it. */
  readonly lock?: string | undefined
  /** A field: `l_flag`. */
  readonly field?: string | undefined
  /** In any of the texts of an event, whatever the case. */
  readonly text?: string | undefined
}

/** Marks (1) the events that a filter wants. */
export function matches(execution: Execution, filter: Filter): Uint8Array {
  const { actors, tasks, events, length, words } = execution
  const actor = wantedOf(actors, filter.actor)
  const task = wantedOf(tasks, filter.task)
  const names = words.map(({ name }) => name)
  const lock = wantedOf(names, filter.lock)
  const fields = names.map((name) => partsOf(name).field)
  const field = wantedOf(fields, filter.field)
  const text = filter.text ?? ''
  const finds = text === '' ? undefined : finder(execution, text)
  const wanted = new Uint8Array(length)
  for (let event = 0; event < length; event++) {
    const word = events.word[event] as number
    const fits =
      actor(events.actor[event] as number) &&
      task(events.task[event] as number) &&
      lock(word) &&
      field(word) &&
      (finds === undefined || finds(event))
    if (fits) wanted[event] = 1
  }
  return wanted
}

function wantedOf(names: readonly string[], name: string | undefined): (number: number) => boolean {
  return name === undefined ? () => true : (number) => names[number] === name
}

/** Looks for a text in what is shown of an event: names are searched once, not for each event. */
function finder(execution: Execution, text: string): (event: number) => boolean {
  const { actors, tasks, words, ops, places, stacks, events, notesOf } = execution
  const sought = text.toLowerCase()
  const has = (name: string): boolean => name.toLowerCase().includes(sought)
  const actor = actors.map(has)
  const task = tasks.map(has)
  const word = words.map(({ name }) => has(name))
  const op = ops.map(has)
  const place = places.map((each) => has(each.text) || has(each.function) || has(`${each.file}:${each.line}`))
  const stack = stacks.map((each) => each.some((number) => place[number] === true))
  return (event) =>
    actor[events.actor[event] as number] === true ||
    task[events.task[event] as number] === true ||
    word[events.word[event] as number] === true ||
    op[events.op[event] as number] === true ||
    stack[events.stack[event] as number] === true ||
    (notesOf.get(event)?.some((note) => has(note.text)) ?? false)
}

/** The next marked event after `from` (`by` 1) or before it (-1), or undefined. */
export function nextMarked(marked: Uint8Array, from: number, by: 1 | -1): number | undefined {
  for (let event = from + by; event >= 0 && event < marked.length; event += by)
    if (marked[event] === 1) return event
  return undefined
}
