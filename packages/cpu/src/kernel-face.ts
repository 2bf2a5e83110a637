// What this package uses of the kernel.
export {
  CI_CURLWP,
  CI_IDLELWP,
  CI_IDLING,
  CI_INDEX,
  CI_IPENDING,
  CI_WANT_RESCHED,
  CPU_INFO_WORDS,
  cpuInfo,
} from '../../kernel/dist/cpu.js'
export type { Cpu, CpuInfoRef, EventLog, KernelConfig, MachdepOps } from '../../kernel/dist/cpu.js'
export { HARDCLOCK_TICKS } from '../../kernel/dist/globals.js'
export {
  L_FLAG,
  L_KCPU,
  L_LID,
  L_PROC,
  L_PROGRAM,
  L_STAT,
  L_TIMEOUT_STATE,
  L_WCHAN,
  LWP_WORDS,
} from '../../kernel/dist/lwp.js'
export type { LwpRef } from '../../kernel/dist/lwp.js'
export {
  IPI_CLOCK,
  IPI_DISK,
  IPI_HALT,
  IPI_KPREEMPT,
  IPI_RESCHED,
  IPI_TLB,
  LSIDL,
  LSONPROC,
  LSRUN,
  LSSLEEP,
  LSSTOP,
  LSSUSPENDED,
  LSZOMB,
  LW_INMEM,
  LW_SINTR,
  PRI_KTHREAD,
} from '../../kernel/dist/param.js'
export { P_PID } from '../../kernel/dist/proc.js'
