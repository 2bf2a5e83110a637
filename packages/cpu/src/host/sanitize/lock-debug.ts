import {
  type Addr,
  type Lockstat,
  MUTEX_BIT_SPIN,
  MUTEX_DESTROYED,
  MUTEX_FLAGS,
  type Mem,
  RW_THREAD,
  RW_WRITE_LOCKED,
} from '@holdfast/atomics-sync'
import type { SanitizeOptions } from './options.js'
import { WORD_RWLOCK } from './options.js'
import { HeldLocks } from './held-locks.js'
import { LockOrderWatch } from './lock-order-watch.js'
import { type Report, isTry, stackHere } from './report.js'

/** Who takes locks: what of a CPU the rules need. */
export interface LockTaker {
  readonly self: number
  readonly spinDepth: number
}

/** Of the sleep locks taken with interrupts held off, how many are looked at; then one in so many. */
const LOOKED_AT = 8
const LOOK_EVERY = 256

const OWNER = ~MUTEX_FLAGS
const RW_DESTROYED = RW_THREAD | RW_WRITE_LOCKED

/**
 * The rules of locks, in the manner of LOCKDEBUG (subr_lockdebug.c), with its wording. One for each CPU, called by the locks
 * themselves.
 *
 * Verifies   "locking against myself": nobody takes what he has (but for reading what he reads)
 *            "acquiring sleep lock from interrupt context", unless by a try
 *            "spin lock held": nobody waits for a sleep lock, or goes to user mode, while he has a spin lock
 *            "sleep lock held": nobody goes to user mode, or exits, with a mutex or a lock that he has for writing
 *            "not held by current CPU", "not held by current LWP": who releases a lock is who took it
 *            "is locked or in use": no lock is destroyed while somebody has it
 *            "already initialized": no lock is made anew while somebody has it
 *            "destroying uninitialized lock": no lock is destroyed twice
 *            and has the order of locks watched (lock-order-watch.ts).
 * Does not   know who reads: a lock read in user mode is released on whatever CPU its LWP is then on, as p_reflock by whoever
 *            holds an LWP; so a release for reading is checked only by the lock's own assertions.
 */
export class LockDebug implements Lockstat {
  /** The spin locks of this CPU. */
  readonly spins = new HeldLocks()
  private readonly sleepers = new Map<number, HeldLocks>()
  private actor: LockTaker = { self: 0, spinDepth: 0 }
  private readonly cpu: number
  private readonly mem: Mem
  private readonly words: Uint8Array
  private readonly options: Pick<SanitizeOptions, 'words' | 'lockClasses' | 'lockOrder'>
  private readonly report: Report
  private readonly next: Lockstat | null
  private readonly order: LockOrderWatch
  /** Called at each operation on a lock. */
  private readonly atPoint: (() => void) | null
  /** The lock that was released last: its word is about to be stored. */
  private leaving: Addr = 0
  /** The lock that is being waited for: it is not taken by a try. */
  private wanted: Addr = 0
  private heldOff = 0

  /** `mem` is a plain view of the machine's memory, for looking at the words of locks. */
  constructor(
    cpu: number,
    mem: Mem,
    options: Pick<SanitizeOptions, 'words' | 'lockClasses' | 'lockOrder'>,
    report: Report,
    next: Lockstat | null,
    atPoint: (() => void) | null = null,
  ) {
    this.cpu = cpu
    this.mem = mem
    this.words = options.words
    this.options = options
    this.report = report
    this.next = next
    this.order = new LockOrderWatch(cpu, options, report)
    this.atPoint = atPoint
  }

  /** Says who takes the locks: before any is taken. */
  attach(actor: LockTaker): void {
    this.actor = actor
  }

  /** Whether the CPU holds a spin lock. */
  get spinning(): boolean {
    return this.spins.count > 0
  }

  /** The sleep locks of the LWP that runs. */
  get slept(): HeldLocks {
    const { self } = this.actor
    let held = this.sleepers.get(self)
    if (held === undefined) {
      held = new HeldLocks()
      this.sleepers.set(self, held)
    }
    return held
  }

  contending(lock: Addr): number {
    this.wanted = lock
    if (!this.isSpin(lock)) {
      if (this.spins.count > 0) this.broken(lock, 'barrier', 'spin lock held', this.spins.locks[0])
      this.checkContext(lock, true)
    }
    this.order.taking(lock, this.classOf(lock), this.spins, this.slept, true)
    this.atPoint?.()
    return this.next?.contending(lock) ?? 0
  }

  acquired(lock: Addr): void {
    const spin = this.isSpin(lock)
    const shared = !spin && this.isShared(lock)
    const lockClass = this.classOf(lock)
    const held = spin ? this.spins : this.slept
    if (!shared && held.count > 0 && held.has(lock)) this.broken(lock, 'wantlock', 'locking against myself')
    if (this.wanted === lock) this.wanted = 0
    else {
      if (!spin) this.checkContext(lock, false)
      this.order.taking(lock, lockClass, this.spins, this.slept, false)
    }
    held.add(lock, lockClass, shared)
    this.order.took(held)
    this.atPoint?.()
    this.next?.acquired(lock)
  }

  contended(lock: Addr, spins: number, sleeps: number, waitedNs: number, token: number): void {
    this.next?.contended(lock, spins, sleeps, waitedNs, token)
  }

  released(lock: Addr): void {
    this.leaving = lock
    if (!this.spins.remove(lock) && !this.slept.remove(lock)) {
      if (this.isSpin(lock)) this.broken(lock, 'unlocked', 'not held by current CPU')
      else if (!this.isShared(lock)) this.broken(lock, 'unlocked', 'not held by current LWP')
    }
    this.atPoint?.()
    this.next?.released(lock)
  }

  /** Somebody is about to store `value` to the word of a lock: its own release, or whoever makes or destroys it. */
  storing(lock: Addr, value: number): void {
    if (this.leaving === lock) {
      this.leaving = 0
      return
    }
    const word = this.mem.load(lock)
    const dead = value === MUTEX_DESTROYED || (this.isRw(lock) && value === RW_DESTROYED)
    const wasDead = word === MUTEX_DESTROYED || (this.isRw(lock) && word === RW_DESTROYED)
    if (wasDead) {
      if (dead) this.broken(lock, 'free', 'destroying uninitialized lock')
      return
    }
    if ((word & (this.isRw(lock) ? RW_THREAD : OWNER)) === 0) return
    if (dead) this.broken(lock, 'free', 'is locked or in use')
    else if ((value & OWNER) === 0 && !this.slept.has(lock)) this.broken(lock, 'alloc', 'already initialized')
  }

  /** The LWP that runs goes to user mode (LOCKDEBUG_BARRIER of userret). */
  userret(): void {
    if (this.spins.count > 0) this.broken(this.spins.locks[0] as Addr, 'barrier', 'spin lock held')
    const { slept } = this
    if (slept.count === 0) return
    slept.forgetShared()
    if (slept.count === 0) return
    const lock = slept.locks[0] as Addr
    this.broken(lock, 'barrier', 'sleep lock held', undefined, slept.places[0]?.stack)
    slept.remove(lock)
  }

  /** An LWP leaves for good; another that gets its address has nothing. */
  exited(lwp: number): void {
    const held = this.sleepers.get(lwp)
    if (held === undefined) return
    held.forgetShared()
    const [lock] = held.locks
    if (lock !== undefined) this.broken(lock, 'barrier', 'sleep lock held by an LWP that exits')
    this.sleepers.delete(lwp)
  }

  /**
   * Sleep locks are not for interrupt handlers, nor with interrupts held off: what raises the depth then is no spin lock. A try
   * may be made, unlike in C, where it aborts too: the disk's interrupt does here what the workqueue of uvm_aiodone does there.
   */
  private checkContext(lock: Addr, waits: boolean): void {
    if (this.actor.spinDepth <= this.spins.count) return
    if (!waits && ++this.heldOff > LOOKED_AT && this.heldOff % LOOK_EVERY !== 0) return
    if (waits || !isTry(stackHere()))
      this.broken(lock, 'wantlock', 'acquiring sleep lock from interrupt context')
  }

  private broken(lock: Addr, where: string, what: string, other?: Addr, taken = ''): void {
    const kind = this.isRw(lock) ? 'rwlock' : 'mutex'
    const also = other === undefined ? '' : ` (word ${other})`
    this.report({
      type: 'rule',
      verdict: 'panic',
      cpu: this.cpu,
      lwp: this.actor.self,
      key: what,
      message: `${kind} error: lockdebug_${where}: ${what}${also}: word ${lock}`,
      words: other === undefined ? [lock] : [lock, other],
      stack: stackHere(),
      ...(taken === '' ? {} : { other: taken }),
    })
  }

  private classOf(lock: Addr): number {
    return this.options.lockClasses.classOf[lock] ?? 0
  }

  private isRw(lock: Addr): boolean {
    return ((this.words[lock] as number) & WORD_RWLOCK) !== 0
  }

  private isSpin(lock: Addr): boolean {
    return !this.isRw(lock) && (this.mem.read(lock) & MUTEX_BIT_SPIN) !== 0
  }

  private isShared(lock: Addr): boolean {
    return this.isRw(lock) && (this.mem.read(lock) & RW_WRITE_LOCKED) === 0
  }
}
