import { MUTEX_BIT_SPIN, MUTEX_FLAGS, RWLOCK_WORDS, RW_THREAD, RW_WRITE_LOCKED } from '@holdfast/atomics-sync'
import type { Addr } from '@holdfast/atomics-sync'
import { type AccessCheck, type HeldLocks, type LockTaker, type MachineImage, stackHere } from '@holdfast/cpu'
import type { Report, SanitizeOptions } from '@holdfast/cpu'
import { turnstileChain } from '@holdfast/kernel'
import type { Cpu } from '@holdfast/kernel'
import { AddressTable } from '../explore/machine/address-table.js'
import { type Guard, Guards } from '../explore/checkers/guards.js'
import { isPublished } from '../explore/machine/published.js'
import { PoolItems } from './pool-items.js'

/**
 * The lock that each field's layout names, asked for at a share of the accesses of one CPU while all are running.
 *
 * Verifies   that at those accesses the CPU had the lock: its LWP a mutex or a lock for writing, the CPU a spin mutex; of a lock that
 *            is only read, that somebody reads it. That fields which are atomic, stable or of one LWP are accessed as such; that items
 *            of pools are not accessed after they were freed.
 * Does not   judge atomic accesses; nor records of one owner (published.ts), nor pool items that nobody but their maker was seen at;
 *            nor fields whose lock guards.ts does not resolve. What is resolved through words that others may change is
 *            looked at before the access and, if the lock was not held then, after it too.
 */
export class FieldLocks implements AccessCheck {
  private readonly image: MachineImage
  private readonly cpu: number
  private readonly all: boolean
  private readonly report: Report
  private readonly words: Int32Array
  private readonly table: AddressTable
  private readonly guards: Guards
  private readonly items: PoolItems
  private taker: LockTaker = { self: 0, spinDepth: 0 }
  private spins: Pick<HeldLocks, 'has'> = { has: () => true }

  constructor(
    image: MachineImage,
    cpu: number,
    options: Pick<SanitizeOptions, 'all' | 'poolMakers'>,
    report: Report,
  ) {
    this.image = image
    this.cpu = cpu
    this.all = options.all
    this.report = report
    this.words = new Int32Array(image.buffer)
    this.table = new AddressTable(image.regions, this.words.length)
    this.guards = new Guards(this.table, (lock) => turnstileChain({ config: image.config } as Cpu, lock))
    this.items = new PoolItems(image.regions, this.words, options.poolMakers)
  }

  attach(taker: LockTaker, spins: HeldLocks): void {
    this.taker = taker
    this.spins = spins
  }

  look(addr: Addr, write: boolean): boolean {
    const { self } = this.taker
    if (self === 0) return false
    const freed = this.items.freedItem(addr)
    if (freed !== undefined) {
      const verb = write ? 'writes' : 'reads'
      this.broken('useAfterFree', addr, `${this.who()} ${verb} word ${addr}: ${freed} is free`, [addr])
      return false
    }
    if (this.items.isMakers(addr, self)) return false
    const wrong = this.wrong(addr, write)
    if (wrong === undefined) return false
    if (write) return true
    this.tell(addr, write, wrong)
    return false
  }

  again(addr: Addr): void {
    const wrong = this.wrong(addr, true)
    if (wrong !== undefined) this.tell(addr, true, wrong)
  }

  pooled(link: Addr, value: number): void {
    this.items.linked(link, value, this.taker.self)
  }

  /** What is wrong with an access, and the word of the lock; undefined: nothing. */
  private wrong(addr: Addr, write: boolean): { what: string; lock: Addr } | undefined {
    const guard = this.guards.of(this.words, addr, write)
    if (guard === undefined || (guard.byDesign !== undefined && !this.all)) return undefined
    const what = this.lacks(guard, write)
    if (what === undefined || !isPublished(this.image.config, this.words, addr)) return undefined
    return { what, lock: guard.lock }
  }

  private lacks(guard: Guard, write: boolean): string | undefined {
    switch (guard.kind) {
      case 'lock':
        return this.holds(guard.lock, write)
          ? undefined
          : `without holding ${guard.name} (word ${guard.lock})`
      case 'atomic':
        return write ? 'plainly, and it is changed by atomic operations only' : undefined
      case 'stable':
        return write ? 'though it is constant once published' : undefined
      case 'private':
        return guard.owner === undefined || guard.owner === this.taker.self
          ? undefined
          : 'though it is private to another'
      default:
        return undefined
    }
  }

  private holds(lock: Addr, write: boolean): boolean {
    const word = this.words[lock] as number
    const { self } = this.taker
    const field = this.table.at(lock)?.field
    if (field?.isLock === true && field.words === RWLOCK_WORDS) {
      if ((word & RW_WRITE_LOCKED) !== 0) return (word & RW_THREAD) >> 1 === self
      return !write && (word & RW_THREAD) !== 0
    }
    if ((word & MUTEX_BIT_SPIN) !== 0) return this.spins.has(lock)
    return (word & ~MUTEX_FLAGS) === self
  }

  private who(): string {
    return `CPU ${this.cpu}`
  }

  private tell(addr: Addr, write: boolean, { what, lock }: { what: string; lock: Addr }): void {
    const verb = write ? 'writes' : 'reads'
    const words = lock === 0 ? [addr] : [addr, lock]
    this.broken('guardedBy', addr, `${this.who()} ${verb} word ${addr} ${what}`, words)
  }

  private broken(
    verdict: 'guardedBy' | 'useAfterFree',
    addr: Addr,
    message: string,
    words: readonly number[],
  ): void {
    const { cpu, taker } = this
    const stack = stackHere()
    const field = this.table.at(addr)?.field.name ?? ''
    this.report({ type: 'rule', verdict, cpu, lwp: taker.self, key: field, message, words, stack })
  }
}
