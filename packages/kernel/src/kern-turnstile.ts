import {
  TS_READER_Q,
  TS_WRITER_Q,
  kassert,
  layout,
  mutexOwned,
  mutexSpinEnter,
  mutexSpinExit,
  operations,
  panic,
} from '@holdfast/atomics-sync'
import type { Addr, TurnstileOps } from '@holdfast/atomics-sync'
import { CI_CURLWP, curlwp } from './cpu.js'
import type { Cpu, Sleeps } from './cpu.js'
import { EV_BLOCK } from './events.js'
import { lwpUnlock } from './kern-lwp-lock.js'
import { sleepqBlock, sleepqChangepri, sleepqEnqueue, sleepqEnter, sleepqRemove } from './kern-sleepq.js'
import { kpreemptDisable, kpreemptEnable } from './kpreempt.js'
import { listInsertHead, listRemove, tailqEmpty, tailqFirst, tailqNext } from './list.js'
import { L_KPRIBASE, L_KPRIORITY, L_SLEEPCHAIN_NEXT, L_TS } from './lwp.js'
import type { LwpRef } from './lwp.js'
import { PRI_KTHREAD } from './param.js'
import { syncobjOps } from './syncobj.js'
import { turnstileLendpri, turnstileUnlendpri } from './turnstile-pri.js'

/**
 * Turnstiles: the queues of LWPs blocked on mutexes and rwlocks, and priority inheritance (kern_turnstile.c).
 *
 * Every LWP owns one turnstile. The first to block on a lock lends its own to it; those that follow add theirs to
 * the free list of that one. Whoever wakes takes one off the free list, or, as the last, the active one itself.
 *
 *        lock A ---> chain (hash of A) ---> ts of LWP 1, active: ts_obj = A, LWPs 1 2 3 queued
 *                    tc_mutex                  '-- ts_free --> ts of LWP 3 --> ts of LWP 2
 *
 * Rules   T1  a chain, its turnstiles and their sleepers are covered by the chain's lock (tc_mutex)
 *         T2  lookup takes the chain's lock and leaves it held; exit, block and wakeup release it
 *         T3  turnstile_remove ignores that the LWP may need swap-in, and nobody kicks the swapper:
 *             who waits on a turnstile must never be swapped out (see swappable())
 */

/** Chains; a power of two. */
export const TS_HASH_SIZE = 64

/** struct turnstile (sys/sleepq.h). */
export const {
  TS_CHAIN_NEXT,
  TS_CHAIN_PREV,
  TS_FREE,
  TS_OBJ,
  TS_WAITERS,
  TS_SLEEPQ,
  TS_INHERITOR,
  TS_EPRIO,
  TS_PICHAIN,
  TURNSTILE_WORDS,
} = layout('turnstile', {
  TS_CHAIN_NEXT: 'tc_mutex',
  TS_CHAIN_PREV: 'tc_mutex',
  TS_FREE: 'tc_mutex', // turnstiles lent by the other waiters
  TS_OBJ: 'tc_mutex', // the lock waited for
  TS_WAITERS: { lock: 'tc_mutex', words: 2 }, // by queue
  TS_SLEEPQ: { lock: 'tc_mutex', words: 4 }, // readers' queue, writers' queue
  TS_INHERITOR: 'tc_mutex', // LWP that inherits a priority through this turnstile
  TS_EPRIO: {
    lock: 'tc_mutex', // that priority
    unlocked: 'turnstile_unlendpri reads those of the other lenders under the lock of the LWP they lend to',
  },
  TS_PICHAIN: 'inheritor', // next lender to the same LWP (l_pi_lenders): the lock of that LWP
})

/** tschain_t (sys/sleepq.h). */
export const { TC_CHAIN, TC_MUTEX, TSCHAIN_WORDS } = layout('tschain', {
  TC_CHAIN: 'tc_mutex', // first turnstile
  TC_MUTEX: { lock: 'atomic', isLock: true }, // spin, IPL_SCHED
})

/** TS_HASH: the chain of `lock`. C hashes byte addresses by >> 3; a word address is a quarter of one. */
export function turnstileChain(cpu: Cpu, lock: Addr): Addr {
  return (cpu.config.kern.turnstileTab as number) + ((lock >> 1) & (TS_HASH_SIZE - 1)) * TSCHAIN_WORDS
}

/** TS_ALL_WAITERS. */
function tsAllWaiters(cpu: Cpu, ts: Addr): number {
  const { mem } = cpu
  return mem.read(ts + TS_WAITERS + TS_READER_Q) + mem.read(ts + TS_WAITERS + TS_WRITER_Q)
}

/** The sleep queue of one kind of waiters. */
function turnstileQueue(ts: Addr, queue: number): Addr {
  return ts + TS_SLEEPQ + queue * 2
}

/** turnstile_remove: takes `lwp` off its queue, gives it a turnstile back, and wakes it (T3). Chain locked. */
function turnstileRemove(cpu: Cpu, ts: Addr, lwp: LwpRef, queue: number): void {
  const { mem } = cpu
  kassert(mem.read(lwp + L_TS) === ts, 'l->l_ts == ts')

  const nts = mem.read(ts + TS_FREE)
  if (nts !== 0) {
    kassert(tsAllWaiters(cpu, ts) > 1, 'TS_ALL_WAITERS(ts) > 1')
    mem.write(lwp + L_TS, nts)
    mem.write(ts + TS_FREE, mem.read(nts + TS_FREE))
    mem.write(nts + TS_FREE, 0)
  } else {
    // The free list is empty: this is the last waiter.
    kassert(tsAllWaiters(cpu, ts) === 1, 'TS_ALL_WAITERS(ts) == 1')
    listRemove(mem, ts, TS_CHAIN_NEXT)
  }

  mem.write(ts + TS_WAITERS + queue, mem.read(ts + TS_WAITERS + queue) - 1)
  sleepqRemove(cpu, turnstileQueue(ts, queue), lwp)
}

/** turnstile_lookup: takes the chain lock of `lock`; returns its turnstile, or 0 if nobody waits. */
function turnstileLookup(cpu: Cpu, lock: Addr): Addr {
  const { mem } = cpu
  const tc = turnstileChain(cpu, lock)
  mutexSpinEnter(cpu, tc + TC_MUTEX)
  let ts = mem.read(tc + TC_CHAIN)
  while (ts !== 0 && mem.read(ts + TS_OBJ) !== lock) ts = mem.read(ts + TS_CHAIN_NEXT)
  return ts
}

/** turnstile_exit: releases the chain lock of `lock`, taken by turnstile_lookup. */
function turnstileExit(cpu: Cpu, lock: Addr): void {
  mutexSpinExit(cpu, turnstileChain(cpu, lock) + TC_MUTEX)
}

/**
 * turnstile_block: waits on `lock`, in the readers' or the writers' queue. `ts` is what turnstile_lookup returned; the
 * chain lock is held on entry, and is the only spin mutex held (panics otherwise); it is released.
 */
function* turnstileBlock(cpu: Cpu, found: Addr, queue: number, lock: Addr, syncobj: number): Sleeps<void> {
  const { mem } = cpu
  const lwp = curlwp(cpu)
  const tc = turnstileChain(cpu, lock)
  let ts = found

  if (cpu.spinDepth !== 1) panic('sleeping with a spin lock held')
  kassert(queue === TS_READER_Q || queue === TS_WRITER_Q, 'q == TS_READER_Q || q == TS_WRITER_Q')
  kassert(mutexOwned(cpu, tc + TC_MUTEX), 'mutex_owned(tc->tc_mutex)')
  kassert(lwp !== 0 && mem.read(lwp + L_TS) !== 0, 'l != NULL && l->l_ts != NULL')
  cpu.events.record(EV_BLOCK, lock, syncobjOps(syncobj).owner(cpu, lock))

  const own = mem.read(lwp + L_TS)
  if (ts === 0) {
    // The first to wait for this lock: lend it our turnstile.
    ts = own
    kassert(tsAllWaiters(cpu, ts) === 0, 'TS_ALL_WAITERS(ts) == 0')
    kassert(
      tailqEmpty(mem, turnstileQueue(ts, TS_READER_Q)) && tailqEmpty(mem, turnstileQueue(ts, TS_WRITER_Q)),
      'TAILQ_EMPTY(&ts->ts_sleepq[TS_READER_Q]) && TAILQ_EMPTY(&ts->ts_sleepq[TS_WRITER_Q])',
    )
    mem.write(ts + TS_OBJ, lock)
    mem.write(ts + TS_INHERITOR, 0)
    listInsertHead(mem, tc + TC_CHAIN, ts, TS_CHAIN_NEXT)
  } else {
    // It has one: add ours to the free list, and refer to the active one.
    kassert(mem.read(own + TS_FREE) === 0, 'ots->ts_free == NULL')
    mem.write(own + TS_FREE, mem.read(ts + TS_FREE))
    mem.write(ts + TS_FREE, own)
    mem.write(lwp + L_TS, ts)
    kassert(mem.read(ts + TS_OBJ) === lock, 'ts->ts_obj == obj')
    kassert(tsAllWaiters(cpu, ts) !== 0, 'TS_ALL_WAITERS(ts) != 0')
  }

  mem.write(ts + TS_WAITERS + queue, mem.read(ts + TS_WAITERS + queue) + 1)
  sleepqEnter(cpu, lwp, tc + TC_MUTEX)
  mem.write(lwp + L_KPRIORITY, 1)
  const obase = mem.read(lwp + L_KPRIBASE)
  if (obase < PRI_KTHREAD) mem.write(lwp + L_KPRIBASE, PRI_KTHREAD)
  sleepqEnqueue(cpu, turnstileQueue(ts, queue), lock, 'tstile', syncobj)

  // The locks may be dropped while the priority is lent: no preemption in that state of flux.
  kpreemptDisable(cpu)
  turnstileLendpri(cpu, lwp)
  yield* sleepqBlock(cpu, 0, false)
  mem.write(lwp + L_KPRIBASE, obase)
  kpreemptEnable(cpu)
}

/**
 * turnstile_wakeup: takes back what the caller inherited through `ts`, and wakes `count` waiters of one queue, by
 * priority; or `newOwner` alone, to which the lock was handed. Chain lock held on entry, released.
 */
function turnstileWakeup(
  cpu: Cpu,
  ts: Addr,
  queue: number,
  count: number,
  lock: Addr,
  newOwner: LwpRef,
): void {
  const { mem } = cpu
  const tc = turnstileChain(cpu, lock)
  const sq = turnstileQueue(ts, queue)
  const inheritor = mem.read(ts + TS_INHERITOR)

  kassert(count > 0 && count <= mem.read(ts + TS_WAITERS + queue), 'count > 0 && count <= TS_WAITERS(ts, q)')
  kassert(mutexOwned(cpu, tc + TC_MUTEX), 'mutex_owned(tc->tc_mutex)')
  kassert(
    inheritor === curlwp(cpu) || inheritor === 0,
    'ts->ts_inheritor == curlwp || ts->ts_inheritor == NULL',
  )

  if (inheritor !== 0) turnstileUnlendpri(cpu, ts)

  if (newOwner !== 0) {
    let lwp = tailqFirst(mem, sq)
    while (lwp !== 0 && lwp !== newOwner) lwp = tailqNext(mem, lwp, L_SLEEPCHAIN_NEXT)
    if (lwp === 0) panic('turnstile_wakeup: nl not on sleepq')
    turnstileRemove(cpu, ts, newOwner, queue)
  } else {
    for (let left = count; left > 0; left--) {
      const lwp = tailqFirst(mem, sq)
      kassert(lwp !== 0, 'l != NULL')
      turnstileRemove(cpu, ts, lwp, queue)
    }
  }
  mutexSpinExit(cpu, tc + TC_MUTEX)
}

/** turnstile_unsleep: panics. Nothing may interrupt an LWP that waits for a lock. */
export function turnstileUnsleep(cpu: Cpu, lwp: LwpRef, _cleanup: boolean): number {
  lwpUnlock(cpu, lwp)
  return panic('turnstile_unsleep')
}

/** turnstile_changepri: sets the priority of an LWP that waits for a lock. LWP locked. */
export function turnstileChangepri(cpu: Cpu, lwp: LwpRef, pri: number): void {
  sleepqChangepri(cpu, lwp, pri)
}

/** How many wait in one queue of `ts` (TS_WAITERS). Chain lock held. */
function turnstileWaiters(cpu: Cpu, ts: Addr, queue: number): number {
  const { mem } = cpu
  return mem.read(ts + TS_WAITERS + queue)
}

/** The first waiter of one queue of `ts` (TS_FIRST), or 0. Chain lock held. */
function turnstileFirst(cpu: Cpu, ts: Addr, queue: number): LwpRef {
  const { mem } = cpu
  return tailqFirst(mem, turnstileQueue(ts, queue))
}

/**
 * mutex_onproc (kern_mutex.c): the word that holds `owner` for as long as it runs on some CPU, or 0 if it runs on none.
 * `owner` is compared, never followed: it may be stale.
 */
function turnstileOnproc(cpu: Cpu, owner: LwpRef): Addr {
  const { mem, config } = cpu
  const end = config.cpuInfos + config.ncpu * config.cpuInfoWords
  for (let ci = config.cpuInfos; ci < end; ci += config.cpuInfoWords) {
    if (mem.load(ci + CI_CURLWP) === owner) return ci + CI_CURLWP
  }
  return 0
}

/** How an LWP blocks on a lock: the kernel's implementation of what mutexes and rwlocks ask. */
export const kernelTurnstileOps = operations<TurnstileOps>({
  onproc: turnstileOnproc,
  lookup: turnstileLookup,
  exit: turnstileExit,
  block: turnstileBlock,
  wakeup: turnstileWakeup,
  waiters: turnstileWaiters,
  first: turnstileFirst,
})
