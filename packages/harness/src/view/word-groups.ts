import type { Region } from '@holdfast/atomics-sync'
import { AddressTable } from '../explore/machine/address-table.js'

/** Kinds of words, in the order in which a reader wants them. */
export const GROUPS = [
  'LWP table',
  'locks',
  'queues',
  'free list',
  'page tables',
  'processes',
  'pages',
  'maps',
  'counters',
  'other',
] as const

export type Group = (typeof GROUPS)[number]

const OF_RECORD: Readonly<Record<string, Group>> = {
  lwp: 'LWP table',
  proc: 'processes',
  vm_page: 'pages',
  pmap: 'page tables',
  pv_entry: 'page tables',
  mm_cpu: 'page tables',
  vm_map: 'maps',
  vm_map_entry: 'maps',
  vmspace: 'maps',
  vm_amap: 'maps',
  vm_anon: 'maps',
  uvm_aobj: 'maps',
  sleeptab: 'queues',
  turnstile: 'queues',
  tschain: 'queues',
  cpu_info: 'queues',
}
const FREE = /^(UVM_PAGE_FREE|UVMEXP_FREE|FREELWP|FREEPROC)$/
const QUEUES = /^(UVM_PAGE_ACTIVE|UVM_PAGE_INACTIVE|ALLLWP|ALLPROC|ZOMBPROC)$/
const COUNTERS = /^(UVMEXP_|NPROCS|NLWPS|HARDCLOCK|AVERUNNABLE)/
/** Fields that tell where the protocol stands, whatever the fault. */
const TELLING =
  /^(L_STAT|L_FLAG|L_HOLDCNT|L_SWAPLOCK|L_CPU|P_STAT|SPC_COUNT|CI_CURLWP|UVMEXP_FREE|PROC_LOCK|UVM_SCHEDULER_KICKED|UVM_PAGE_FREE|PG_WIRE_COUNT)$/

/** Which group each word of a machine belongs to. */
export class WordGroups {
  private readonly table: AddressTable

  constructor(regions: readonly Region[], size: number) {
    this.table = new AddressTable(regions, size)
  }

  group(addr: number): Group {
    const placed = this.table.at(addr)
    if (placed === undefined) return 'other'
    const { field, layout } = placed
    if (field.isLock) return 'locks'
    if (FREE.test(field.name)) return 'free list'
    if (QUEUES.test(field.name)) return 'queues'
    if (COUNTERS.test(field.name)) return 'counters'
    return OF_RECORD[layout.name] ?? 'other'
  }

  /** Address of the record that the word belongs to, or 0. */
  record(addr: number): number {
    return this.table.base(addr)
  }

  /** The field that is the first word of its record, which may be called as its record is; else nothing. */
  firstField(addr: number, name: string): string {
    const field = this.table.at(addr)?.field.name.toLowerCase() ?? ''
    return this.table.base(addr) === addr && /[\])]$/.test(name) && field !== '' ? `.${field}` : ''
  }

  /** Whether a word is one that a reader wants to see in any case. */
  isTelling(addr: number): boolean {
    return TELLING.test(this.table.at(addr)?.field.name ?? '')
  }

  isLock(addr: number): boolean {
    return this.table.at(addr)?.field.isLock === true
  }
}
