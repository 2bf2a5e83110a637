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
import { ALLPROC, PROC_LOCK } from './globals.js'
import { lwpAddref, lwpFind } from './kern-lwp.js'
import { L_LID, L_PROC, L_REFCNT, L_SIBLING_NEXT, L_STAT } from './lwp.js'
import type { LwpRef } from './lwp.js'
import { EBUSY, ESRCH, LSIDL, LSZOMB, PK_SYSTEM, SACTIVE, SSTOP } from './param.js'
import { pcbRandom } from './pcb.js'
import {
  PROC_WORDS,
  P_CHILDREN,
  P_FLAG,
  P_LIST_NEXT,
  P_LOCK,
  P_LWPS,
  P_NLWPS,
  P_REFLOCK,
  P_SCENARIO,
  P_SIBLING_NEXT,
  P_SLFLAG,
  P_STAT,
} from './proc.js'
import type { ProcRef } from './proc.js'
import { RANDOM, SELF } from './program.js'

/**
 * From the operands of an instruction to the process or LWP they mean.
 */

/** Whether `p` is a user process that is alive. proc_lock held; p_stat is looked at without p_lock, so it may change. */
function procAlive(cpu: Cpu, p: ProcRef): boolean {
  const { mem, config } = cpu
  const stat = mem.read(p + P_STAT)
  return (
    (stat === SACTIVE || stat === SSTOP) && p !== config.initproc && (mem.read(p + P_FLAG) & PK_SYSTEM) === 0
  )
}

/**
 * The process that operand `a` of the LWP `l` means, or 0 if it is gone. proc_lock held.
 */
export function procTarget(cpu: Cpu, l: LwpRef, a: number): ProcRef {
  const { mem, config } = cpu
  kassert(mutexOwned(cpu, PROC_LOCK), 'mutex_owned(proc_lock)')
  if (a === SELF) return mem.read(l + L_PROC)
  if (a === RANDOM) {
    // The first in the table from a random place on; only those on allproc are looked at, as others may be free.
    const start = pcbRandom(cpu, l, config.nprocs)
    let found: ProcRef = NULL
    let nearest = config.nprocs
    for (let p = mem.read(ALLPROC); p !== NULL; p = mem.read(p + P_LIST_NEXT)) {
      if (!procAlive(cpu, p)) continue
      const distance = ((p - config.procs) / PROC_WORDS - start + config.nprocs) % config.nprocs
      if (distance >= nearest) continue
      nearest = distance
      found = p
    }
    return found
  }
  if (a < 0 || a >= (config.kern['nscenario'] as number)) return NULL
  const p = mem.read((config.kern['scenarioProcs'] as number) + a)
  return p !== NULL && mem.read(p + P_SCENARIO) === a && procAlive(cpu, p) ? p : NULL
}

/** As {@link procTarget}, but RANDOM means a child that the caller traces (with `flags`, PSL_*), the first in the list. */
export function tracedTarget(cpu: Cpu, l: LwpRef, a: number, flags: number): ProcRef {
  const { mem } = cpu
  if (a !== RANDOM) return procTarget(cpu, l, a)
  const p = mem.read(l + L_PROC)
  for (let q = mem.read(p + P_CHILDREN); q !== NULL; q = mem.read(q + P_SIBLING_NEXT))
    if (procAlive(cpu, q) && (mem.read(q + P_SLFLAG) & flags) === flags) return q
  return NULL
}

/**
 * The live LWP of process `p` that operand `b` of the LWP `l` means, or 0. p_lock of `p` held.
 *
 * An exiting LWP whose last reference has gone is none: lwp_addref would panic on it. lwp_find does not look at this, and so
 * the same fault is open in ptrace and procfs, as it was in the original.
 */
export function lwpTarget(cpu: Cpu, l: LwpRef, p: ProcRef, b: number): LwpRef {
  const { mem } = cpu
  if (b === SELF) return p === mem.read(l + L_PROC) ? l : NULL
  if (b !== RANDOM) {
    const found = lwpFind(cpu, p, b + 1)
    return found !== NULL && mem.read(found + L_REFCNT) !== 0 ? found : NULL
  }
  const nlwps = mem.read(p + P_NLWPS)
  if (nlwps === 0) return NULL
  let skip = pcbRandom(cpu, l, nlwps)
  let found: LwpRef = NULL
  for (let l2 = mem.read(p + P_LWPS); l2 !== NULL; l2 = mem.read(l2 + L_SIBLING_NEXT)) {
    const stat = mem.read(l2 + L_STAT)
    if (stat !== LSIDL && stat !== LSZOMB && mem.read(l2 + L_REFCNT) !== 0) found = l2
    if (skip-- <= 0 && found !== NULL) break
  }
  return found
}

/**
 * Finds the LWP that operands `a` and `b` mean, and keeps it from exiting: with a reference (l_refcnt) and p_reflock of its
 * process, read, as procfs does. If it is the caller itself, neither is taken. No lock held; takes proc_lock and p_lock.
 * May sleep. Returns the LWP, or minus an errno: ESRCH if it is gone, EBUSY if its process is about to go.
 */
export function* lwpTargetRef(cpu: Cpu, l: LwpRef, a: number, b: number): Sleeps<number> {
  if (a === SELF && b === SELF) return l
  yield* mutexEnter(cpu, PROC_LOCK)
  const p = procTarget(cpu, l, a)
  if (p === NULL) {
    mutexExit(cpu, PROC_LOCK)
    return -ESRCH
  }
  const reference = rwTryEnter(cpu, p + P_REFLOCK, RW_READER)
  mutexExit(cpu, PROC_LOCK)
  if (!reference) return -EBUSY

  yield* mutexEnter(cpu, p + P_LOCK)
  const target = lwpTarget(cpu, l, p, b)
  if (target !== NULL && target !== l) lwpAddref(cpu, target)
  mutexExit(cpu, p + P_LOCK)
  if (target === NULL || target === l) rwExit(cpu, p + P_REFLOCK)
  return target === NULL ? -ESRCH : target
}

/** Whether `target`, on which the caller `l` has a reference, is the LWP that operands `a` and `b` mean by number. */
export function isTarget(cpu: Cpu, l: LwpRef, target: LwpRef, a: number, b: number): boolean {
  const { mem } = cpu
  const p = mem.read(target + L_PROC)
  if (a === SELF ? p !== mem.read(l + L_PROC) : mem.read(p + P_SCENARIO) !== a) return false
  if (b === SELF) return target === l
  return b === RANDOM || mem.read(target + L_LID) === b + 1
}
