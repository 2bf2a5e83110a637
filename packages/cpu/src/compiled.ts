/**
 * What the explorer compiles of the machine: everything a CPU of it executes, and nothing of the host's side.
 *
 * This is the entry of the compiled bundle, apart from index.ts, which is the face of the machine on workers. A function
 * named here that reaches a shared word is a generator in the bundle, tables of operations included; who calls it drives
 * it. Numbers (fields, states, interrupts) are the same in both builds, and are named here so that one import serves.
 */

/** A CPU, its tables, and what it is made from. No call of these touches a word. */
export { makeCpu } from './cpu.js'
export type { CpuParts } from './cpu.js'
export { machineInterrupts, poll, takeInterrupts } from './intr.js'
export { machineMachdep } from './machdep.js'
export { netbsdTables } from './netbsd.js'
export { machineVmOps } from './vm-ops.js'
export type {
  ClockOps,
  CpuEvents,
  KernelOps,
  KernelTables,
  MachineConfig,
  MachineCpu,
} from './machine-cpu.js'
export { COUNT_CLOCK, COUNT_IDLES, COUNT_INTERRUPTS, COUNT_RESUMED, MACHINE_COUNTS } from './machine-cpu.js'

/** Interrupts, from outside and from within. */
export { atSafePoint, clockInterrupt, diskStarted } from './clock-intr.js'
export { ipi, post, postHalt } from './mailbox.js'
export { hardclock, kpreempt } from '@holdfast/kernel'
export { diskIntr, tlbInterrupt, tlbOffline, tlbOnline } from '@holdfast/mm'

/** What runs: an LWP's coroutine, and what it does first after a switch. */
export { cpuSwitchto, curlwp, lwpCoroutine, lwpStartup, lwpSwitched } from '@holdfast/kernel'

/** How a CPU ends from within: exceptions of this build's own classes. */
export { Panic } from '@holdfast/atomics-sync'
export { StackTouch } from '@holdfast/kernel'
export { Stopped } from './stopped.js'

/** Global variables of the machine, its record of a CPU, and their states. */
export {
  DISK_DUE,
  MACHINE_BOOTING,
  MACHINE_CPU_WORDS,
  MACHINE_FAILED,
  MACHINE_FAILURES,
  MACHINE_HALT,
  MACHINE_ROUND,
  MACHINE_ROUND_OPEN,
  MACHINE_RUNNING,
  MACHINE_STATE,
  MACHINE_STOPPING,
  MACHINE_WORDS,
  MC_ENDED,
  MC_OFF,
  MC_PARKED,
  MC_ROUND,
  MC_RUNNING,
  MC_STATE,
} from './globals.js'

/** The kernel's record of a CPU, and the bits of its mailbox. */
export {
  CI_CURLWP,
  CI_IDLELWP,
  CI_IDLING,
  CI_INDEX,
  CI_IPENDING,
  CI_NSWITCHES,
  CI_ONPROC,
  CI_WANT_RESCHED,
  CPU_INFO_WORDS,
  HARDCLOCK_TICKS,
  IPI_CLOCK,
  IPI_DISK,
  IPI_HALT,
  IPI_KPREEMPT,
  IPI_RESCHED,
  IPI_TLB,
  SOFTCLOCK_PENDING,
  cpuInfo,
} from '@holdfast/kernel'
