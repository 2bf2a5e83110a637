import { PREEMPTS, WROTE } from '../trace/format.js'
import type { Execution } from './execution.js'

/** What is shown of an event, in words. */
export interface EventText {
  /** From 1. */
  readonly step: number
  readonly who: string
  readonly op: string
  readonly word: string
  /** `free -> held by holder (4.1)`; what was read; nothing. */
  readonly values: string
  /** `uvm_swapout (swapout.ts:189)` */
  readonly place: string
  readonly preempts: boolean
}

/** A value of a word as people write it. */
export function valueText(execution: Execution, word: number, value: number): string {
  return execution.meaning(word, value) ?? String(value)
}

export function eventText(execution: Execution, event: number): EventText {
  const { events, actors, tasks, ops, words } = execution
  const word = events.word[event] as number
  const flags = events.flags[event] as number
  const task = tasks[events.task[event] as number]
  const actor = actors[events.actor[event] as number] ?? ''
  const before = valueText(execution, word, events.old[event] as number)
  const after = valueText(execution, word, events.new[event] as number)
  const place = placeOf(execution, event)
  return {
    step: event + 1,
    who: task === undefined ? actor : `${actor} · ${task}`,
    op: ops[events.op[event] as number] ?? '',
    word: words[word]?.name ?? '',
    values: word < 0 ? '' : (flags & WROTE) === 0 ? before : `${before} → ${after}`,
    place: place === undefined ? '' : `${place.function} (${place.file.split('/').at(-1)}:${place.line})`,
    preempts: (flags & PREEMPTS) !== 0,
  }
}

/** The place of an event, outside the code of locks. */
function placeOf(
  { events, stacks, places }: Execution,
  event: number,
): Execution['places'][number] | undefined {
  const stack = stacks[events.stack[event] as number] ?? []
  return places[stack[events.inner[event] as number] ?? -1]
}

/** One sentence, for who does not see the rows. */
export function sentence({ step, who, op, word, values, place, preempts }: EventText): string {
  const what = [op, word, values].filter((part) => part !== '').join(' ')
  return `Step ${step}: ${who}: ${what}${place === '' ? '' : `, in ${place}`}${preempts ? ', preempting' : ''}`
}
