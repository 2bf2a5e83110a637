import { EAGAIN, EBUSY, ECHILD, EFAULT, EINTR, EINVAL, EPERM, ESRCH } from './param.js'
import { OP_COUNT } from './program.js'

/**
 * Counters of operations, one set a CPU, kept outside the model's memory (`cpu.events.count`).
 *
 * Counter n < OP_COUNT is the number of operations with opcode n that succeeded. After them come the failures by
 * errno, and what the kernel did on its own account.
 */
export const OPC_ESRCH = OP_COUNT
export const OPC_EAGAIN = OP_COUNT + 1
export const OPC_EBUSY = OP_COUNT + 2
export const OPC_EPERM = OP_COUNT + 3
export const OPC_EINTR = OP_COUNT + 4
export const OPC_ECHILD = OP_COUNT + 5
export const OPC_EFAULT = OP_COUNT + 6
export const OPC_EINVAL = OP_COUNT + 7
export const OPC_EOTHER = OP_COUNT + 8
/** LWP structures freed (lwp_free). */
export const OPC_LWP_FREED = OP_COUNT + 9
/** Processes reaped by wait, init's included. */
export const OPC_REAPED = OP_COUNT + 10
/** LWPs that stopped at the user boundary. */
export const OPC_STOPPED = OP_COUNT + 11
export const OPC_COUNT = OP_COUNT + 12

/** Name of each counter, in order: the opcode in lower case, the errno, or what was done. */
export const OP_COUNTER_NAMES: readonly string[] = [
  'end',
  'compute',
  'touch',
  'sleep',
  'wakeup',
  'hold',
  'rele',
  'regread',
  'pt_attach',
  'pt_continue',
  'pt_step',
  'pt_detach',
  'procfs_attach',
  'procfs_run',
  'procfs_step',
  'procfs_detach',
  'stop',
  'cont',
  'kill',
  'fork',
  'lwp_create',
  'exit',
  'lwp_exit',
  'wait',
  'vslock',
  'vsunlock',
  'physio',
  'setclass',
  'nice',
  'kernacc',
  'yield',
  'loop',
  'jump',
  'branch',
  'ESRCH',
  'EAGAIN',
  'EBUSY',
  'EPERM',
  'EINTR',
  'ECHILD',
  'EFAULT',
  'EINVAL',
  'EOTHER',
  'lwp_free',
  'reap',
  'stopped',
]

/** The counter of each errno that has one of its own; OPC_EOTHER counts the rest. */
export const OPC_BY_ERRNO: ReadonlyMap<number, number> = new Map([
  [ESRCH, OPC_ESRCH],
  [EAGAIN, OPC_EAGAIN],
  [EBUSY, OPC_EBUSY],
  [EPERM, OPC_EPERM],
  [EINTR, OPC_EINTR],
  [ECHILD, OPC_ECHILD],
  [EFAULT, OPC_EFAULT],
  [EINVAL, OPC_EINVAL],
])
