import { kassert, mutexOwned, mutexSpinEnter, mutexSpinExit, mutexSpinTryEnter } from '@holdfast/atomics-sync'
import type { Addr } from '@holdfast/atomics-sync'
import { SPC_LWPLOCK, SPC_MUTEX } from './cpu.js'
import type { Cpu, CpuInfoRef } from './cpu.js'
import { L_MUTEX } from './lwp.js'
import type { LwpRef } from './lwp.js'

/**
 * The lock of an LWP: `l_mutex` points to the spin mutex that covers it at present, and changes with its state.
 *
 *   LSONPROC, LSZOMB          spc_lwplock of l_cpu
 *   LSIDL, LSRUN              spc_mutex of l_cpu (also an LSRUN that is swapped out, and so on no run queue)
 *   LSSLEEP                   the lock of its sleep queue: a sleep table bucket or a turnstile chain
 *   LSSTOP, LSSUSPENDED       the sleep queue's if l_wchan is set, else spc_lwplock of l_cpu
 *
 * Order   spc_lwplock -> sleep table bucket -> turnstile chain -> spc_mutex
 * Rules   M1  l_mutex is changed only while the lock it points to is held
 *         M2  who enters the lock reads l_mutex again: it may have waited for a lock that covers the LWP no more
 * Race    read, enter, read are three steps:
 *
 *             CPU 1 (lwp_lock)                 CPU 2 (wakes the LWP)
 *             reads l_mutex: bucket 7          holds bucket 7
 *             spins                            l_mutex = spc_mutex; exits bucket 7
 *             enters bucket 7
 *             reads l_mutex: spc_mutex         M2: exits bucket 7 and enters spc_mutex
 */

/** lwp_lock (sys/lwp.h): takes the lock that covers `lwp`, whichever it is. Spins, never sleeps. */
export function lwpLock(cpu: Cpu, lwp: LwpRef): void {
  const { mem } = cpu
  const mutex = mem.load(lwp + L_MUTEX)
  mutexSpinEnter(cpu, mutex)
  if (mem.load(lwp + L_MUTEX) !== mutex) lwpLockRetry(cpu, lwp, mutex)
}

/** lwp_lock_retry (kern_lwp.c): the lock moved while it was waited for. `old` is held on entry. */
function lwpLockRetry(cpu: Cpu, lwp: LwpRef, old: Addr): void {
  const { mem } = cpu
  let held = old
  do {
    mutexSpinExit(cpu, held)
    held = mem.load(lwp + L_MUTEX)
    mutexSpinEnter(cpu, held)
  } while (mem.load(lwp + L_MUTEX) !== held)
}

/** lwp_trylock (kern_lwp.c): takes the LWP's lock unless that means waiting; returns whether it did. */
export function lwpTrylock(cpu: Cpu, lwp: LwpRef): boolean {
  const { mem } = cpu
  for (;;) {
    const old = mem.load(lwp + L_MUTEX)
    if (!mutexSpinTryEnter(cpu, old)) return false
    if (mem.load(lwp + L_MUTEX) === old) return true
    mutexSpinExit(cpu, old)
  }
}

/** lwp_unlock (sys/lwp.h): releases the lock that covers `lwp`, held on entry. */
export function lwpUnlock(cpu: Cpu, lwp: LwpRef): void {
  const { mem } = cpu
  mutexSpinExit(cpu, mem.load(lwp + L_MUTEX))
}

/** lwp_locked (kern_lwp.c): whether somebody holds the LWP's lock, and it is `mutex` (0: any). For assertions. */
export function lwpLocked(cpu: Cpu, lwp: LwpRef, mutex: Addr): boolean {
  const { mem } = cpu
  const current = mem.load(lwp + L_MUTEX)
  return mutexOwned(cpu, current) && (mutex === current || mutex === 0)
}

/**
 * lwp_setlock (kern_lwp.c): from now on `mutex` covers `lwp`. The present lock is held, and so is `mutex` by
 * convention; both stay held.
 */
export function lwpSetlock(cpu: Cpu, lwp: LwpRef, mutex: Addr): void {
  const { mem } = cpu
  kassert(lwpLocked(cpu, lwp, 0), 'lwp_locked(l, NULL)')
  mem.store(lwp + L_MUTEX, mutex)
}

/** lwp_unlock_to (kern_lwp.c): as {@link lwpSetlock}, then releases the old lock. `mutex` need not be held. */
export function lwpUnlockTo(cpu: Cpu, lwp: LwpRef, mutex: Addr): void {
  const { mem } = cpu
  kassert(lwpLocked(cpu, lwp, 0), 'lwp_locked(l, NULL)')
  const old = mem.load(lwp + L_MUTEX)
  mem.store(lwp + L_MUTEX, mutex)
  mutexSpinExit(cpu, old)
}

/** lwp_relock (kern_lwp.c): enters `mutex`, makes it the LWP's lock and releases the old one. */
export function lwpRelock(cpu: Cpu, lwp: LwpRef, mutex: Addr): void {
  const { mem } = cpu
  kassert(lwpLocked(cpu, lwp, 0), 'lwp_locked(l, NULL)')
  const old = mem.load(lwp + L_MUTEX)
  if (mutex === old) return
  mutexSpinEnter(cpu, mutex)
  mem.store(lwp + L_MUTEX, mutex)
  mutexSpinExit(cpu, old)
}

/** spc_lock (sys/lwp.h): takes the run queue lock of `ci`. */
export function spcLock(cpu: Cpu, ci: CpuInfoRef): void {
  mutexSpinEnter(cpu, ci + SPC_MUTEX)
}

/** spc_unlock (sys/lwp.h). */
export function spcUnlock(cpu: Cpu, ci: CpuInfoRef): void {
  mutexSpinExit(cpu, ci + SPC_MUTEX)
}

/** spc_dlock (sys/lwp.h): takes the run queue locks of two different CPUs, the lower address first. */
export function spcDlock(cpu: Cpu, one: CpuInfoRef, two: CpuInfoRef): void {
  kassert(one !== two, 'ci1 != ci2')
  spcLock(cpu, Math.min(one, two))
  spcLock(cpu, Math.max(one, two))
}

/** Address of the lock that covers LWPs on `ci`'s CPU (spc_lwplock). */
export function spcLwplock(ci: CpuInfoRef): Addr {
  return ci + SPC_LWPLOCK
}
