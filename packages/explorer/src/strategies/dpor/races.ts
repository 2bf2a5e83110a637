import { AWAIT, CV_SIGNAL, LOCK, SPIN_WHILE, SPIN_WHILE_BOTH } from '@holdfast/compiler'
import { CV_BLOCKED, WAITING } from '../../engine/kinds.js'
import { MAX_ACTORS, WAY_SHIFT } from '../../engine/world.js'
import type { World } from '../../engine/world.js'
import {
  ACTOR,
  ADDR,
  ADDR2,
  CHOICE,
  EITHER,
  FLAGS,
  LAST_RESORT,
  RECORD,
  SPURIOUS,
  WORDS,
  WORDS2,
  WRITES,
  WRITES2,
  footprint,
  kindOf,
  settle,
} from '../dependence.js'
import type { EventLog } from './event-log.js'
import { longer } from './longer.js'
import type { Missed } from './missed.js'
import { answeredBefore, seenWithout } from './own-stores.js'

const NONE = -1
/** No event has this number. */
export const NEVER = 0x7fffffff

/**
 * The reversible races of an execution: an event `e`, and a step of another actor that is dependent on it and could
 * come before it.
 *
 * For a step that is always enabled these are the immediate races: `e` happens before the step, and nothing lies
 * between. A step that waits for a condition cannot come before what enabled it. It races with the latest events that
 * it could have come before: those without which, and without what happens after which, its condition held. So a lock
 * races with the last acquisition, not with the release. A step that never became enabled is treated alike: it might
 * have been early enough.
 *
 * An actor that could go on in several ways races with itself: its other ways could come instead.
 */
export class Races {
  count = 0
  /**
   * The latest race of each event that a step could come before; and for each race the one before it of the same event.
   */
  head = new Int32Array(64).fill(NONE)
  next = new Int32Array(64)
  /** The steps, as they would be then. */
  steps = new Int32Array(64 * RECORD)
  /** Where they come in this execution: slots of the log. */
  at = new Int32Array(64)
  /** The last event because of which a race need not be looked at: the order that it asks for has been visited. */
  settled = new Int32Array(64)
  /** Of these, chances of a spurious wake-up that were missed: they are not in the lists. */
  readonly missed: Missed[] = []

  private readonly log: EventLog
  private earlier = new Int32Array(64)
  /** Races there were before each event. */
  private before = new Int32Array(64)
  private readonly covered = new Int32Array(2 * MAX_ACTORS)
  private candidates = new Int32Array(64)
  private found = 0

  constructor(log: EventLog) {
    this.log = log
  }

  /** The step after the last event is considered next. */
  open(at: number): void {
    if (at >= this.before.length) {
      this.before = longer(this.before)
      this.head = longer(this.head)
    }
    this.before[at] = this.count
    this.head[at] = NONE
  }

  /** Forgets the races of the events from number `length` on. */
  truncate(length: number): void {
    const count = this.before[length] as number
    for (let race = this.count - 1; race >= count; race--)
      this.head[this.earlier[race] as number] = this.next[race] as number
    this.count = count
    const { missed } = this
    while (missed.length > 0 && (missed[missed.length - 1] as Missed).at >= length) missed.pop()
  }

  /** Finds those of the step that is open in the log, and completes the step's clock. */
  ofOpened(world: World): void {
    const { log } = this
    const { records } = log
    const at = log.length
    const record = at * RECORD
    const flags = records[record + FLAGS] as number
    const words = records[record + WORDS] as number
    if (words === 0 || (flags & LAST_RESORT) !== 0) return
    const kind = kindOf(records, record)
    const choice = records[record + CHOICE] as number
    switch (kind) {
      case SPIN_WHILE:
      case AWAIT:
        if (log.stores === null) this.conditional(world, at, choice & ACTOR)
        else this.buffered(world, at, choice & ACTOR)
        break
      case LOCK:
        this.conditional(world, at, choice & ACTOR)
        break
      case SPIN_WHILE_BOTH:
        if (log.stores === null) this.twofold(world, at, choice & ACTOR)
        else this.buffered(world, at, choice & ACTOR)
        break
      case WAITING:
        if (choice >> WAY_SHIFT === 0) this.conditional(world, at, choice & ACTOR)
        else {
          this.immediate(world, at, true)
          return
        }
        break
      case CV_BLOCKED:
        if (choice >> WAY_SHIFT === 0) this.twofold(world, at, choice & ACTOR)
        else this.spurious(world, at, choice & ACTOR)
        break
      default:
        this.immediate(world, at, true)
        return
    }
    this.immediate(world, at, false)
  }

  /** The other ways in which the actor of the open step could go on, now or earlier. */
  ofOtherWays(world: World, ways: number): void {
    const { log } = this
    const at = log.length
    const choice = log.records[at * RECORD + CHOICE] as number
    const actor = choice & ACTOR
    for (let way = 0; way < ways; way++) {
      if (way === choice >> WAY_SHIFT) continue
      const step = this.add(at, at)
      footprint(world, actor, way, this.steps, step)
    }
  }

  /** `actor` was signalled before it took the chance of a spurious wake-up; or it never woke. */
  ofMissedWakeup(world: World, actor: number): void {
    const { log } = this
    log.open(world, actor | (1 << WAY_SHIFT))
    this.spurious(world, log.length, actor)
  }

  /** Joins to the clock what the step depends on directly; where asked, those events are its races. */
  private immediate(world: World, at: number, races: boolean): void {
    const { log } = this
    const { records, clocks, width } = log
    const record = at * RECORD
    const flags = records[record + FLAGS] as number
    this.found = 0
    this.gather(at, records[record + ADDR] as number, records[record + WORDS] as number, flags & WRITES)
    const words2 = records[record + WORDS2] as number
    if (words2 > 0) this.gather(at, records[record + ADDR2] as number, words2, flags & WRITES2)
    if ((flags & SPURIOUS) !== 0) this.gather(at, log.store, 1, 1)
    const { found, candidates } = this
    for (let i = 0; i < found; i++) {
      const access = candidates[i] as number
      const e = log.accessEvent[access] as number
      if ((clocks[at * width + log.actorOf(e)] as number) > e) continue
      if (races) this.race(world, at, e, access)
      log.join(at, e)
    }
  }

  /** The accesses a step may depend on directly, the latest first. */
  private gather(at: number, addr: number, words: number, writes: number): void {
    const { log } = this
    const { accessEvent, accessPrev, accessWriter, accessWrote, head, clocks, width } = log
    for (let word = addr; word < addr + words; word++) {
      let access = head[word] as number
      if (writes === 0 && access !== NONE) access = accessWriter[access] as number
      while (access !== NONE) {
        const e = accessEvent[access] as number
        if ((clocks[at * width + log.actorOf(e)] as number) <= e) this.candidate(access)
        if (accessWrote[access] !== 0) break
        access = accessPrev[access] as number
      }
    }
  }

  private candidate(access: number): void {
    const { accessEvent } = this.log
    if (this.found === this.candidates.length) this.candidates = longer(this.candidates)
    const { candidates } = this
    const event = accessEvent[access] as number
    let i = this.found++
    for (; i > 0 && (accessEvent[candidates[i - 1] as number] as number) < event; i--)
      candidates[i] = candidates[i - 1] as number
    candidates[i] = access
  }

  /** A step that waits for a condition on one word. */
  private conditional(world: World, at: number, actor: number): void {
    const { log, covered } = this
    const { accessEvent, accessPrev, accessWrote, records } = log
    const writes = ((records[at * RECORD + FLAGS] as number) & WRITES) !== 0
    this.cover(at)
    const word = records[at * RECORD + ADDR] as number
    for (let access = log.head[word] as number; access !== NONE; access = accessPrev[access] as number) {
      const e = accessEvent[access] as number
      const wrote = accessWrote[access] !== 0
      if ((covered[log.actorOf(e)] as number) > e) {
        if (wrote) return
      } else if ((writes || wrote) && this.heldBefore(world, actor, access, e)) {
        this.race(world, at, e, access)
        this.coverMore(e)
      }
    }
  }

  /** Whether the condition on one word held before that access to it. */
  private heldBefore(world: World, actor: number, access: number, e: number): boolean {
    const old = this.log.accessOld[access] as number
    switch (world.kind[actor]) {
      case LOCK:
        return old === 0
      case SPIN_WHILE:
        return old !== world.b[actor]
      case AWAIT:
        return old === world.b[actor]
      default:
        return this.wokenWithout(actor, e)
    }
  }

  private wokenWithout(actor: number, e: number): boolean {
    const waker = this.log.wakerOf(actor)
    return waker !== NONE && !this.log.happensBefore(e, waker)
  }

  /** A step that waits for a condition on two words. */
  private twofold(world: World, at: number, actor: number): void {
    const { log, covered } = this
    const { accessEvent, records } = log
    const record = at * RECORD
    const flags = records[record + FLAGS] as number
    this.cover(at)
    this.found = 0
    this.gatherAll(records[record + ADDR] as number, flags & WRITES)
    this.gatherAll(records[record + ADDR2] as number, flags & WRITES2)
    for (let i = 0; i < this.found; i++) {
      const access = this.candidates[i] as number
      const e = accessEvent[access] as number
      if ((covered[log.actorOf(e)] as number) > e || !this.heldWithout(world, actor, e)) continue
      this.race(world, at, e, access)
      this.coverMore(e)
    }
  }

  /** A step that waits for a condition on a word or two, which its actor may have in its store buffer. */
  private buffered(world: World, at: number, actor: number): void {
    const { log, covered } = this
    const { accessEvent, records } = log
    const record = at * RECORD
    this.cover(at)
    this.found = 0
    this.gatherAll(records[record + ADDR] as number, 0)
    if ((records[record + WORDS2] as number) > 0) this.gatherAll(records[record + ADDR2] as number, 0)
    for (let i = 0; i < this.found; i++) {
      const access = this.candidates[i] as number
      const e = accessEvent[access] as number
      if ((covered[log.actorOf(e)] as number) > e || !seenWithout(log, world, actor, e)) continue
      this.race(world, at, e, access)
      this.coverMore(e)
    }
  }

  private heldWithout(world: World, actor: number, e: number): boolean {
    const { log } = this
    const b = world.b[actor] as number
    if (world.kind[actor] === CV_BLOCKED)
      return this.wokenWithout(actor, e) && log.valueWithout(world, b, e, NONE, NONE) === 0
    const a = world.a[actor] as number
    const c = world.c[actor] as number
    return (
      log.valueWithout(world, a, e, NONE, NONE) !== b ||
      log.valueWithout(world, c, e, NONE, NONE) !== world.d[actor]
    )
  }

  /**
   * A spurious wake-up can come while the mutex is free and any are left, until the signal. What could come instead of
   * it has put an end to that; with it go, where need be, the signal, and the wake-up of another that was the last one
   * left.
   */
  private spurious(world: World, at: number, actor: number): void {
    const { log, covered } = this
    const { head, records, store } = log
    const record = at * RECORD
    const mutex = world.b[actor] as number
    const waker = log.wakerOf(actor)
    this.cover(at)
    this.found = 0
    this.gatherAll(records[record + ADDR] as number, WRITES)
    this.gatherAll(records[record + ADDR2] as number, WRITES)
    this.gatherAll(store, WRITES)
    for (let i = 0; i < this.found; i++) {
      const e = log.accessEvent[this.candidates[i] as number] as number
      if ((covered[log.actorOf(e)] as number) > e) continue
      const signal = waker > e && !log.happensBefore(e, waker) ? waker : NONE
      if (signal === NONE && waker !== NONE && waker < e) continue
      let other = NONE
      if (log.valueWithout(world, store, e, signal, NONE) <= 0) {
        other = log.accessEvent[head[store] as number] as number
        if (other < e || (log.clocks[at * log.width + log.actorOf(other)] as number) > other) continue
      }
      if (log.valueWithout(world, mutex, e, signal, other) !== 0) continue
      const step = Int32Array.from(records.subarray(record, record + RECORD))
      this.missed.push({ at, earlier: e, signal, other, step })
      this.coverMore(e)
    }
  }

  /** All conflicting accesses to a word that are not covered, among others. */
  private gatherAll(word: number, writes: number): void {
    const { log, covered } = this
    const { accessEvent, accessPrev, accessWrote } = log
    for (let access = log.head[word] as number; access !== NONE; access = accessPrev[access] as number) {
      const e = accessEvent[access] as number
      const wrote = accessWrote[access] !== 0
      if ((covered[log.actorOf(e)] as number) > e) {
        if (wrote) return
      } else if (writes !== 0 || wrote) this.candidate(access)
    }
  }

  private cover(at: number): void {
    const { clocks, width } = this.log
    for (let i = 0; i < width; i++) this.covered[i] = clocks[at * width + i] as number
  }

  private coverMore(e: number): void {
    const { covered } = this
    const { clocks, width } = this.log
    for (let i = 0; i < width; i++) {
      const theirs = clocks[e * width + i] as number
      if (theirs > (covered[i] as number)) covered[i] = theirs
    }
  }

  /** The step in slot `at` could come before `e`, of which `access` is one that it conflicts with. */
  private race(world: World, at: number, e: number, access: number): void {
    const { log } = this
    const step = this.add(e, at)
    const { steps } = this
    const kind = kindOf(steps, step)
    if (log.stores !== null) answeredBefore(log, world, steps, step, e)
    if (EITHER[kind] === 1) settle(steps, step, log.accessOld[access] as number)
    // Who waits may be another then: the other ways are found when it is executed.
    if (kind === CV_SIGNAL) steps[step + CHOICE] = (steps[step + CHOICE] as number) & ACTOR
  }

  private add(e: number, at: number): number {
    const i = this.count++
    if (i === this.earlier.length) {
      this.earlier = longer(this.earlier)
      this.next = longer(this.next)
      this.steps = longer(this.steps)
      this.at = longer(this.at)
      this.settled = longer(this.settled)
    }
    this.earlier[i] = e
    this.at[i] = at
    this.settled[i] = NEVER
    this.next[i] = this.head[e] as number
    this.head[e] = i
    const { records } = this.log
    const to = i * RECORD
    const from = at * RECORD
    for (let field = 0; field < RECORD; field++) this.steps[to + field] = records[from + field] as number
    return to
  }
}
