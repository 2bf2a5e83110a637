import type { Addr } from '@holdfast/atomics-sync'

/** The locks that one LWP (sleep locks) or one CPU (spin locks) holds, in the order in which they were taken. */
export class HeldLocks {
  readonly locks: Addr[] = []
  /** Number of the class of each. */
  readonly classes: number[] = []
  /** Taken for reading. */
  readonly shared: boolean[] = []
  /** Where each was taken, if somebody wanted to know. To take a stack costs less than to put it into words. */
  readonly places: (Error | null)[] = []

  /** How many are held. */
  get count(): number {
    return this.locks.length
  }

  /** Whether `lock` is held at least once. */
  has(lock: Addr): boolean {
    return this.locks.includes(lock)
  }

  /** Adds a hold of `lock`, the latest; it has no place yet. */
  add(lock: Addr, lockClass: number, shared: boolean): void {
    this.locks.push(lock)
    this.classes.push(lockClass)
    this.shared.push(shared)
    this.places.push(null)
  }

  /** Forgets the latest hold of a lock; false: there is none. Mostly it is the last of all. */
  remove(lock: Addr): boolean {
    const { locks, classes, shared, places } = this
    const at = locks.lastIndexOf(lock)
    if (at < 0) return false
    for (let next = at + 1; next < locks.length; next++) {
      locks[next - 1] = locks[next] as Addr
      classes[next - 1] = classes[next] as number
      shared[next - 1] = shared[next] as boolean
      places[next - 1] = places[next] as Error | null
    }
    locks.pop()
    classes.pop()
    shared.pop()
    places.pop()
    return true
  }

  /** Forgets what is held for reading: its holder may let go of it on another CPU. */
  forgetShared(): void {
    for (let at = this.count - 1; at >= 0; at--)
      if (this.shared[at] === true) this.remove(this.locks[at] as Addr)
  }
}
