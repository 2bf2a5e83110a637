import {
  NULL,
  RW_READER,
  kassert,
  mutexEnter,
  mutexExit,
  mutexOwned,
  rwExit,
  rwTryEnter,
} from '@holdfast/atomics-sync'
import type { Sleeps } from '@holdfast/atomics-sync'
import type { Cpu } from './cpu.js'
import { PROC_LOCK } from './globals.js'
import { lwpAddref, lwpDelref } from './kern-lwp.js'
import { procUnstop } from './kern-sig.js'
import { L_PROC } from './lwp.js'
import type { LwpRef } from './lwp.js'
import { EBUSY, EINVAL, EPERM, ESRCH, PK_SYSTEM, PSL_FSTRACE, PSL_TRACED, SACTIVE, SSTOP } from './param.js'
import { P_FLAG, P_LOCK, P_PPTR, P_REFLOCK, P_SLFLAG, P_STAT } from './proc.js'
import type { ProcRef } from './proc.js'
import { processAttach, processDetach, processLwp, processSstep } from './sys-process.js'
import { uvmLwpHold, uvmLwpRele } from './uvm-glue/hold.js'

/**
 * The ctl file of procfs (procfs_ctl.c): as ptrace, and as there the LWP is held with proc_lock and p_lock held.
 */

/** Operations. */
export const PROCFS_CTL_ATTACH = 1
export const PROCFS_CTL_DETACH = 2
export const PROCFS_CTL_STEP = 3
export const PROCFS_CTL_RUN = 4

/**
 * procfs_rw of a ctl file (procfs_subr.c): operation `op` of the caller `curl` on process `p`.
 *
 * proc_lock held on entry, by which `p` was found, and released on return. May sleep. Returns 0 or an errno, as
 * {@link procfsControl}, or EBUSY if `p` is exiting and ESRCH if it has no LWP.
 */
export function* procfsCtl(cpu: Cpu, curl: LwpRef, op: number, p: ProcRef): Sleeps<number> {
  kassert(mutexOwned(cpu, PROC_LOCK), 'mutex_owned(proc_lock)')
  if (!rwTryEnter(cpu, p + P_REFLOCK, RW_READER)) {
    mutexExit(cpu, PROC_LOCK)
    return EBUSY
  }
  mutexExit(cpu, PROC_LOCK)

  yield* mutexEnter(cpu, p + P_LOCK)
  const l = processLwp(cpu, p)
  if (l === NULL) {
    mutexExit(cpu, p + P_LOCK)
    rwExit(cpu, p + P_REFLOCK)
    return ESRCH
  }
  lwpAddref(cpu, l)
  mutexExit(cpu, p + P_LOCK)

  const error = yield* procfsControl(cpu, curl, l, op)

  yield* lwpDelref(cpu, l)
  rwExit(cpu, p + P_REFLOCK)
  return error
}

/**
 * procfs_control (procfs_ctl.c): the caller holds a reference on `l` and p_reflock, read. Takes proc_lock and p_lock, and
 * holds them across the swap-in of `l`; releases them. May sleep.
 * Returns 0 or EBUSY (traced already, or not stopped and traced by the caller), EINVAL (itself), EPERM (system).
 */
export function* procfsControl(cpu: Cpu, curl: LwpRef, l: LwpRef, op: number): Sleeps<number> {
  const { mem, config } = cpu
  const curp: ProcRef = mem.read(curl + L_PROC)
  const p: ProcRef = mem.read(l + L_PROC)
  let error = 0

  yield* mutexEnter(cpu, PROC_LOCK)
  yield* mutexEnter(cpu, p + P_LOCK)

  const slflag = mem.read(p + P_SLFLAG)
  const stat = mem.read(p + P_STAT)
  const mine =
    (slflag & (PSL_TRACED | PSL_FSTRACE)) === (PSL_TRACED | PSL_FSTRACE) && mem.read(p + P_PPTR) === curp
  if (stat !== SACTIVE && stat !== SSTOP) {
    error = ESRCH
  } else if (op === PROCFS_CTL_ATTACH) {
    if ((slflag & PSL_TRACED) !== 0) error = EBUSY
    else if (p === curp) error = EINVAL
    else if ((mem.read(p + P_FLAG) & PK_SYSTEM) !== 0 || p === config.initproc) error = EPERM
  } else if (!mine || (stat !== SSTOP && op !== PROCFS_CTL_DETACH)) {
    error = EBUSY
  }

  if (error === 0) {
    if (op === PROCFS_CTL_ATTACH) {
      processAttach(cpu, curp, p, PSL_TRACED | PSL_FSTRACE)
    } else {
      yield* uvmLwpHold(cpu, l)
      processSstep(cpu, l, op === PROCFS_CTL_STEP)
      uvmLwpRele(cpu, l)
      if (op === PROCFS_CTL_DETACH) processDetach(cpu, p)
      if (mem.read(p + P_STAT) === SSTOP) procUnstop(cpu, p, 0)
    }
  }

  mutexExit(cpu, p + P_LOCK)
  mutexExit(cpu, PROC_LOCK)
  return error
}
