import type { MachineImage, SanitizeOptions } from '@holdfast/cpu'
import {
  WORD_IGNORED,
  WORD_LOCK,
  WORD_POOL_LINK,
  WORD_READ_UNLOCKED,
  WORD_RWLOCK,
  WORD_UNLOCKED,
  WORD_WATCHED,
  allocLockOrder,
  allocWatchpoints,
} from '@holdfast/cpu'
import { RWLOCK_WORDS } from '@holdfast/atomics-sync'
import type { Field } from '@holdfast/atomics-sync'
import { AddressTable } from '../explore/machine/address-table.js'
import { poolsOf } from '../explore/machine/pools.js'

/** What of the sanitizer the caller chooses. */
export interface SanitizeChoices {
  readonly seed: number
  readonly chaos: boolean
  readonly all: boolean
}

/** Share of its time that a CPU spends at watchpoints. */
const STALL_SHARE = 0.2

/** What the CPUs of a booted machine need to watch it, from the layouts of its records. */
export function sanitizeOptions(image: MachineImage, choices: SanitizeChoices): SanitizeOptions {
  const size = image.buffer.byteLength / 4
  const table = new AddressTable(image.regions, size)
  const words = new Uint8Array(new SharedArrayBuffer(size))
  const fields = new Uint16Array(new SharedArrayBuffer(size * 2))
  const changed = new Uint8Array(new SharedArrayBuffer(size))
  const numbers = new Map<Field, number>()
  for (let addr = 1; addr < size; addr++) {
    const field = table.at(addr)?.field
    if (field === undefined) continue
    words[addr] = kindOf(field) | lockBits(field, addr, table.base(addr))
    // The host posts interrupts too, and nobody sees it do so.
    if (field.lock === 'atomic') changed[addr] = 1
    const number = numbers.get(field) ?? numbers.size + 1
    numbers.set(field, number)
    fields[addr] = number
  }
  const pools = poolsOf(image.regions)
  for (const { links, count } of pools) for (let n = 0; n < count; n++) words[links + n] = WORD_POOL_LINK
  const items = pools.reduce((sum, { count }) => sum + count, 0)
  return {
    ...choices,
    watchpoints: allocWatchpoints(),
    watches: new Float64Array(new SharedArrayBuffer(8 * image.machine.ncpu)),
    words,
    fields,
    changed,
    lockOrder: allocLockOrder(image.lockClasses.names.length),
    poolMakers: new Int32Array(new SharedArrayBuffer(4 * Math.max(1, items))),
    lockClasses: image.lockClasses,
    stallShare: STALL_SHARE,
  }
}

/** A lock is its first word; those of two words are reader/writer locks. */
function lockBits(field: Field, addr: number, base: number): number {
  if (!field.isLock || addr !== base + field.offset) return 0
  return field.words === RWLOCK_WORDS ? WORD_LOCK | WORD_RWLOCK : WORD_LOCK
}

function kindOf(field: Field): number {
  if (field.isLock) return WORD_IGNORED
  if (field.unlockedWrites !== undefined || (field.lock === 'none' && field.unlocked !== undefined))
    return WORD_UNLOCKED
  return field.unlocked === undefined ? WORD_WATCHED : WORD_READ_UNLOCKED
}
