import { MUTEX_FLAGS, Mem, type Addr, type MemOptions } from '@holdfast/atomics-sync'
import {
  type KernelConfig,
  L_FLAG,
  L_MUTEX,
  L_STAT,
  L_SWAPLOCK,
  LSIDL,
  LSZOMB,
  LWP_WORDS,
  LW_INMEM,
} from '@holdfast/kernel'

/** LW_INMEM of an LWP was changed by somebody who does not hold what covers it. */
export class UnguardedInmem extends Error {
  override readonly name = 'UnguardedInmem'
}

/**
 * The seam with a watch on one rule of the protocol: LW_INMEM changes only under both l_swaplock and the LWP's lock, but
 * for LWPs that have one owner: those being made and those that are dead.
 *
 * Looks at plain stores to l_flag, those of ranges included: the only ways it is changed. Does not see who else holds a spin lock: that some CPU
 * holds the LWP's lock is all it can tell, whereas l_swaplock must be the storing LWP's.
 */
export class AuditedMem extends Mem {
  private readonly lwps: Addr
  private readonly end: Addr
  /** The LWP that runs on this CPU. */
  self: () => number

  constructor(buffer: SharedArrayBuffer, config: Pick<KernelConfig, 'lwps' | 'nlwps'>, options: MemOptions) {
    super(buffer, options)
    this.lwps = config.lwps
    this.end = config.lwps + config.nlwps * LWP_WORDS
    this.self = () => 0
  }

  /** Plain store. Throws `UnguardedInmem`. */
  override write(addr: Addr, value: number): void {
    if (addr >= this.lwps && addr < this.end && (addr - this.lwps) % LWP_WORDS === L_FLAG)
      this.checkInmem(addr, value)
    super.write(addr, value)
  }

  /** Plain stores of `value` to `words` words from `addr` on. Throws `UnguardedInmem`. */
  override fill(addr: Addr, words: number, value: number): void {
    for (let at = this.nextFlag(addr); at < addr + words && at < this.end; at += LWP_WORDS)
      this.checkInmem(at, value)
    super.fill(addr, words, value)
  }

  /** Plain loads and stores: `words` words from `from` on, to `to` on. Throws `UnguardedInmem`. */
  override copy(to: Addr, from: Addr, words: number): void {
    for (let at = this.nextFlag(to); at < to + words && at < this.end; at += LWP_WORDS)
      this.checkInmem(at, this.read(from + at - to))
    super.copy(to, from, words)
  }

  /** Address of the first l_flag at or after `addr`. */
  private nextFlag(addr: Addr): Addr {
    const first = this.lwps + L_FLAG
    return addr <= first ? first : first + Math.ceil((addr - first) / LWP_WORDS) * LWP_WORDS
  }

  private checkInmem(addr: Addr, value: number): void {
    if (((this.read(addr) ^ value) & LW_INMEM) === 0) return
    const l = addr - L_FLAG
    const stat = this.read(l + L_STAT)
    if (stat === LSIDL || stat === LSZOMB || stat === 0) return
    const owner = this.load(l + L_SWAPLOCK) & ~MUTEX_FLAGS
    const locked = (this.load(this.load(l + L_MUTEX)) & ~MUTEX_FLAGS) !== 0
    if (owner === this.self() && locked) return
    const missing = [
      ...(owner === this.self() ? [] : ['l_swaplock']),
      ...(locked ? [] : ['the lock of the LWP']),
    ]
    throw new UnguardedInmem(`LW_INMEM of LWP ${l} changes without ${missing.join(' and ')}`)
  }
}
