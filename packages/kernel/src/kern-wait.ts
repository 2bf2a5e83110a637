import {
  NULL,
  cvBroadcast,
  cvWaitSig,
  kassert,
  mutexEnter,
  mutexExit,
  mutexOwned,
} from '@holdfast/atomics-sync'
import type { Sleeps } from '@holdfast/atomics-sync'
import type { Cpu } from './cpu.js'
import { PROC_LOCK } from './globals.js'
import { lwpFree } from './kern-lwp.js'
import { procFreeMem, procReparent } from './kern-proc.js'
import { listRemove } from './list.js'
import { L_PROC } from './lwp.js'
import type { LwpRef } from './lwp.js'
import { OPC_REAPED } from './op-counters.js'
import { ECHILD, PSL_FSTRACE, PSL_TRACED, SDEAD, SSTOP, SZOMB } from './param.js'
import {
  P_CHILDREN,
  P_LIST_NEXT,
  P_LWPS,
  P_NLWPS,
  P_NRLWPS,
  P_NSTOPCHILD,
  P_NZLWPS,
  P_OPPTR,
  P_PID,
  P_PPTR,
  P_SCENARIO,
  P_SIBLING_NEXT,
  P_SLFLAG,
  P_STAT,
  P_WAITCV,
  P_WAITED,
} from './proc.js'
import type { ProcRef } from './proc.js'

/** Only look: do not sleep. */
export const WNOHANG = 1
/** Report stopped children too, not only traced ones. */
export const WUNTRACED = 2

/**
 * do_sys_wait (kern_exit.c): collects a child of the caller's that has exited, or reports one that has stopped.
 *
 * No lock held; takes proc_lock. Sleeps, interruptibly, unless WNOHANG. Returns the child's process id, 0 if there is
 * none yet (WNOHANG), or minus an errno: ECHILD if there are no children, EINTR.
 */
export function* doSysWait(cpu: Cpu, l: LwpRef, options: number): Sleeps<number> {
  const { mem } = cpu
  yield* mutexEnter(cpu, PROC_LOCK)
  const child = yield* findStoppedChild(cpu, mem.read(l + L_PROC), options)
  if (child <= 0) {
    mutexExit(cpu, PROC_LOCK)
    return child
  }
  const pid = mem.read(child + P_PID)
  if (mem.read(child + P_STAT) === SZOMB) {
    yield* procFree(cpu, child) // releases proc_lock
  } else {
    mutexExit(cpu, PROC_LOCK)
  }
  return pid
}

/**
 * find_stopped_child (kern_exit.c): a child of `parent` that is a zombie, or has stopped and is reported herewith.
 * proc_lock held, dropped while it sleeps. Returns the child, 0 (WNOHANG) or minus an errno.
 */
function* findStoppedChild(cpu: Cpu, parent: ProcRef, options: number): Sleeps<number> {
  const { mem } = cpu
  kassert(mutexOwned(cpu, PROC_LOCK), 'mutex_owned(proc_lock)')

  for (;;) {
    let error = ECHILD
    let dead: ProcRef = NULL
    let child = mem.read(parent + P_CHILDREN)
    for (; child !== NULL; child = mem.read(child + P_SIBLING_NEXT)) {
      error = 0
      const stat = mem.read(child + P_STAT)
      if (stat === SZOMB) break
      // Told just before it becomes a zombie: the wait will be short.
      if (stat === SDEAD) dead = child
      if (
        stat === SSTOP &&
        mem.read(child + P_WAITED) === 0 &&
        ((mem.read(child + P_SLFLAG) & PSL_TRACED) !== 0 || (options & WUNTRACED) !== 0)
      ) {
        mem.write(child + P_WAITED, 1)
        mem.write(parent + P_NSTOPCHILD, mem.read(parent + P_NSTOPCHILD) - 1)
        break
      }
      if (mem.read(parent + P_NSTOPCHILD) === 0) {
        child = NULL
        break
      }
    }
    if (child !== NULL) return child
    if (error !== 0) return -error
    if ((options & WNOHANG) !== 0 && dead === NULL) return 0

    // Wait for another child to exit or stop.
    const interrupted = yield* cvWaitSig(cpu, parent + P_WAITCV, PROC_LOCK, 'wait')
    if (interrupted !== 0) return -interrupted
  }
}

/**
 * proc_free (kern_exit.c): the last of a zombie: its last LWP and its structure. One that was traced goes back to its own
 * parent first, which will collect it. proc_lock held on entry, released on return. May sleep.
 */
function* procFree(cpu: Cpu, p: ProcRef): Sleeps<void> {
  const { mem, config } = cpu
  kassert(mutexOwned(cpu, PROC_LOCK), 'mutex_owned(proc_lock)')
  kassert(mem.read(p + P_NLWPS) === 1, 'p->p_nlwps == 1')
  kassert(mem.read(p + P_NZLWPS) === 1, 'p->p_nzlwps == 1')
  kassert(mem.read(p + P_NRLWPS) === 0, 'p->p_nrlwps == 0')
  kassert(mem.read(p + P_STAT) === SZOMB, 'p->p_stat == SZOMB')

  let parent = mem.read(p + P_PPTR)
  const slflag = mem.read(p + P_SLFLAG)
  const opptr = mem.read(p + P_OPPTR)
  if ((slflag & PSL_TRACED) !== 0 && opptr !== parent) {
    mem.write(p + P_SLFLAG, slflag & ~(PSL_TRACED | PSL_FSTRACE))
    parent = opptr === NULL ? config.initproc : opptr
    procReparent(cpu, p, parent)
    mem.write(p + P_OPPTR, NULL)
    cvBroadcast(cpu, parent + P_WAITCV)
    mutexExit(cpu, PROC_LOCK)
    return
  }

  listRemove(mem, p, P_LIST_NEXT) // off zombproc
  mem.write(parent + P_NSTOPCHILD, mem.read(parent + P_NSTOPCHILD) - 1)
  listRemove(mem, p, P_SIBLING_NEXT)
  const scenario = mem.read(p + P_SCENARIO)
  if (scenario >= 0) mem.write((config.kern.scenarioProcs as number) + scenario, NULL)
  mutexExit(cpu, PROC_LOCK)

  // Nobody else can reach the process now. lwp_free waits until the LWP has left its CPU.
  const l = mem.read(p + P_LWPS)
  yield* lwpFree(cpu, l, false, true)
  procFreeMem(cpu, p)
  cpu.events.count(OPC_REAPED, 1)
}
