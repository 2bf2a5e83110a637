import { CI_IDLING, CI_IPENDING, IPI_HALT, IPI_TLB } from '@holdfast/kernel'
import { MACHINE_HALT, MACHINE_RUNNING, MACHINE_STATE, MC_PARKED } from './globals.js'
import type { MachineCpu } from './machine-cpu.js'

/** How long one host wait of a parked or idle CPU lasts at most, in ms: a bound, never what wakes it. */
const PARK_MS = 100

/**
 * Stands still at a rendezvous until it is over. No spin lock is held.
 *
 * A parked CPU still answers shootdowns: another CPU may be on its way to the rendezvous with spin locks
 * held and wait for the answer.
 */
export function park(cpu: MachineCpu): void {
  const { mem, ci, mc } = cpu
  let rendezvous = mem.load(MACHINE_HALT)
  while (rendezvous !== 0 && mem.load(MACHINE_STATE) === MACHINE_RUNNING) {
    mem.store(mc + MC_PARKED, rendezvous)
    mem.store(ci + CI_IDLING, 1)
    const pending = mem.load(ci + CI_IPENDING)
    if ((pending & (IPI_HALT | IPI_TLB)) === 0) mem.wait(ci + CI_IPENDING, pending, PARK_MS)
    mem.store(ci + CI_IDLING, 0)
    const taken = mem.and(ci + CI_IPENDING, ~(IPI_HALT | IPI_TLB))
    if ((taken & IPI_TLB) !== 0) cpu.kernel.tlbInterrupt(cpu)
    rendezvous = mem.load(MACHINE_HALT)
  }
  mem.store(mc + MC_PARKED, 0)
}
