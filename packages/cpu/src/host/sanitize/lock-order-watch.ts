import type { Addr } from '@holdfast/atomics-sync'
import type { HeldLocks } from './held-locks.js'
import { LockOrderTable, PAIR_PLACED, PAIR_SEEN } from './lock-order-table.js'
import type { SanitizeOptions } from './options.js'
import { type Report, isTry, placeHere, stackHere } from './report.js'

/** Tries seen of a pair before only one in so many is looked at, since looking costs some ten microseconds. */
const TRIES_LOOKED_AT = 4
const LOOK_EVERY = 256
/** Acquisitions of a class whose place is looked up so that a pair's first place becomes known. */
const PLACES_LOOKED_UP = 8

/** Tells of each pair of lock classes when it is first seen on any CPU, and once more when both places are known. */
export class LockOrderWatch {
  private readonly cpu: number
  private readonly table: LockOrderTable
  private readonly names: readonly string[]
  private readonly report: Report
  private readonly tries = new Map<number, number>()
  /** By class: how many more of its acquisitions are looked up. */
  private readonly lookUps: Int32Array
  private turn = 0

  constructor(
    cpu: number,
    { lockOrder, lockClasses }: Pick<SanitizeOptions, 'lockOrder' | 'lockClasses'>,
    report: Report,
  ) {
    this.cpu = cpu
    this.names = lockClasses.names
    this.table = new LockOrderTable(lockOrder, this.names.length)
    this.report = report
    this.lookUps = new Int32Array(this.names.length)
  }

  /** `lock` is waited for (`waits`), or was taken at once: perhaps by a try. */
  taking(lock: Addr, to: number, spins: HeldLocks, slept: HeldLocks, waits: boolean): void {
    if (to === 0) return
    if (spins.count > 0) this.after(spins, lock, to, waits)
    if (slept.count > 0) this.after(slept, lock, to, waits)
  }

  /** The latest of `held` has just been taken: finds out where, if somebody wants to know. */
  took(held: HeldLocks): void {
    const at = held.count - 1
    const lockClass = held.classes[at] as number
    if ((this.lookUps[lockClass] as number) <= 0) return
    this.lookUps[lockClass] = (this.lookUps[lockClass] as number) - 1
    held.places[at] = placeHere()
  }

  private after(held: HeldLocks, lock: Addr, to: number, waits: boolean): void {
    for (let at = 0; at < held.count; at++) {
      const from = held.classes[at] as number
      const other = held.locks[at] as Addr
      if (from === 0 || other === lock) continue
      const pair = this.table.pair(from, to, from === to && other > lock)
      const what = held.places[at] === null ? PAIR_SEEN : PAIR_PLACED
      if (this.table.known(pair) < what) this.seen(pair, what, held, at, lock, to, waits)
    }
  }

  private seen(
    pair: number,
    what: number,
    held: HeldLocks,
    at: number,
    lock: Addr,
    to: number,
    waits: boolean,
  ): void {
    const tries = this.tries.get(pair) ?? 0
    if (!waits && tries >= TRIES_LOOKED_AT && ++this.turn % LOOK_EVERY !== 0) return
    const stack = stackHere()
    if (!waits && isTry(stack)) {
      this.tries.set(pair, tries + 1)
      return
    }
    if (!this.table.learn(pair, what)) return
    const from = held.classes[at] as number
    const other = held.locks[at] as Addr
    if (what === PAIR_SEEN) this.lookUps[from] = PLACES_LOOKED_UP
    this.report({
      type: 'order',
      cpu: this.cpu,
      from: this.names[from] as string,
      to: this.names[to] as string,
      up: other < lock,
      held: other,
      taken: lock,
      heldStack: held.places[at]?.stack ?? '',
      takenStack: stack,
    })
  }
}
