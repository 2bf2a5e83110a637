import { VM_MAP, pmapActivate, pmapDeactivate, vmMapPmap } from '@holdfast/mm'
import type { Cpu } from './cpu.js'
import { L_PROC } from './lwp.js'
import type { LwpRef } from './lwp.js'
import { P_VMSPACE } from './proc.js'

/** pmap_activate (x86 pmap.c): loads the address space of `lwp` into this CPU's MMU. `lwp` is curlwp. Never sleeps. */
export function pmapActivateLwp(cpu: Cpu, lwp: LwpRef): void {
  const { mem } = cpu
  pmapActivate(cpu, vmMapPmap(cpu, mem.read(mem.read(lwp + L_PROC) + P_VMSPACE) + VM_MAP))
}

/** pmap_deactivate (x86 pmap.c): the address space of `lwp` leaves this CPU's MMU. Never sleeps. */
export function pmapDeactivateLwp(cpu: Cpu, lwp: LwpRef): void {
  const { mem } = cpu
  pmapDeactivate(cpu, vmMapPmap(cpu, mem.read(mem.read(lwp + L_PROC) + P_VMSPACE) + VM_MAP))
}
