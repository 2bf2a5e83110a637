import { kassert, mutexOwned, mutexSpinEnter, mutexSpinExit, panic } from '@holdfast/atomics-sync'
import type { Sleeps } from '@holdfast/atomics-sync'
import {
  UVMEXP_FREE,
  UVMEXP_FREEMIN,
  UVMEXP_FREETARG,
  UVMEXP_NPAGES,
  UVMEXP_PAGING,
  UVMEXP_PDWOKE,
  UVMEXP_RESERVE_KERNEL,
  UVM_FPAGEQLOCK,
  UVM_PAGEDAEMON,
  UVM_PAGEDAEMON_WAITERS,
  UVM_PAGEQLOCK,
} from './globals.js'
import { uvmpdScan } from './uvm-pdaemon-scan.js'
import { uvmpdpolNeedsscanP, uvmpdpolTune } from './uvm-pdpolicy-clock.js'
import { uvmSwapisfull } from './uvm-swap.js'
import { uvmUnlockAndWait, wakeup } from './uvm-unlock-and-wait.js'
import type { VmCpu } from './vm-cpu.js'

/**
 * The pagedaemon's main loop and those who wait for it (uvm_pdaemon.c).
 *
 * Two channels, both under uvm_fpageqlock:
 *
 *     &uvm.pagedaemon   the pagedaemon sleeps; woken by uvm_wait, uvm_kick_pdaemon, and uvm_pageout_done if
 *                       memory is still short
 *     &uvmexp.free      LWPs in uvm_wait; all woken, and uvm_pagedaemon_waiters zeroed, in two places only:
 *                       by the pagedaemon after its scan has RETURNED, if free > reserve_kernel or nothing is
 *                       being paged out, and by uvm_pageout_done if free > reserve_kernel
 *
 * Freeing a page wakes nobody. So while the pagedaemon is stuck inside its scan (as in uvm_swapout_threads,
 * for a lock), only the completion of a page-out already begun can end a wait.
 */

/**
 * uvm_wait (uvm_pdaemon.c): sleeps until the pagedaemon says that there may be memory. Hold no lock; the
 * caller then tries again, for the memory may be gone. Takes and releases uvm_fpageqlock.
 *
 * The pagedaemon itself only pauses here, an eighth of a second, unless pages are being written for it.
 */
export function* uvmWait(cpu: VmCpu, wmesg: string): Sleeps<void> {
  const { mem } = cpu
  let timo = 0
  mutexSpinEnter(cpu, UVM_FPAGEQLOCK)
  // It cannot free more memory while it sleeps for some: hope that somebody else does.
  if (cpu.vmops.isPagedaemon(cpu) && mem.load(UVMEXP_PAGING) === 0) {
    timo = (cpu.config.mm['hz'] as number) >> 3
    if (cpu.config.mm['debug'] !== 0) panic('pagedaemon deadlock')
  }
  mem.write(UVM_PAGEDAEMON_WAITERS, mem.read(UVM_PAGEDAEMON_WAITERS) + 1)
  wakeup(cpu, UVM_PAGEDAEMON)
  yield* uvmUnlockAndWait(cpu, UVM_FPAGEQLOCK, UVMEXP_FREE, wmesg, timo)
}

/** uvm_kick_pdaemon (uvm_pdaemon.c): wakes the pagedaemon if free pages run low. uvm_fpageqlock is held. */
export function uvmKickPdaemon(cpu: VmCpu): void {
  const { mem } = cpu
  kassert(mutexOwned(cpu, UVM_FPAGEQLOCK), 'mutex_owned(&uvm_fpageqlock)')
  const coming = mem.read(UVMEXP_FREE) + mem.load(UVMEXP_PAGING)
  if (coming < mem.read(UVMEXP_FREEMIN) || (coming < mem.read(UVMEXP_FREETARG) && uvmpdpolNeedsscanP(cpu))) {
    wakeup(cpu, UVM_PAGEDAEMON)
  }
}

/** uvmpd_tune (uvm_pdaemon.c): sets freemin and freetarg (pages). At boot, or with the page queues locked. */
export function uvmpdTune(cpu: VmCpu): void {
  const { mem } = cpu
  // freemin of the configuration, where given, stands for the share of memory that a large machine keeps
  // free.
  let freemin = cpu.config.mm['freemin'] as number
  const atLeast = mem.read(UVMEXP_RESERVE_KERNEL) + 1
  if (freemin < atLeast) freemin = atLeast
  let freetarg = Math.trunc((freemin * 4) / 3)
  if (freetarg <= freemin) freetarg = freemin + 1
  mem.write(UVMEXP_FREEMIN, freemin)
  mem.write(UVMEXP_FREETARG, freetarg)
}

/** uvm_pageout (uvm_pdaemon.c): the pagedaemon, a kernel thread. Never returns. */
export function* uvmPageout(cpu: VmCpu): Sleeps<never> {
  const { mem } = cpu
  mutexSpinEnter(cpu, UVM_PAGEQLOCK)
  let npages = mem.read(UVMEXP_NPAGES)
  uvmpdTune(cpu)
  mutexSpinExit(cpu, UVM_PAGEQLOCK)

  for (;;) {
    mutexSpinEnter(cpu, UVM_FPAGEQLOCK)
    if (mem.read(UVM_PAGEDAEMON_WAITERS) === 0 || mem.load(UVMEXP_PAGING) > 0) {
      yield* uvmUnlockAndWait(cpu, UVM_FPAGEQLOCK, UVM_PAGEDAEMON, 'pgdaemon', 0)
      mem.write(UVMEXP_PDWOKE, mem.read(UVMEXP_PDWOKE) + 1)
    } else {
      mutexSpinExit(cpu, UVM_FPAGEQLOCK)
    }

    // Lock the page queues, and recompute the targets.
    mutexSpinEnter(cpu, UVM_PAGEQLOCK)
    if (npages !== mem.read(UVMEXP_NPAGES)) {
      npages = mem.read(UVMEXP_NPAGES)
      uvmpdTune(cpu)
    }
    uvmpdpolTune(cpu)

    mutexSpinEnter(cpu, UVM_FPAGEQLOCK)
    const needsfree = mem.read(UVMEXP_FREE) + mem.load(UVMEXP_PAGING) < mem.read(UVMEXP_FREETARG)
    const needsscan = needsfree || uvmpdpolNeedsscanP(cpu)
    if (needsscan) {
      mutexSpinExit(cpu, UVM_FPAGEQLOCK)
      yield* uvmpdScan(cpu)
      mutexSpinEnter(cpu, UVM_FPAGEQLOCK)
    }

    // If there is memory to be had, or none on its way, wake those who wait.
    if (mem.read(UVMEXP_FREE) > mem.read(UVMEXP_RESERVE_KERNEL) || mem.load(UVMEXP_PAGING) === 0) {
      wakeup(cpu, UVMEXP_FREE)
      mem.write(UVM_PAGEDAEMON_WAITERS, 0)
    }
    mutexSpinExit(cpu, UVM_FPAGEQLOCK)
    mutexSpinExit(cpu, UVM_PAGEQLOCK)
  }
}

/** uvm_pageout_start (uvm_pdaemon.c): `npages` more are being written. Takes and releases uvm_fpageqlock. */
export function uvmPageoutStart(cpu: VmCpu, npages: number): void {
  const { mem } = cpu
  mutexSpinEnter(cpu, UVM_FPAGEQLOCK)
  mem.add(UVMEXP_PAGING, npages)
  mutexSpinExit(cpu, UVM_FPAGEQLOCK)
}

/**
 * uvm_pageout_done (uvm_pdaemon.c): `npages` have been written and freed. Wakes those who wait for memory if
 * the kernel's reserve is whole again, else the pagedaemon. Takes and releases uvm_fpageqlock.
 */
export function uvmPageoutDone(cpu: VmCpu, npages: number): void {
  const { mem } = cpu
  mutexSpinEnter(cpu, UVM_FPAGEQLOCK)
  kassert(mem.load(UVMEXP_PAGING) >= npages, 'uvmexp.paging >= npages')
  mem.sub(UVMEXP_PAGING, npages)
  if (mem.read(UVMEXP_FREE) <= mem.read(UVMEXP_RESERVE_KERNEL)) {
    wakeup(cpu, UVM_PAGEDAEMON)
  } else {
    wakeup(cpu, UVMEXP_FREE)
    mem.write(UVM_PAGEDAEMON_WAITERS, 0)
  }
  mutexSpinExit(cpu, UVM_FPAGEQLOCK)
}

/**
 * uvm_reclaimable (uvm_pdaemon.c): whether to wait for memory makes sense, or swap is full and nothing else
 * can go.
 */
export function uvmReclaimable(cpu: VmCpu): boolean {
  return !uvmSwapisfull(cpu)
}
