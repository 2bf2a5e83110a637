import { layouts } from '@holdfast/atomics-sync'
import type { Addr } from '@holdfast/atomics-sync'
import {
  L_CPU,
  L_MUTEX,
  L_PROC,
  P_LOCK,
  SPC_MUTEX,
  TC_MUTEX,
  TS_INHERITOR,
  TS_OBJ,
  TS_WAITERS,
} from '@holdfast/kernel'
import {
  AN_LOCK,
  PG_PQFLAGS,
  PG_UANON,
  PG_UOBJECT,
  PQ_ACTIVE,
  PQ_FREE,
  PQ_INACTIVE,
  UO_LOCK,
  UVM_FPAGEQLOCK,
  UVM_PAGEQLOCK,
} from '@holdfast/mm'
import type { AddressTable } from '../machine/address-table.js'

/** What covers a word: a lock at an address, or one of the kinds that are no locks. */
export interface Guard {
  readonly kind: 'lock' | 'atomic' | 'stable' | 'private'
  /** Address of the covering lock, 0 where it is none. */
  readonly lock: Addr
  /** Name of the lock, as the layout spells it. */
  readonly name: string
  /** Why the original makes such an access without. */
  readonly byDesign?: string
  /** Of what is private: the LWP to which it belongs. */
  readonly owner?: Addr
}

/**
 * The lock that covers each word, as the layouts say: that of the same record, a global one, or one that the record points to:
 *
 *   l_mutex     of an LWP: the lock that its l_mutex names now
 *   p_lock      of an LWP: that of its process
 *   spc_mutex   of an LWP: that of its CPU
 *   tc_mutex    of a turnstile in use: that of the chain of the lock waited for
 *   inheritor   of a turnstile: the lock of the LWP that inherits by it
 *   owner       of a page: the lock of its object or anon
 *   queue       of a page: that of the queue it is on
 *
 * What is private in an LWP belongs to that LWP; elsewhere to whoever touches it first.
 *
 * Locks that depend on more than the record (`map`, `pmap` …) are not resolved: such words have no guard here.
 */
export class Guards {
  private readonly table: AddressTable
  /** The turnstile chain of a lock. */
  private readonly chainOf: (lock: Addr) => Addr
  private readonly globals = new Map<string, Addr>()
  private readonly own = new Map<string, Map<string, number>>()

  constructor(table: AddressTable, chainOf: (lock: Addr) => Addr) {
    this.table = table
    this.chainOf = chainOf
    for (const { base, fields } of layouts()) {
      if (base === undefined) continue
      for (const field of fields)
        if (field.isLock) this.globals.set(field.name.toUpperCase(), base + field.offset)
    }
  }

  /** What covers `addr` in the memory `words` when it is read, or written; undefined: nothing that is known. */
  of(words: Int32Array, addr: Addr, write: boolean): Guard | undefined {
    const placed = this.table.at(addr)
    if (placed === undefined) return undefined
    const { layout, field } = placed
    const reason = write ? field.unlockedWrites : field.unlocked
    const byDesign = reason === undefined ? {} : { byDesign: reason }
    const name = field.lock
    const base = this.table.base(addr)
    if (name === 'private' && layout.name === 'lwp')
      return { kind: name, lock: 0, name, ...byDesign, owner: base }
    if (name === 'atomic' || name === 'stable' || name === 'private')
      return { kind: name, lock: 0, name, ...byDesign }
    const lock = this.resolve(words, layout.name, base, name)
    return lock === 0 ? undefined : { kind: 'lock', lock, name: name.toLowerCase(), ...byDesign }
  }

  /** Of a turnstile that has waiters. The others are lent to one that has, or their LWP's own. */
  private chainLock(words: Int32Array, ts: Addr): Addr {
    const waiters = (words[ts + TS_WAITERS] as number) + (words[ts + TS_WAITERS + 1] as number)
    return waiters === 0 ? 0 : this.chainOf(words[ts + TS_OBJ] as number) + TC_MUTEX
  }

  /** Offset of the lock of that name in a record of its own, -1 if it has none. */
  private ownLock(layout: string, name: string): number {
    let known = this.own.get(layout)
    if (known === undefined) {
      known = new Map()
      this.own.set(layout, known)
    }
    const offset = known.get(name)
    if (offset !== undefined) return offset
    const upper = name.toUpperCase()
    const fields = layouts().find((each) => each.name === layout)?.fields
    const found = fields?.find((each) => each.isLock && each.name === upper)?.offset ?? -1
    known.set(name, found)
    return found
  }

  private resolve(words: Int32Array, layout: string, base: Addr, name: string): Addr {
    if (layout === 'lwp') {
      if (name === 'l_mutex') return words[base + L_MUTEX] as number
      if (name === 'p_lock') return pointed(words, base + L_PROC, P_LOCK)
      if (name === 'spc_mutex') return pointed(words, base + L_CPU, SPC_MUTEX)
    }
    if (layout === 'turnstile') {
      if (name === 'tc_mutex') return this.chainLock(words, base)
      if (name === 'inheritor') return lockOf(words, words[base + TS_INHERITOR] as number)
    }
    if (layout === 'vm_page') {
      if (name === 'owner')
        return pointed(words, base + PG_UOBJECT, UO_LOCK) || pointed(words, base + PG_UANON, AN_LOCK)
      if (name === 'queue') return queueLock(words[base + PG_PQFLAGS] as number)
    }
    const offset = this.ownLock(layout, name)
    return offset < 0 ? (this.globals.get(name.toUpperCase()) ?? 0) : base + offset
  }
}

/** The lock that covers an LWP now. */
function lockOf(words: Int32Array, lwp: Addr): Addr {
  return lwp === 0 ? 0 : (words[lwp + L_MUTEX] as number)
}

function queueLock(pqflags: number): Addr {
  if ((pqflags & PQ_FREE) !== 0) return UVM_FPAGEQLOCK
  return (pqflags & (PQ_ACTIVE | PQ_INACTIVE)) !== 0 ? UVM_PAGEQLOCK : 0
}

function pointed(words: Int32Array, pointer: Addr, offset: number): Addr {
  const to = words[pointer] as number
  return to === 0 ? 0 : to + offset
}
