import { operations } from '@holdfast/atomics-sync'
import { CI_IDLING, CI_IPENDING, CI_WANT_RESCHED } from '@holdfast/kernel'
import type { Cpu, MachdepOps } from '@holdfast/kernel'
import { poll } from './intr.js'
import { COUNT_IDLES } from './machine-cpu.js'
import type { MachineCpu } from './machine-cpu.js'
import { ipi } from './mailbox.js'

/** Iterations of arithmetic in one unit of user-mode work: some 0.2 µs. */
const UNIT = 200

/**
 * Waits until an interrupt is pending or the local timer is due, and handles it (cpu_idle).
 *
 * Idle loop only, no lock held. Returns at once if a reschedule was asked for: an interrupt taken between
 * the idle loop's look at the run queue and this call has left its mark in CI_WANT_RESCHED. From that look on
 * until it waits interrupts are disabled (cli; sti, hlt).
 */
function idle(target: Cpu): void {
  const cpu = target as MachineCpu
  const { mem, ci } = cpu
  cpu.events.bump(COUNT_IDLES)
  cpu.spinDepth++
  mem.store(ci + CI_IDLING, 1)
  if (mem.load(ci + CI_WANT_RESCHED) === 0) mem.wait(ci + CI_IPENDING, 0, cpu.clock.idleMs(cpu))
  mem.store(ci + CI_IDLING, 0)
  cpu.spinDepth--
  cpu.pollsToTimer = 0
  poll(cpu)
}

/** User-mode work that touches nothing shared; interrupts are polled after each unit. */
function compute(cpu: Cpu, units: number): void {
  let state = cpu.id
  for (let unit = 0; unit < units; unit++) {
    for (let n = 0; n < UNIT; n++) state = (Math.imul(state, 1664525) + 1013904223) | 0
    poll(cpu)
  }
  // The result goes somewhere, so that the work is not optimised away.
  if (state === 0x5eed_beef) cpu.events.count(0, 0)
}

/** The machine below the kernel. */
export const machineMachdep = operations<MachdepOps>({ ipi, idle, compute })
