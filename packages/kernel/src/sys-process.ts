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
import { procReparent } from './kern-proc.js'
import { kpsignal2, procUnstop } from './kern-sig.js'
import { L_PROC, L_SIBLING_NEXT, L_STAT } from './lwp.js'
import type { LwpRef } from './lwp.js'
import {
  EBUSY,
  EINVAL,
  EPERM,
  ESRCH,
  LSIDL,
  LSZOMB,
  PK_SYSTEM,
  PSL_FSTRACE,
  PSL_TRACED,
  SACTIVE,
  SIGSTOP,
  SSTOP,
} from './param.js'
import { PCB_PC, PCB_REGS, PCB_SSTEP, uareaLoad, uareaStore } from './pcb.js'
import { P_FLAG, P_LOCK, P_LWPS, P_OPPTR, P_PPTR, P_REFLOCK, P_SLFLAG, P_STAT, P_WAITED } from './proc.js'
import type { ProcRef } from './proc.js'
import { REGISTERS } from './program.js'
import { uvmLwpHold, uvmLwpRele } from './uvm-glue/hold.js'

/**
 * ptrace(2) (sys_process.c): the calls that look into another LWP's u-area.
 *
 *     request               held across uvm_lwp_hold of the other LWP
 *     PT_CONTINUE, PT_STEP, PT_DETACH     proc_lock AND p_lock (pheld = 1), l_refcnt, p_reflock read
 *     PT_GETREGS                          l_refcnt, p_reflock read, neither of the mutexes
 *
 * p_reflock keeps the process from exiting; it is only ever tried for, so EBUSY means that the process is on its way
 * out.
 */

/** Requests. */
export const PT_CONTINUE = 7
export const PT_ATTACH = 9
export const PT_DETACH = 10
export const PT_STEP = 32

/**
 * sys_ptrace (sys_process.c): request PT_CONTINUE, PT_STEP, PT_DETACH or PT_ATTACH of the caller `l` on process `t`.
 *
 * proc_lock held on entry, by which `t` was found, and released on return. May sleep, holding proc_lock and p_lock: for
 * memory and for the disk, if the LWP is swapped out.
 * Returns 0 or EPERM (not traced, or a system process), EBUSY (traced by another, not stopped, not waited for, or
 * exiting), EINVAL (the caller's own process), ESRCH.
 */
export function* sysPtrace(cpu: Cpu, l: LwpRef, req: number, t: ProcRef): Sleeps<number> {
  const { mem, config } = cpu
  const p: ProcRef = mem.read(l + L_PROC)
  kassert(mutexOwned(cpu, PROC_LOCK), 'mutex_owned(proc_lock)')

  yield* mutexEnter(cpu, t + P_LOCK)
  // A reference on the process, so that it does not exit.
  if (!rwTryEnter(cpu, t + P_REFLOCK, RW_READER)) {
    mutexExit(cpu, t + P_LOCK)
    mutexExit(cpu, PROC_LOCK)
    return EBUSY
  }

  let error = 0
  const slflag = mem.read(t + P_SLFLAG)
  const stat = mem.read(t + P_STAT)
  if (stat !== SACTIVE && stat !== SSTOP) {
    error = ESRCH
  } else if (req === PT_ATTACH) {
    if (t === p) error = EINVAL
    else if ((mem.read(t + P_FLAG) & PK_SYSTEM) !== 0 || t === config.initproc) error = EPERM
    else if ((slflag & PSL_TRACED) !== 0) error = EBUSY
  } else if ((slflag & PSL_TRACED) === 0) {
    error = EPERM
  } else if ((slflag & PSL_FSTRACE) !== 0 || mem.read(t + P_PPTR) !== p) {
    error = EBUSY
  } else if (stat !== SSTOP || mem.read(t + P_WAITED) === 0) {
    error = EBUSY
  }

  const lt = error === 0 ? processLwp(cpu, t) : NULL
  if (error === 0 && lt === NULL) error = ESRCH
  if (lt !== NULL) lwpAddref(cpu, lt)

  if (error === 0) {
    if (req === PT_ATTACH) {
      processAttach(cpu, p, t, PSL_TRACED)
    } else {
      // proc_lock and p_lock are held: the other LWP's swap lock is taken below them.
      yield* uvmLwpHold(cpu, lt)
      processSstep(cpu, lt, req === PT_STEP)
      uvmLwpRele(cpu, lt)

      if (req === PT_DETACH) processDetach(cpu, t)
      // Deliver no signal, and let it run.
      if (mem.read(t + P_STAT) === SSTOP) procUnstop(cpu, t, 0)
    }
  }

  mutexExit(cpu, t + P_LOCK)
  mutexExit(cpu, PROC_LOCK)
  if (lt !== NULL) yield* lwpDelref(cpu, lt)
  rwExit(cpu, t + P_REFLOCK)
  return error
}

/** The LWP that stands for process `t`: the first that is alive, or 0. p_lock held. */
export function processLwp(cpu: Cpu, t: ProcRef): LwpRef {
  const { mem } = cpu
  for (let l = mem.read(t + P_LWPS); l !== NULL; l = mem.read(l + L_SIBLING_NEXT)) {
    const stat = mem.read(l + L_STAT)
    if (stat !== LSIDL && stat !== LSZOMB) return l
  }
  return NULL
}

/** Makes process `p` the tracer and parent of `t`, and stops `t`. proc_lock and p_lock of `t` held. */
export function processAttach(cpu: Cpu, p: ProcRef, t: ProcRef, flags: number): void {
  const { mem } = cpu
  mem.write(t + P_OPPTR, mem.read(t + P_PPTR))
  mem.write(t + P_SLFLAG, mem.read(t + P_SLFLAG) | flags)
  procReparent(cpu, t, p)
  kpsignal2(cpu, t, SIGSTOP)
}

/** Gives process `t` back to its own parent, or to init. proc_lock and p_lock of `t` held. */
export function processDetach(cpu: Cpu, t: ProcRef): void {
  const { mem, config } = cpu
  mem.write(t + P_SLFLAG, mem.read(t + P_SLFLAG) & ~(PSL_TRACED | PSL_FSTRACE))
  const opptr = mem.read(t + P_OPPTR)
  procReparent(cpu, t, opptr === NULL ? config.initproc : opptr)
  mem.write(t + P_OPPTR, NULL)
}

/**
 * process_sstep (x86/process_machdep.c): sets or clears the trace flag in the PCB of `l`, which is held. While it is set,
 * `l` traps after each instruction: see kern-sig.ts.
 */
export function processSstep(cpu: Cpu, l: LwpRef, sstep: boolean): void {
  uareaStore(cpu, l, PCB_SSTEP, sstep ? 1 : 0)
}

/**
 * process_doregs (sys_process.c), to read: the registers of `l`, on which the caller has a reference (l_refcnt, and
 * p_reflock for reading). It need not be stopped. Neither proc_lock nor p_lock held. May sleep, for memory and for the
 * disk. Returns a digest of the registers, so that they have really been read.
 */
export function* processDoregs(cpu: Cpu, l: LwpRef): Sleeps<number> {
  yield* uvmLwpHold(cpu, l)
  let digest = uareaLoad(cpu, l, PCB_PC)
  for (let register = 0; register < REGISTERS; register++) {
    digest = (Math.imul(digest, 31) + uareaLoad(cpu, l, PCB_REGS + register)) | 0
  }
  uvmLwpRele(cpu, l)
  return digest
}

/**
 * Reads the registers of `lt` (PT_GETREGS, and procfs's regs file): a reference on `lt` and p_reflock, read, are held
 * on entry ({@link lwpAddref}, rw_tryenter), and released on return. May sleep.
 */
export function* processGetregs(cpu: Cpu, lt: LwpRef): Sleeps<number> {
  const { mem } = cpu
  const t: ProcRef = mem.read(lt + L_PROC)
  yield* processDoregs(cpu, lt)
  yield* lwpDelref(cpu, lt)
  rwExit(cpu, t + P_REFLOCK)
  return 0
}
