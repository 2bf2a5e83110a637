import { mutexTryEnter } from '@holdfast/atomics-sync'
import type { Addr } from '@holdfast/atomics-sync'
import type { VmCpu } from '../vm-cpu.js'
import { PGA_MODIFIED, PGA_REFERENCED, PG_MDATTR, PG_UANON } from '../vm-page.js'
import type { VmPageRef } from '../vm-page.js'

/**
 * Stand-ins for the owners of pages and for the pmap, so that the pages half is tested by itself. An owner is
 * three words: lock, slot, page. Mappings do not exist; PG_MDATTR alone says referenced and modified.
 */
export const OWNER_LOCK = 0
export const OWNER_SLOT = 1
export const OWNER_PAGE = 2
export const OWNER_WORDS = 4

export function uvmOwnerTrylock(cpu: VmCpu, pg: VmPageRef): Addr {
  const { mem } = cpu
  const owner = mem.read(pg + PG_UANON)
  return mutexTryEnter(cpu, owner + OWNER_LOCK) ? owner + OWNER_LOCK : 0
}

export function uvmOwnerSlot(cpu: VmCpu, pg: VmPageRef): number {
  const { mem } = cpu
  return mem.read(mem.read(pg + PG_UANON) + OWNER_SLOT)
}

export function uvmOwnerSetSlot(cpu: VmCpu, pg: VmPageRef, slot: number): void {
  const { mem } = cpu
  mem.write(mem.read(pg + PG_UANON) + OWNER_SLOT, slot)
}

export function uvmOwnerDetach(cpu: VmCpu, pg: VmPageRef): void {
  const { mem } = cpu
  mem.write(mem.read(pg + PG_UANON) + OWNER_PAGE, 0)
}

export function pmapPageProtect(): void {}

export function pmapClearReference(cpu: VmCpu, pg: VmPageRef): boolean {
  const { mem } = cpu
  return (mem.and(pg + PG_MDATTR, ~PGA_REFERENCED) & PGA_REFERENCED) !== 0
}

export function pmapIsReferenced(cpu: VmCpu, pg: VmPageRef): boolean {
  const { mem } = cpu
  return (mem.read(pg + PG_MDATTR) & PGA_REFERENCED) !== 0
}

export function pmapClearModify(cpu: VmCpu, pg: VmPageRef): boolean {
  const { mem } = cpu
  return (mem.and(pg + PG_MDATTR, ~PGA_MODIFIED) & PGA_MODIFIED) !== 0
}
