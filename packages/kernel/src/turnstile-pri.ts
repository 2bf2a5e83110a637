import { MUTEX_BIT_SPIN, kassert } from '@holdfast/atomics-sync'
import type { Addr } from '@holdfast/atomics-sync'
import { SPC_LWPLOCK, curlwp } from './cpu.js'
import type { Cpu } from './cpu.js'
import { EV_LEND } from './events.js'
import { lwpLock, lwpTrylock, lwpUnlock } from './kern-lwp-lock.js'
import { lwpEprio, lwpLendpri } from './kern-lwp-pri.js'
import { TS_EPRIO, TS_INHERITOR, TS_PICHAIN } from './kern-turnstile.js'
import { L_CPU, L_MUTEX, L_PI_LENDERS, L_SYNCOBJ, L_TS, L_WCHAN } from './lwp.js'
import type { LwpRef } from './lwp.js'
import { syncobjOps } from './syncobj.js'

/**
 * Priority inheritance through turnstiles (kern_turnstile.c).
 *
 *   high --waits for--> A, owned by middle --waits for--> B, owned by low:   low runs with the priority of high
 *
 * Each step needs the lock of the waiter (the chain's) and that of the owner, in no fixed order: the owner's is
 * tried, and on failure the walk starts over from the current LWP. A lock release takes the loan back.
 */

/**
 * turnstile_lendpri: lends the priority of the current LWP, which has queued itself on a turnstile, to the owner of
 * what it waits for, and so on down the chain of waits. LWP locked (by its turnstile chain); it is so again on return,
 * but its lock may have been dropped in between, and it may have been woken.
 */
export function turnstileLendpri(cpu: Cpu, cur: LwpRef): void {
  const { mem } = cpu
  let lwp = cur
  let prio = lwpEprio(cpu, lwp)

  kassert(lwp === curlwp(cpu), 'l == curlwp')
  for (;;) {
    const wchan = mem.read(lwp + L_WCHAN)
    if (wchan === 0) break

    const owner = syncobjOps(mem.read(lwp + L_SYNCOBJ)).owner(cpu, wchan)
    if (owner === 0) break
    // The chain lock was dropped meanwhile, and the lock handed to us: sleepq_block will find us awake.
    if (owner === cur) break

    // We hold one LWP lock already, so the owner's can only be tried.
    const dolock = mem.load(lwp + L_MUTEX) !== mem.load(owner + L_MUTEX)
    if (lwp === owner || (dolock && !lwpTrylock(cpu, owner))) {
      // The owner changed behind us, or its lock is taken, by somebody who may want ours. Let go, and start over.
      if (lwp === owner) awaitHandoff(cpu, lwp, wchan)
      else awaitLock(cpu, lwp, owner)
      lwp = cur
      lwpLock(cpu, lwp)
      prio = lwpEprio(cpu, lwp)
      continue
    }

    if (prio <= lwpEprio(cpu, owner)) {
      if (dolock) lwpUnlock(cpu, owner)
      break
    }

    // Lend, and note it for turnstile_unlendpri.
    const ts = mem.read(lwp + L_TS)
    const inheritor = mem.read(ts + TS_INHERITOR)
    kassert(inheritor === owner || inheritor === 0, 'ts->ts_inheritor == owner || ts->ts_inheritor == NULL')
    if (inheritor === 0) {
      mem.write(ts + TS_INHERITOR, owner)
      mem.write(ts + TS_EPRIO, prio)
      mem.write(ts + TS_PICHAIN, mem.read(owner + L_PI_LENDERS))
      mem.write(owner + L_PI_LENDERS, ts)
      lwpLendpri(cpu, owner, prio)
      cpu.events.record(EV_LEND, owner, prio)
    } else if (prio > mem.read(ts + TS_EPRIO)) {
      mem.write(ts + TS_EPRIO, prio)
      lwpLendpri(cpu, owner, prio)
      cpu.events.record(EV_LEND, owner, prio)
    }
    if (dolock) lwpUnlock(cpu, lwp)
    lwp = owner
  }
  if (mem.load(cur + L_MUTEX) !== mem.load(lwp + L_MUTEX)) {
    lwpUnlock(cpu, lwp)
    lwpLock(cpu, cur)
  }
}

/**
 * Unlocks `lwp`, and spins while the lock of `owner`, which could not be had, is held as it is now. If it is free by
 * now there is nothing to wait for: so no round of the walk is in vain unless somebody else released a lock meanwhile.
 */
function awaitLock(cpu: Cpu, lwp: LwpRef, owner: LwpRef): void {
  const { mem } = cpu
  const mutex = mem.load(owner + L_MUTEX)
  const held = mem.load(mutex)
  lwpUnlock(cpu, lwp)
  if (held !== MUTEX_BIT_SPIN) mem.spinWhile(mutex, held)
}

/**
 * Unlocks `lwp`, which was given the lock at `wchan` and still sleeps on it, and spins until it is woken or the lock
 * changes again.
 */
function awaitHandoff(cpu: Cpu, lwp: LwpRef, wchan: Addr): void {
  const { mem } = cpu
  const word = mem.load(wchan)
  // Only if this word says so: another owner may keep the lock for as long as it likes.
  const given = syncobjOps(mem.read(lwp + L_SYNCOBJ)).owner(cpu, wchan) === lwp
  lwpUnlock(cpu, lwp)
  if (given) mem.spinWhileBoth(wchan, word, lwp + L_WCHAN, wchan)
}

/**
 * turnstile_unlendpri: takes back what the current LWP inherited through `ts`, and leaves it the highest of its other
 * loans. Chain lock of `ts` held.
 */
export function turnstileUnlendpri(cpu: Cpu, ts: Addr): void {
  const { mem } = cpu
  const lwp = curlwp(cpu)

  kassert(mem.read(ts + TS_INHERITOR) !== 0, 'ts->ts_inheritor != NULL')
  mem.write(ts + TS_INHERITOR, 0)
  // In cv_wait the caller is already on a sleep queue, whose lock it holds.
  const dolock = mem.load(lwp + L_MUTEX) === mem.read(lwp + L_CPU) + SPC_LWPLOCK
  if (dolock) lwpLock(cpu, lwp)

  // Remove ts from the list of lenders, and find the highest priority of the rest.
  let prio = -1
  let prev = 0
  kassert(mem.read(lwp + L_PI_LENDERS) !== 0, '!SLIST_EMPTY(&l->l_pi_lenders)')
  for (let iter = mem.read(lwp + L_PI_LENDERS); iter !== 0; iter = mem.read(iter + TS_PICHAIN)) {
    if (iter === ts) {
      if (prev === 0) mem.write(lwp + L_PI_LENDERS, mem.read(iter + TS_PICHAIN))
      else mem.write(prev + TS_PICHAIN, mem.read(iter + TS_PICHAIN))
      continue
    }
    prio = Math.max(prio, mem.read(iter + TS_EPRIO))
    prev = iter
  }
  lwpLendpri(cpu, lwp, prio)

  if (dolock) lwpUnlock(cpu, lwp)
}
