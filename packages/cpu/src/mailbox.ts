import type { Addr, Mem } from '@holdfast/atomics-sync'
import { CI_IDLING, CI_IPENDING, IPI_HALT } from '@holdfast/kernel'
import type { Cpu, KernelConfig } from '@holdfast/kernel'
import type { MachineConfig } from './machine-cpu.js'

/**
 * The mailbox of interrupts of a CPU: one word of bits, and one that says that its host thread sleeps.
 *
 *     post                                 idle
 *     or  CI_IPENDING, bits                store CI_IDLING, 1
 *     load CI_IDLING: 1? notify            wait CI_IPENDING while 0
 *
 * Race    the post comes between the store and the wait: then the wait finds the word changed. It comes
 *         before the store: the same. It comes after the wait began: CI_IDLING is seen to be 1.
 *         Either way the interrupt is not lost, and a running CPU costs the poster no notify.
 */
export function post(mem: Mem, ci: Addr, bits: number): void {
  mem.or(ci + CI_IPENDING, bits)
  if (mem.load(ci + CI_IDLING) !== 0) mem.notify(ci + CI_IPENDING, 1)
}

/** Posts the interrupts `bits` (IPI_*) to the CPU `target`. May be called with any lock held. */
export function ipi(cpu: Cpu, target: Addr, bits: number): void {
  const { mem } = cpu
  post(mem, target, bits)
}

/** Posts IPI_HALT to every CPU of the machine: each looks at the state of the whole. */
export function postHalt(mem: Mem, to: { config: KernelConfig; machine: MachineConfig }): void {
  const { cpuInfos, cpuInfoWords } = to.config
  for (let id = 0; id < to.machine.ncpu; id++) post(mem, cpuInfos + id * cpuInfoWords, IPI_HALT)
}
