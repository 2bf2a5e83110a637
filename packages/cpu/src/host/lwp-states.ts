import type { Mem } from '@holdfast/atomics-sync'
import {
  LSIDL,
  LSONPROC,
  LSRUN,
  LSSLEEP,
  LSSTOP,
  LSSUSPENDED,
  LWP_WORDS,
  LW_INMEM,
  LW_SINTR,
  L_FLAG,
  L_KCPU,
  L_LID,
  L_PROC,
  L_PROGRAM,
  L_STAT,
  L_TIMEOUT_STATE,
  L_WCHAN,
  P_PID,
} from '@holdfast/kernel'
import type { KernelConfig } from '@holdfast/kernel'

/** What one LWP was doing, for a report. */
export interface LwpState {
  readonly lwp: number
  readonly pid: number
  readonly lid: number
  /** LS*. */
  readonly stat: number
  readonly flag: number
  readonly inMemory: boolean
  readonly wchan: number
  /** 1 + number of the CPU that holds its kernel coroutine, 0 in user mode. */
  readonly kcpu: number
  /** It runs a user program. */
  readonly user: boolean
}

/** Progress of a workload: some LWP can go on, all that are left wait for something outside, or none is left. */
export type Workload = 'working' | 'quiet' | 'done'

const ALIVE: readonly number[] = [LSIDL, LSRUN, LSSLEEP, LSSTOP, LSONPROC, LSSUSPENDED]

/** The state of every LWP alive. Exact at a rendezvous; a snapshot that may mix moments otherwise. */
export function lwpStates(mem: Mem, config: KernelConfig): LwpState[] {
  const states: LwpState[] = []
  for (let n = 0; n < config.nlwps; n++) {
    const lwp = config.lwps + n * LWP_WORDS
    const stat = mem.load(lwp + L_STAT)
    if (!ALIVE.includes(stat)) continue
    const proc = mem.load(lwp + L_PROC)
    const flag = mem.load(lwp + L_FLAG)
    states.push({
      lwp,
      pid: proc === 0 ? -1 : mem.load(proc + P_PID),
      lid: mem.load(lwp + L_LID),
      stat,
      flag,
      inMemory: (flag & LW_INMEM) !== 0,
      wchan: mem.load(lwp + L_WCHAN),
      kcpu: mem.load(lwp + L_KCPU),
      user: mem.load(lwp + L_PROGRAM) !== 0,
    })
  }
  return states
}

/**
 * What the user LWPs are up to. Only an uninterruptible sleep is a promise of the kernel to come back: an LWP
 * that is stopped, or sleeps interruptibly without a timeout, waits for something that need never happen.
 */
export function workload(mem: Mem, config: KernelConfig): Workload {
  let result: Workload = 'done'
  for (let n = 0; n < config.nlwps; n++) {
    const lwp = config.lwps + n * LWP_WORDS
    if (mem.load(lwp + L_PROGRAM) === 0) continue
    const stat = mem.load(lwp + L_STAT)
    if (!ALIVE.includes(stat)) continue
    if (stat === LSIDL || stat === LSRUN || stat === LSONPROC) return 'working'
    const waits = (mem.load(lwp + L_FLAG) & LW_SINTR) !== 0 && mem.load(lwp + L_TIMEOUT_STATE) === 0
    if (stat === LSSLEEP && !waits) return 'working'
    result = 'quiet'
  }
  return result
}
