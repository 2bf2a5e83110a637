import type { Sleeps } from '@holdfast/atomics-sync'
import { VM_PROT_READ, VM_PROT_WRITE } from '@holdfast/mm'
import type { Cpu } from './cpu.js'
import { tsleep } from './kern-synch.js'
import { L_PROC } from './lwp.js'
import type { LwpRef } from './lwp.js'
import { P_VMSPACE } from './proc.js'
import { uvmLwpHold, uvmLwpRele } from './uvm-glue/hold.js'
import { uvmVslock, uvmVsunlock } from './uvm-glue/vslock.js'

/**
 * physio (kern_physio.c): raw I/O between a device and `len` bytes of the caller's user memory at `addr`.
 *
 * Holds the caller in memory, as the transfer's state is on its stack, wires the user memory, and sleeps for the
 * `ticks` (1 or more) that the transfer takes: no device is modelled, the clock completes it. No lock held. May sleep.
 * Returns 0 or an errno.
 */
export function* physio(cpu: Cpu, l: LwpRef, addr: number, len: number, ticks: number): Sleeps<number> {
  const { mem } = cpu
  const vs = mem.read(mem.read(l + L_PROC) + P_VMSPACE)

  yield* uvmLwpHold(cpu, l)
  const error = yield* uvmVslock(cpu, vs, addr, len, VM_PROT_READ | VM_PROT_WRITE)
  if (error === 0) {
    yield* tsleep(cpu, l, 'physio', Math.max(ticks, 1), false)
    yield* uvmVsunlock(cpu, vs, addr, len)
  }
  uvmLwpRele(cpu, l)
  return error
}
