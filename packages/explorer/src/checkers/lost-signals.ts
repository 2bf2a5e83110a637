import {
  ADD,
  CAS,
  CV_BROADCAST,
  CV_SIGNAL,
  CV_WAIT,
  LOAD,
  NOTIFY,
  READ,
  STORE,
  WAIT,
  WRITE,
} from '@holdfast/compiler'
import { LoggedEvent } from './event-log.js'
import type { EventLog } from './event-log.js'

/** A wake-up that nobody was there to take, and then somebody went to sleep; or one that was not sent though it slept. */
export interface LostSignal {
  /** It was not sent: `site` and `step` are those of the change that nobody was notified of. */
  readonly unsent?: true
  readonly site: number
  readonly step: number
  readonly actor: number
  /** The step at which the waiter went to sleep. */
  readonly sleptAt: number
  /** The word the waiter looked at before, and the signaller changed: the predicate, if it can be told. */
  readonly predicate?: Predicate
}

/** What a waiter is said to wait for: seen true by whoever signals. */
export interface Predicate {
  readonly addr: number
  readonly readSite: number
  readonly readStep: number
  readonly writeSite: number
  readonly writeStep: number
}

/** The last time that `actor` went to sleep on `object`, by the log; -1: never. */
function sleptAt(log: EventLog, actor: number, object: number): number {
  const event = new LoggedEvent()
  for (let i = log.length - 1; i >= 0; i--) {
    log.read(i, event)
    if (event.actor === actor && event.addr === object && (event.kind === CV_WAIT || event.kind === WAIT))
      return i
  }
  return -1
}

/**
 * The last wake-up on `object` before `actor` slept on it that woke nobody. That alone is no fault: programs signal in vain all the
 * time. It is what was lost if the sleeper is never woken afterwards.
 */
export function lostSignal(log: EventLog, actor: number, object: number): LostSignal | undefined {
  const slept = sleptAt(log, actor, object)
  const event = new LoggedEvent()
  for (let i = slept - 1; i >= 0; i--) {
    log.read(i, event)
    const wakes = event.kind === CV_SIGNAL || event.kind === CV_BROADCAST || event.kind === NOTIFY
    if (!wakes || event.addr !== object || event.wokenCount > 0 || event.actor === actor) continue
    const predicate = predicateOf(log, actor, event.actor, slept, i)
    return {
      site: event.site,
      step: i,
      actor: event.actor,
      sleptAt: slept,
      ...(predicate === undefined ? {} : { predicate }),
    }
  }
  return undefined
}

/**
 * The last change of the word on which `actor` sleeps, if nobody notified after it. A `wait` says what it waits for: that the word be
 * another. So it is owed a notification when it is.
 */
export function unsentSignal(log: EventLog, actor: number, object: number): LostSignal | undefined {
  const slept = sleptAt(log, actor, object)
  if (slept < 0) return undefined
  const event = log.read(slept, new LoggedEvent())
  const { kind, old: expected } = event
  if (kind !== WAIT) return undefined
  for (let i = log.length - 1; i > slept; i--) {
    log.read(i, event)
    if (event.addr !== object) continue
    if (event.kind === NOTIFY || (event.wrote && event.new === expected)) return undefined
    if (event.wrote) return { unsent: true, site: event.site, step: i, actor: event.actor, sleptAt: slept }
  }
  return undefined
}

/** The word that the signaller wrote last before step `signalled`, of those the waiter had read before step `slept`. */
function predicateOf(
  log: EventLog,
  waiter: number,
  signaller: number,
  slept: number,
  signalled: number,
): Predicate | undefined {
  const event = new LoggedEvent()
  const reads = new Map<number, { site: number; step: number }>()
  for (let i = 0; i < slept; i++) {
    log.read(i, event)
    if (event.actor === waiter && looks(event.kind)) reads.set(event.addr, { site: event.site, step: i })
  }
  for (let i = signalled - 1; i >= 0; i--) {
    log.read(i, event)
    const read = reads.get(event.addr)
    if (event.actor !== signaller || !event.wrote || !writes(event.kind) || read === undefined) continue
    return { addr: event.addr, readSite: read.site, readStep: read.step, writeSite: event.site, writeStep: i }
  }
  return undefined
}

function looks(kind: number): boolean {
  return kind === READ || kind === LOAD || (kind >= ADD && kind <= CAS)
}

function writes(kind: number): boolean {
  return kind === WRITE || kind === STORE || (kind >= ADD && kind <= CAS)
}
