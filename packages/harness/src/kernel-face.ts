// What this package uses of the kernel.
export { ENABLESWAP, SWAPDEBUG } from '../../kernel/dist/globals.js'
export { kernelNeeds } from '@holdfast/kernel'
export type { KernelParams } from '@holdfast/kernel'
export { eventKinds } from '@holdfast/kernel'
export { OP_COUNTER_NAMES, OPC_COUNT } from '@holdfast/kernel'
export { CI_NSWITCHES } from '../../kernel/dist/cpu.js'
export { L_LID, L_PROC } from '../../kernel/dist/lwp.js'
export { P_PID } from '../../kernel/dist/proc.js'
export { NZERO, PRI_USER_RT, SCHED_FIFO, SCHED_OTHER, SCHED_RR } from '../../kernel/dist/param.js'
export {
  CHANNELS,
  INSTRUCTION_WORDS,
  OP_BRANCH,
  OP_COMPUTE,
  OP_CONT,
  OP_COUNT,
  OP_END,
  OP_EXIT,
  OP_FORK,
  OP_HOLD,
  OP_JUMP,
  OP_KERNACC,
  OP_KILL,
  OP_LOOP,
  OP_LWP_CREATE,
  OP_LWP_EXIT,
  OP_NICE,
  OP_PHYSIO,
  OP_PROCFS_ATTACH,
  OP_PROCFS_DETACH,
  OP_PROCFS_RUN,
  OP_PROCFS_STEP,
  OP_PT_ATTACH,
  OP_PT_CONTINUE,
  OP_PT_DETACH,
  OP_PT_STEP,
  OP_REGREAD,
  OP_RELE,
  OP_SETCLASS,
  OP_SLEEP,
  OP_STOP,
  OP_TOUCH,
  OP_VSLOCK,
  OP_VSUNLOCK,
  OP_WAIT,
  OP_WAKEUP,
  OP_YIELD,
  packSched,
  RANDOM,
  REGISTERS,
  SELF,
} from '@holdfast/kernel'
export type { Workload, WorkloadLwp, WorkloadProcess } from '@holdfast/kernel'

/** l_stat in words, by LS* number. */
export const STATE_NAMES: readonly string[] = [
  '',
  'LSIDL',
  'LSRUN',
  'LSSLEEP',
  'LSSTOP',
  'LSZOMB',
  '',
  'LSONPROC',
  'LSSUSPENDED',
]
