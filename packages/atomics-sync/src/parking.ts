import type { Actor, Sleeps } from './actor.js'
import { RW_SYNCOBJ, operations } from './actor.js'
import type { InterruptOps, SleepOps, TurnstileOps } from './actor.js'
import { NULL } from './mem.js'
import type { Addr, Mem } from './mem.js'
import { mutexOwner } from './mutex.js'
import { kassert } from './panic.js'
import {
  PARK_CLAIMED,
  PARK_QUEUED,
  PARK_RUNNING,
  PB_FIRST,
  PB_LAST,
  PB_LOCK,
  PT_CHANNEL,
  PT_INDEX,
  PT_NEXT,
  PT_ONPROC,
  PT_PREV,
  PT_QUEUE,
  PT_STATE,
  sleepqBucket,
  turnstileBucket,
} from './parking-layout.js'
import { rwOwner } from './rwlock.js'
import { mutexSpinEnter, mutexSpinExit } from './spin-mutex.js'

/**
 * Parking: how a plain worker thread blocks on a lock or a channel, and is woken. First come, first served.
 *
 *   word PT_STATE of the thread that waits
 *
 *              join, bucket lock held              waker, bucket lock held        waker, lock released
 *   RUNNING ---------------------------> QUEUED -------------------------> CLAIMED --------------------> RUNNING
 *                                          |                                         store, then notify
 *                                          '--- deadline, bucket lock held: leave ----------------------> RUNNING
 *
 * Rules   P1  a thread joins a FIFO, and is taken off it, under the bucket's lock only, so a waker and the expiry
 *             of a deadline agree on which of them ended the wait
 *         P2  a claimed thread's links belong to its waker until it makes it RUNNING, and only then it may run:
 *             the waker notifies with no lock held
 *         P3  PT_ONPROC is cleared before the bucket's lock is released: who finds the thread queued finds it off
 *             its CPU. It is set again by the thread itself, before it takes or releases any lock
 *         P4  every wait has a deadline. One that has a timeout returns EWOULDBLOCK; one that has none throws
 *             ParkingDeadline after `deadlineMs`, since a program that waits so long is stuck
 *         P5  the thread does not wait while it holds a spin mutex other than the bucket's (asserted)
 * Race    the waker's store and notify may precede the wait: `mem.wait` compares the word and returns at once.
 */

/** A plain thread, as parking knows it. */
export interface Parker extends Actor {
  /** Address of the parking lot. */
  readonly lot: Addr
  /** How long a wait without a timeout may last, in ms. */
  readonly deadlineMs: number
  /** Length of a tick of a timeout, in ms. */
  readonly tickMs: number
  /** Name of what the thread sleeps on, for reports. Private to it. */
  wmesg: string
}

const EWOULDBLOCK = 35

/** A wait without a timeout that nobody ended. The caller does not hold what it waited for. */
export class ParkingDeadline extends Error {
  override readonly name = 'ParkingDeadline'
  /** Address of the lock or channel. */
  readonly lock: Addr
  /** Owner word of the thread that owns the lock; 0 if none does, or if it is a channel. */
  readonly owner: number

  constructor(message: string, lock: Addr, owner: number) {
    super(message)
    this.lock = lock
    this.owner = owner
  }
}

/** Appends the caller to a bucket's FIFO. Bucket lock held. */
export function parkingJoin(actor: Actor, bucket: Addr, channel: Addr, queue: number): void {
  const { mem } = actor
  const me = actor.self
  const last = mem.read(bucket + PB_LAST)
  mem.write(me + PT_CHANNEL, channel)
  mem.write(me + PT_QUEUE, queue)
  mem.write(me + PT_PREV, last)
  mem.write(me + PT_NEXT, NULL)
  mem.write(last === NULL ? bucket + PB_FIRST : last + PT_NEXT, me)
  mem.write(bucket + PB_LAST, me)
  mem.store(me + PT_STATE, PARK_QUEUED)
}

/** Takes `thread` off a bucket's FIFO. Bucket lock held. */
export function parkingLeave(mem: Mem, bucket: Addr, thread: Addr): void {
  const next = mem.read(thread + PT_NEXT)
  const prev = mem.read(thread + PT_PREV)
  mem.write(prev === NULL ? bucket + PB_FIRST : prev + PT_NEXT, next)
  mem.write(next === NULL ? bucket + PB_LAST : next + PT_PREV, prev)
}

/** The first from `thread` on, in FIFO order, that waits on `channel`; `queue` -1 is any. 0 if none does. Bucket lock held. */
function parkingFind(mem: Mem, thread: Addr, channel: Addr, queue: number): Addr {
  let found = thread
  while (found !== NULL) {
    if (mem.read(found + PT_CHANNEL) === channel && (queue < 0 || mem.read(found + PT_QUEUE) === queue)) break
    found = mem.read(found + PT_NEXT)
  }
  return found
}

/**
 * Blocks the thread, which has joined the FIFO of `bucket`, until it is woken or `timeoutMs` have passed; returns
 * whether it was woken. Bucket lock held on entry, released on return.
 */
function parkingBlock(actor: Actor, bucket: Addr, timeoutMs: number): boolean {
  const { mem } = actor
  const me = actor.self
  kassert(actor.spinDepth === 1, 'ci->ci_mtx_count == 1') // P5
  mem.store(me + PT_ONPROC, 0) // P3
  mutexSpinExit(actor, bucket + PB_LOCK)
  const deadline = performance.now() + timeoutMs
  let woken = true
  for (let state = PARK_QUEUED; state !== PARK_RUNNING; state = mem.load(me + PT_STATE)) {
    if (state === PARK_CLAIMED) {
      mem.spinWhile(me + PT_STATE, PARK_CLAIMED)
      continue
    }
    const left = deadline - performance.now()
    if (left > 0) {
      mem.wait(me + PT_STATE, PARK_QUEUED, left)
      continue
    }
    mutexSpinEnter(actor, bucket + PB_LOCK)
    if (mem.load(me + PT_STATE) === PARK_QUEUED) {
      parkingLeave(mem, bucket, me)
      mem.store(me + PT_STATE, PARK_RUNNING)
      woken = false
    }
    mutexSpinExit(actor, bucket + PB_LOCK)
  }
  mem.store(me + PT_ONPROC, me)
  return woken
}

/**
 * Wakes, in FIFO order from `from` on, at most `count` threads that wait on `channel` in `queue` (`only` is 0, or the
 * one thread to wake). Bucket lock held on entry, released on return. Returns how many it woke.
 */
export function parkingWake(
  actor: Actor,
  bucket: Addr,
  from: Addr,
  channel: Addr,
  queue: number,
  count: number,
  only: Addr,
): number {
  const { mem } = actor
  let claimed = NULL
  let tail = NULL
  let woken = 0
  let thread = parkingFind(mem, from, channel, queue)
  while (thread !== NULL && woken < count) {
    const next = mem.read(thread + PT_NEXT)
    if (only === NULL || thread === only) {
      parkingLeave(mem, bucket, thread)
      mem.write(thread + PT_NEXT, NULL)
      mem.store(thread + PT_STATE, PARK_CLAIMED)
      if (tail === NULL) claimed = thread
      else mem.write(tail + PT_NEXT, thread)
      tail = thread
      woken++
    }
    thread = parkingFind(mem, next, channel, queue)
  }
  mutexSpinExit(actor, bucket + PB_LOCK)
  while (claimed !== NULL) {
    const next = mem.read(claimed + PT_NEXT) // P2
    mem.store(claimed + PT_STATE, PARK_RUNNING)
    mem.notify(claimed + PT_STATE, 1)
    claimed = next
  }
  return woken
}

function parkingOnproc(actor: Actor, owner: number): Addr {
  const { mem } = actor
  return mem.load(owner + PT_ONPROC) === owner ? owner + PT_ONPROC : NULL
}

/** The turnstile of a lock is the first thread that waits for it. */
function parkingLookup(actor: Actor, lock: Addr): Addr {
  const { mem, lot } = actor as Parker
  const bucket = turnstileBucket(mem, lot, lock)
  mutexSpinEnter(actor, bucket + PB_LOCK)
  return parkingFind(mem, mem.read(bucket + PB_FIRST), lock, -1)
}

function parkingExit(actor: Actor, lock: Addr): void {
  const { mem, lot } = actor as Parker
  mutexSpinExit(actor, turnstileBucket(mem, lot, lock) + PB_LOCK)
}

// eslint-disable-next-line require-yield -- blocking blocks the thread: there is no scheduler to yield to
function* parkingTurnstileBlock(
  actor: Actor,
  _ts: Addr,
  queue: number,
  lock: Addr,
  syncobj: number,
): Sleeps<void> {
  const { mem, lot, deadlineMs } = actor as Parker
  const bucket = turnstileBucket(mem, lot, lock)
  parkingJoin(actor, bucket, lock, queue)
  if (!parkingBlock(actor, bucket, deadlineMs)) throw lockDeadline(actor as Parker, lock, syncobj)
}

function parkingTurnstileWakeup(
  actor: Actor,
  ts: Addr,
  queue: number,
  count: number,
  lock: Addr,
  newOwner: number,
): void {
  const { mem, lot } = actor as Parker
  parkingWake(actor, turnstileBucket(mem, lot, lock), ts, lock, queue, count, newOwner)
}

function parkingWaiters(actor: Actor, ts: Addr, queue: number): number {
  const { mem } = actor
  const lock = mem.read(ts + PT_CHANNEL)
  let waiters = 0
  let thread = parkingFind(mem, ts, lock, queue)
  while (thread !== NULL) {
    waiters++
    thread = parkingFind(mem, mem.read(thread + PT_NEXT), lock, queue)
  }
  return waiters
}

function parkingFirst(actor: Actor, ts: Addr, queue: number): number {
  const { mem } = actor
  return parkingFind(mem, ts, mem.read(ts + PT_CHANNEL), queue)
}

function parkingSleepEnter(actor: Actor, wchan: Addr, wmesg: string, _syncobj: number): void {
  const { mem, lot } = actor as Parker
  const bucket = sleepqBucket(mem, lot, wchan)
  mutexSpinEnter(actor, bucket + PB_LOCK)
  parkingJoin(actor, bucket, wchan, 0)
  ;(actor as Parker).wmesg = wmesg
}

// eslint-disable-next-line require-yield -- as above
function* parkingSleepBlock(actor: Actor, ticks: number, _catchSignals: boolean): Sleeps<number> {
  const { mem, lot, deadlineMs, tickMs } = actor as Parker
  const wchan = mem.read(actor.self + PT_CHANNEL)
  const bucket = sleepqBucket(mem, lot, wchan)
  if (parkingBlock(actor, bucket, ticks === 0 ? deadlineMs : ticks * tickMs)) return 0
  if (ticks === 0) throw channelDeadline(actor as Parker, wchan)
  return EWOULDBLOCK
}

function parkingSleepWake(actor: Actor, wchan: Addr, count: number): number {
  const { mem, lot } = actor as Parker
  const bucket = sleepqBucket(mem, lot, wchan)
  mutexSpinEnter(actor, bucket + PB_LOCK)
  return parkingWake(actor, bucket, mem.read(bucket + PB_FIRST), wchan, 0, count, NULL)
}

function parkingPoll(_actor: Actor): void {}

// eslint-disable-next-line require-yield -- a thread is never asked to give way
function* parkingPreempt(actor: Actor): Sleeps<void> {
  actor.preemptWanted = false
}

function lockDeadline(actor: Parker, lock: Addr, syncobj: number): ParkingDeadline {
  const { mem } = actor
  const rw = syncobj === RW_SYNCOBJ
  const owner = rw ? rwOwner(mem, lock) : mutexOwner(mem, lock)
  const nobody = rw ? 'which no writer owns' : 'which nobody owns'
  const whose = owner === NULL ? nobody : `owned by thread ${mem.read(owner + PT_INDEX)}`
  const who = `thread ${mem.read(actor.self + PT_INDEX)}`
  const what = `${rw ? 'rwlock' : 'mutex'} at word ${lock}`
  return new ParkingDeadline(`${who} waited ${actor.deadlineMs} ms for the ${what}, ${whose}`, lock, owner)
}

function channelDeadline(actor: Parker, wchan: Addr): ParkingDeadline {
  const { mem } = actor
  const who = `thread ${mem.read(actor.self + PT_INDEX)}`
  return new ParkingDeadline(
    `${who} slept ${actor.deadlineMs} ms on '${actor.wmesg}' at word ${wchan}, which nobody owns and nobody woke`,
    wchan,
    NULL,
  )
}

/** How a plain thread blocks on a lock. */
export const parkingTurnstile: TurnstileOps = operations({
  onproc: parkingOnproc,
  lookup: parkingLookup,
  exit: parkingExit,
  block: parkingTurnstileBlock,
  wakeup: parkingTurnstileWakeup,
  waiters: parkingWaiters,
  first: parkingFirst,
})

/** How a plain thread sleeps on a channel. It has no signals. */
export const parkingSleepq: SleepOps = operations({
  enter: parkingSleepEnter,
  block: parkingSleepBlock,
  wake: parkingSleepWake,
})

/** A plain thread has no interrupts. */
export const parkingInterrupts: InterruptOps = operations({ poll: parkingPoll, preempt: parkingPreempt })
