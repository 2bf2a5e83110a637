import type { Addr } from '@holdfast/atomics-sync'

/** The locks that one LWP (sleep locks) or one CPU (spin locks) holds, in the order in which they were taken. */
export class HeldLocks {
  readonly locks: Addr[] = []
  /** Number of the class of each. */
  readonly classes: number[] = []
  /** Taken for reading. */
  readonly shared: boolean[] = []
  /** Where each was taken, if that was looked up; otherwise empty. */
  readonly stacks: string[] = []

  get count(): number {
    return this.locks.length
  }

  has(lock: Addr): boolean {
    return this.locks.includes(lock)
  }

  add(lock: Addr, lockClass: number, shared: boolean): void {
    this.locks.push(lock)
    this.classes.push(lockClass)
    this.shared.push(shared)
    this.stacks.push('')
  }

  /** Forgets the latest hold of a lock; false: there is none. */
  remove(lock: Addr): boolean {
    const at = this.locks.lastIndexOf(lock)
    if (at < 0) return false
    this.locks.splice(at, 1)
    this.classes.splice(at, 1)
    this.shared.splice(at, 1)
    this.stacks.splice(at, 1)
    return true
  }

  /** Forgets what is held for reading: its holder may let go of it on another CPU. */
  forgetShared(): void {
    for (let at = this.count - 1; at >= 0; at--)
      if (this.shared[at] === true) this.remove(this.locks[at] as Addr)
  }
}
