import { operations } from '@holdfast/atomics-sync'
import type { Sleeps } from '@holdfast/atomics-sync'
import { HARDCLOCK_TICKS, IPI_TLB, PRI_KTHREAD, cpuInfo, lwpEprio, uvmSwapoutThreads } from '@holdfast/kernel'
import type { Cpu } from '@holdfast/kernel'
import type { VmCpu, VmOps } from '@holdfast/mm'
import { diskStarted } from './clock-intr.js'
import type { MachineCpu } from './machine-cpu.js'
import { ipi } from './mailbox.js'

/**
 * What the memory system asks of those above it: LWPs of the kernel, time and interrupts of the machine.
 */
function isPagedaemon(cpu: VmCpu): boolean {
  return cpu.self === (cpu as Cpu).config.pagedaemonLwp
}

function mayUseKernelReserve(cpu: VmCpu): boolean {
  return lwpEprio(cpu as Cpu, cpu.self) >= PRI_KTHREAD
}

function shootdownIpi(cpu: VmCpu, target: number): void {
  ipi(cpu as Cpu, cpuInfo(cpu as Cpu, target), IPI_TLB)
}

function startedDisk(cpu: VmCpu, dueTick: number): void {
  diskStarted(cpu as MachineCpu, dueTick)
}

function now(cpu: VmCpu): number {
  const { mem } = cpu
  return mem.load(HARDCLOCK_TICKS)
}

function* swapoutThreads(cpu: VmCpu): Sleeps<void> {
  yield* uvmSwapoutThreads(cpu as Cpu)
}

export const machineVmOps = operations<VmOps>({
  isPagedaemon,
  mayUseKernelReserve,
  shootdownIpi,
  diskStarted: startedDisk,
  now,
  swapoutThreads,
})
