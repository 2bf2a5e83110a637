export { DEFAULT_TICK_NS, buildImage } from './host/image.js'
export type { Bootable, MachineImage, MachineSize } from './host/image.js'
export { buildMachine } from './host/machine.js'
export type { MachineParams } from './host/machine.js'
export { startMachine } from './host/machine-host.js'
export type { EndReason, MachineStats, MachineView, Outcome, RunningMachine } from './host/machine-host.js'
export type { MachineOptions } from './host/machine-options.js'
export type { MachineCounts, MachineEvent } from './host/events.js'
export type { Finding, FindingWord, MachineVerdict, Verdict } from './host/findings.js'
export { lwpStates, workload } from './host/lwp-states.js'
export type { LwpState, Workload } from './host/lwp-states.js'
export type { CpuOptions, CpuReport } from './host/control.js'
export { checkOpenFiles, openFiles } from './host/file-limits.js'
export type { OpenFiles } from './host/file-limits.js'
export { serveCpu } from './host/serve-cpu.js'
export type {
  ClockOps,
  CpuEvents,
  KernelOps,
  KernelTables,
  MachineConfig,
  MachineCpu,
} from './machine-cpu.js'
export { COUNT_CLOCK, COUNT_IDLES, COUNT_INTERRUPTS, COUNT_RESUMED } from './machine-cpu.js'
export { attachCpu } from './host/attach.js'
export type { Instruments, MakeInstruments } from './host/instruments.js'
export { Sanitizer } from './host/sanitize/sanitizer.js'
export type { AccessCheck, LockWords } from './host/sanitize/sanitized-mem.js'
export { SanitizedMem } from './host/sanitize/sanitized-mem.js'
export { LockDebug } from './host/sanitize/lock-debug.js'
export type { HeldLocks } from './host/sanitize/held-locks.js'
export { stackHere } from './host/sanitize/report.js'
export type { LockTaker } from './host/sanitize/lock-debug.js'
export { allocLockOrder } from './host/sanitize/lock-order-table.js'
export { allocWatchpoints } from './host/sanitize/watchpoints.js'
export {
  WORD_IGNORED,
  WORD_LOCK,
  WORD_POOL_LINK,
  WORD_READ_UNLOCKED,
  WORD_RWLOCK,
  WORD_UNLOCKED,
  WORD_WATCHED,
} from './host/sanitize/options.js'
export type { SanitizeOptions } from './host/sanitize/options.js'
export type {
  AccessKind,
  OrderSeen,
  RaceHalf,
  Report,
  RuleBroken,
  SanitizeReport,
} from './host/sanitize/report.js'
export { tell } from './host/control.js'
export { netbsdTables } from './netbsd.js'
export { MOST_CPUS } from './host/record/log.js'
export type { CpuLog } from './host/record/log.js'
export { CHECK_EVERY, foldHash } from './host/record/fold-hash.js'
export { recordHere } from './host/record/record-here.js'
export { Recorders } from './host/record/recorders.js'
export type { RecordOptions, RecordedReason, RecordedRun } from './host/record/recorders.js'
export { DISK_DUE } from './globals.js'
export type { KernelEdge } from './host/sanitize/watched-events.js'
