import { ACQUIRES, RELEASES } from '../trace/format.js'
import type { Execution } from './execution.js'

/** Events `from` to `to`, both included, on the lane of one actor or task. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** What an actor runs, or where a task runs: nobody else's event of it lies between. */
export interface RunSpan extends Span {
  readonly actor: number
  readonly task: number
}

/** A lock that is held, or waited for. */
export interface LockSpan extends Span {
  readonly word: number
  /** The task; where there are none the actor. */
  readonly who: number
  readonly kind: 'held' | 'waits'
  /** Row of its lane, from 0: spans of one row do not overlap. */
  readonly row: number
  /** Not over when the trace is. */
  readonly isOpen: boolean
}

/** A lock went from one to another. */
export interface Arrow {
  readonly word: number
  /** The event that released it, and that which took it. */
  readonly from: number
  readonly to: number
  readonly releaser: number
  readonly acquirer: number
  /** The acquirer had waited for it. */
  readonly waited: boolean
}

/** Who an event is by, as far as locks are concerned. */
function whoOf({ events, tasks }: Execution, event: number): number {
  return (tasks.length > 0 ? events.task[event] : events.actor[event]) ?? -1
}

/** Runs by actor: consecutive events of an actor for the same task, whatever other actors do meanwhile. */
export function runsOf({ events, actors, length }: Execution): RunSpan[][] {
  const lanes: RunSpan[][] = actors.map(() => [])
  const open: (RunSpan | undefined)[] = actors.map(() => undefined)
  const flush = (actor: number): void => {
    const run = open[actor]
    if (run !== undefined) lanes[actor]?.push(run)
  }
  for (let event = 0; event < length; event++) {
    const actor = events.actor[event] as number
    const task = events.task[event] as number
    const run = open[actor]
    if (run !== undefined && run.task === task && run.to === event - 1) open[actor] = { ...run, to: event }
    else {
      flush(actor)
      open[actor] = { actor, task, from: event, to: event }
    }
  }
  for (const actor of actors.keys()) flush(actor)
  return lanes
}

/** The same runs by task, in the order of events. */
export function runsByTask(runs: readonly (readonly RunSpan[])[], tasks: number): RunSpan[][] {
  const lanes: RunSpan[][] = Array.from({ length: tasks }, () => [])
  for (const run of runs.flat().sort((one, other) => one.from - other.from)) lanes[run.task]?.push(run)
  return lanes
}

/** Locks that are held and waited for, and how they went from one to the next. In the order of their first events. */
export function locksOf(execution: Execution): { spans: LockSpan[]; arrows: Arrow[] } {
  const { locks, length } = execution
  const spans: Omit<LockSpan, 'row'>[] = []
  const arrows: Arrow[] = []
  const open = new Map<string, Omit<LockSpan, 'row'>>()
  const released = new Map<number, { event: number; who: number }>()
  const close = (key: string, to: number): boolean => {
    const span = open.get(key)
    if (span !== undefined) spans.push({ ...span, to, isOpen: false })
    return open.delete(key)
  }
  for (let at = 0; at < locks.event.length; at++) {
    const event = locks.event[at] as number
    const word = locks.word[at] as number
    const who = whoOf(execution, event)
    const held = `held ${word} ${who}`
    const waits = `waits ${word} ${who}`
    const span = { word, who, from: event, to: length - 1, isOpen: true }
    if (locks.what[at] === ACQUIRES) {
      const waited = close(waits, event - 1)
      const last = released.get(word)
      if (last !== undefined && last.who !== who)
        arrows.push({ word, from: last.event, to: event, releaser: last.who, acquirer: who, waited })
      released.delete(word)
      if (!open.has(held)) open.set(held, { ...span, kind: 'held' })
    } else if (locks.what[at] === RELEASES) {
      close(held, event)
      released.set(word, { event, who })
    } else if (!open.has(waits)) open.set(waits, { ...span, kind: 'waits' })
  }
  return { spans: inRows([...spans, ...open.values()]), arrows }
}

/** Index of the first span (of a list in which they are in order and apart) that ends at `event` or later; at least `least`. */
export function firstEnding(spans: readonly { readonly to: number }[], event: number, least = 0): number {
  let from = least
  let to = spans.length
  while (from < to) {
    const middle = (from + to) >> 1
    if ((spans[middle] as { readonly to: number }).to < event) from = middle + 1
    else to = middle
  }
  return from
}

/** Gives each span the first row of its lane that is free. */
function inRows(spans: readonly Omit<LockSpan, 'row'>[]): LockSpan[] {
  const ends = new Map<number, number[]>()
  return [...spans]
    .sort((one, other) => one.from - other.from || other.to - one.to)
    .map((span) => {
      const rows = ends.get(span.who) ?? []
      ends.set(span.who, rows)
      const free = rows.findIndex((end) => end < span.from)
      const row = free < 0 ? rows.length : free
      rows[row] = span.to
      return { ...span, row }
    })
}
