import { NULL, mutexEnter, mutexExit } from '@holdfast/atomics-sync'
import type { Sleeps } from '@holdfast/atomics-sync'

import type { Cpu } from './cpu.js'
import { EV_FORK } from './events.js'
import { ALLPROC, PROC_LOCK } from './globals.js'
import { lwpLock, lwpUnlock, lwpUnlockTo, spcLwplock } from './kern-lwp-lock.js'
import { LWP_DETACHED, lwpCreate, lwpReserve, lwpUnreserve } from './kern-lwp.js'
import { procAlloc, procFreeMem } from './kern-proc.js'
import { schedEnqueue } from './kern-runq.js'
import { listInsertHead } from './list.js'
import { L_CLASS, L_CPU, L_FLAG, L_PROC, L_STAT } from './lwp.js'
import type { LwpRef } from './lwp.js'
import {
  EAGAIN,
  ENOMEM,
  LSRUN,
  LSSTOP,
  LW_WEXIT,
  PK_NOCLDWAIT,
  PK_SYSTEM,
  PS_STOPFORK,
  PS_STOPPING,
  PS_WEXIT,
  SACTIVE,
  SSTOP,
} from './param.js'
import {
  P_CHILDREN,
  P_FLAG,
  P_LIST_NEXT,
  P_LOCK,
  P_NICE,
  P_NPAGES,
  P_NRLWPS,
  P_NSTOPCHILD,
  P_PPTR,
  P_RLIMIT,
  P_SFLAG,
  P_SIBLING_NEXT,
  P_STAT,
  P_VMSPACE,
  P_WAITED,
} from './proc.js'
import type { ProcRef } from './proc.js'
import { ENTRY_USER } from './entry-numbers.js'
import { uvmProcFork } from './uvm-glue/fork.js'
import { uvmLwpHold, uvmLwpRele } from './uvm-glue/hold.js'
import { uvmUareaAlloc, uvmUareaFree } from './uvm-glue/uarea.js'

/** fork1 flags. */
export const FORK_SHAREVM = 0x0002
/** The child is a system process: its LWPs are not swapped, and its children go to init. */
export const FORK_SYSTEM = 0x0008

/** Words of p_rlimit. */
const RLIMIT_WORDS = 24

/**
 * fork1 (kern_fork.c): a new process, child of the caller's, with a copy of its address space and one LWP.
 *
 * The LWP begins at `entry` of the thread entries, or in user mode with the user program at address `program`. The caller
 * `l1` holds itself while its child is made from what is on its stack. No lock held; takes proc_lock and both p_locks. May sleep.
 * Returns the child, or minus an errno: EAGAIN if there are no more processes or LWPs, ENOMEM if there is nothing left to
 * describe its address space with (a map entry, an amap). Whatever the child had been given is given back then.
 */
export function* fork1(cpu: Cpu, l1: LwpRef, flags: number, entry: number, program: number): Sleeps<number> {
  const { mem } = cpu
  const p1: ProcRef = mem.read(l1 + L_PROC)

  // Table sizes are limits: they are met before anything is allocated.
  if (!lwpReserve(cpu, 1)) return -EAGAIN
  const p2 = procAlloc(cpu)
  if (p2 === NULL) {
    lwpUnreserve(cpu)
    return -EAGAIN
  }

  const uaddr = yield* uvmUareaAlloc(cpu)

  mem.write(p2 + P_NICE, mem.read(p1 + P_NICE))
  mem.write(p2 + P_NPAGES, mem.read(p1 + P_NPAGES))
  mem.copy(p2 + P_RLIMIT, p1 + P_RLIMIT, RLIMIT_WORDS)
  mem.write(p2 + P_FLAG, mem.read(p1 + P_FLAG) & PK_NOCLDWAIT)
  if ((flags & FORK_SYSTEM) !== 0) mem.write(p2 + P_FLAG, mem.read(p2 + P_FLAG) | PK_SYSTEM | PK_NOCLDWAIT)
  mem.write(p2 + P_PPTR, p1)

  yield* uvmLwpHold(cpu, l1)
  yield* uvmProcFork(cpu, p1, p2, (flags & FORK_SHAREVM) !== 0)
  if (mem.read(p2 + P_VMSPACE) === NULL) {
    // C waits for the memory. The child is on no list yet: it has never been.
    uvmLwpRele(cpu, l1)
    yield* uvmUareaFree(cpu, uaddr, cpu.ci)
    procFreeMem(cpu, p2)
    lwpUnreserve(cpu)
    return -ENOMEM
  }
  const l2 = yield* lwpCreate(cpu, l1, p2, uaddr, true, 0, entry, program, mem.read(l1 + L_CLASS))
  uvmLwpRele(cpu, l1)

  // From here on the child can be seen.
  yield* mutexEnter(cpu, PROC_LOCK)
  listInsertHead(mem, p1 + P_CHILDREN, p2, P_SIBLING_NEXT)
  listInsertHead(mem, ALLPROC, p2, P_LIST_NEXT)

  yield* mutexEnter(cpu, p2 + P_LOCK)
  lwpLock(cpu, l2)
  if ((mem.read(p2 + P_SFLAG) & PS_STOPFORK) !== 0) {
    mem.write(p2 + P_NRLWPS, 0)
    mem.write(p2 + P_STAT, SSTOP)
    mem.write(p2 + P_WAITED, 0)
    mem.write(p1 + P_NSTOPCHILD, mem.read(p1 + P_NSTOPCHILD) + 1)
    mem.write(l2 + L_STAT, LSSTOP)
    lwpUnlockTo(cpu, l2, spcLwplock(mem.read(l2 + L_CPU)))
  } else {
    mem.write(p2 + P_NRLWPS, 1)
    mem.write(p2 + P_STAT, SACTIVE)
    mem.write(l2 + L_STAT, LSRUN)
    schedEnqueue(cpu, l2, false)
    lwpUnlock(cpu, l2)
  }
  mutexExit(cpu, p2 + P_LOCK)
  mutexExit(cpu, PROC_LOCK)
  cpu.events.record(EV_FORK, p1, p2)
  return p2
}

/**
 * sys__lwp_create (sys_lwp.c): another LWP of the caller's process, detached, that begins with the user program at
 * `program`. It starts stopped if the process is stopping. No lock held; takes p_lock. May sleep.
 * Returns 0, or EAGAIN if there are no more LWPs.
 */
export function* sysLwpCreate(cpu: Cpu, l: LwpRef, program: number): Sleeps<number> {
  const { mem } = cpu
  const p: ProcRef = mem.read(l + L_PROC)
  if (!lwpReserve(cpu, 1)) return EAGAIN
  const uaddr = yield* uvmUareaAlloc(cpu)
  const l2 = yield* lwpCreate(
    cpu,
    l,
    p,
    uaddr,
    true,
    LWP_DETACHED,
    ENTRY_USER,
    program,
    mem.read(l + L_CLASS),
  )
  yield* lwpStart(cpu, p, l2)
  return 0
}

/** Sets the new LWP `l2` of `p` going, or leaves it stopped with its process. Takes and releases p_lock. May sleep. */
export function* lwpStart(cpu: Cpu, p: ProcRef, l2: LwpRef): Sleeps<void> {
  const { mem } = cpu
  yield* mutexEnter(cpu, p + P_LOCK)
  lwpLock(cpu, l2)
  const sflag = mem.read(p + P_SFLAG)
  // The exit of the process has looked for its LWPs already: this one goes at its first return to user mode.
  if ((sflag & PS_WEXIT) !== 0) mem.write(l2 + L_FLAG, mem.read(l2 + L_FLAG) | LW_WEXIT)
  if ((sflag & PS_WEXIT) === 0 && (mem.read(p + P_STAT) === SSTOP || (sflag & PS_STOPPING) !== 0)) {
    mem.write(l2 + L_STAT, LSSTOP)
    lwpUnlockTo(cpu, l2, spcLwplock(mem.read(l2 + L_CPU)))
  } else {
    mem.write(p + P_NRLWPS, mem.read(p + P_NRLWPS) + 1)
    mem.write(l2 + L_STAT, LSRUN)
    schedEnqueue(cpu, l2, false)
    lwpUnlock(cpu, l2)
  }
  mutexExit(cpu, p + P_LOCK)
}
