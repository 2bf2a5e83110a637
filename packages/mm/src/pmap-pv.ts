import { panic } from '@holdfast/atomics-sync'
import type { Addr } from '@holdfast/atomics-sync'
import { PV_LOCKS, PV_LOCK_WORDS, PV_NEXT, PV_PMAP, PV_VA } from './pmap-layout.js'
import type { PmapRef } from './pmap-pte.js'
import type { VmCpu } from './vm-cpu.js'
import { PG_PV, vmPageFrame } from './vm-page.js'
import type { VmPageRef } from './vm-page.js'

/** The lock of the list of mappings of `pg`. */
export function pvLock(cpu: VmCpu, pg: VmPageRef): Addr {
  return (cpu.config.mm['pvLocks'] as number) + (vmPageFrame(cpu, pg) & (PV_LOCKS - 1)) * PV_LOCK_WORDS
}

/** pmap_enter_pv (pmap.c): notes in `pve` that `pmap` maps `pg` at `va`. pv_lock held. */
export function pmapEnterPv(cpu: VmCpu, pg: VmPageRef, pve: Addr, pmap: PmapRef, va: number): void {
  const { mem } = cpu
  mem.write(pve + PV_PMAP, pmap)
  mem.write(pve + PV_VA, va)
  mem.write(pve + PV_NEXT, mem.read(pg + PG_PV))
  mem.write(pg + PG_PV, pve)
}

/** pmap_remove_pv (pmap.c): takes the entry of (`pmap`, `va`) off the list and returns it. pv_lock held. */
export function pmapRemovePv(cpu: VmCpu, pg: VmPageRef, pmap: PmapRef, va: number): Addr {
  const { mem } = cpu
  let link = pg + PG_PV
  for (let pve = mem.read(link); pve !== 0; pve = mem.read(link)) {
    if (mem.read(pve + PV_PMAP) === pmap && mem.read(pve + PV_VA) === va) {
      mem.write(link, mem.read(pve + PV_NEXT))
      return pve
    }
    link = pve + PV_NEXT
  }
  return panic('pmap_remove_pv: no such mapping')
}
