import { Mem } from '@holdfast/atomics-sync'
import type { Addr } from '@holdfast/atomics-sync'
import type { MachineImage } from '../image.js'

/**
 * Who touched what last: the words of a machine in stripes of 16, the contents of pages of 128, each with two words beside the memory.
 *
 *     owner    1 + number of the CPU that touched it last; 0: nobody has; LOCKED: somebody is at it
 *     event    the number of that CPU's event
 *
 *     exchange owner, LOCKED ---- was LOCKED? again ---- access ---- event := own number ---- store owner, me
 *
 * While a CPU has a stripe no other touches its words, so the order of the events on a stripe is that of the values stored
 * here; whoever finds another's number has to be after that event, and that alone has to be written down.
 *
 * Rules   R1  several stripes are taken in ascending order
 *         R2  nothing is waited for, and no interrupt taken, with a stripe held; so the one of the last access, which a CPU keeps
 *             in case the next is on it too, is released before another is taken
 */
const STRIPE_SHIFT = 4
const PAGES_SHIFT = 7
const WORDS = 2
const LOCKED = -1

/**
 * A plain store is release enough: x86 makes stores visible in program order, and V8 keeps it. It costs a thirtieth of an atomic
 * one, at every event.
 */
const STORES_IN_ORDER = process.arch === 'x64'

const SPINS_BEFORE_NAP = 200
const NAP_MS = 0.05

/** Where a memory is cut: `words` words, from `pages` on the contents of pages, which are mostly touched as a whole. */
export interface Cut {
  readonly words: number
  readonly pages: Addr
}

/** How a machine's memory is cut: its swap device and its page frames are the last of it. */
export function cutOf({ buffer, regions }: Pick<MachineImage, 'buffer' | 'regions'>): Cut {
  const words = buffer.byteLength / 4
  return { words, pages: regions.find(({ label }) => label === 'swap device')?.base ?? words }
}

/** The stripes of a memory, untouched. */
export function allocStripes(cut: Cut): SharedArrayBuffer {
  return new SharedArrayBuffer((stripeOf(cut.words, cut.pages) + WORDS) * 4)
}

/** The stripe of a word, as {@link Stripes} takes it; `pages`: see {@link Cut}. */
export function stripeOf(addr: Addr, pages: Addr): number {
  if (addr < pages) return (addr >> STRIPE_SHIFT) * WORDS
  return ((pages >> STRIPE_SHIFT) + 1 + ((addr - pages) >> PAGES_SHIFT)) * WORDS
}

/** The stripes of `words` words from `addr` on, ascending. */
export function stripesOf(addr: Addr, words: number, pages: Addr): number[] {
  const stripes: number[] = []
  if (words <= 0) return stripes
  const last = stripeOf(addr + words - 1, pages)
  for (let at = stripeOf(addr, pages); at <= last; at += WORDS) stripes.push(at)
  return stripes
}

/** Those of two lists, each once, ascending. */
export function union(one: readonly number[], other: readonly number[]): number[] {
  return [...new Set([...one, ...other])].sort((a, b) => a - b)
}

/** The stripes as one CPU reaches them. */
export class Stripes {
  private readonly table: Mem
  private readonly me: number
  /** Called now and then while waiting; throws if there is no point in it any more. */
  private readonly given: () => void

  constructor(buffer: SharedArrayBuffer, cpu: number, given: () => void) {
    this.table = new Mem(buffer)
    this.me = cpu + 1
    this.given = given
  }

  /** Takes a stripe. Returns who touched it last: 1 + number of a CPU, or 0. */
  take(stripe: number): number {
    const owner = this.table.exchange(stripe, LOCKED)
    return owner === LOCKED ? this.contend(stripe) : owner
  }

  /** Number of the last event on a stripe that is held. */
  last(stripe: number): number {
    return this.table.read(stripe + 1)
  }

  /** Releases it: `event` of this CPU was the last on it. */
  done(stripe: number, event: number): void {
    const { table } = this
    table.write(stripe + 1, event)
    if (STORES_IN_ORDER) table.write(stripe, this.me)
    else table.store(stripe, this.me)
  }

  /** Releases it as it was. */
  untouched(stripe: number, owner: number): void {
    this.table.store(stripe, owner)
  }

  private contend(stripe: number): number {
    const { table } = this
    for (let spins = 1; ; spins++) {
      if (table.load(stripe) !== LOCKED) {
        const owner = table.exchange(stripe, LOCKED)
        if (owner !== LOCKED) return owner
      }
      if (spins % SPINS_BEFORE_NAP !== 0) continue
      this.given()
      table.wait(stripe, LOCKED, NAP_MS)
    }
  }
}

/** For each CPU below `ncpu` the events it is known to have executed, by what the others found on the stripes. Nobody runs. */
export function eventsSeen(buffer: SharedArrayBuffer, ncpu: number): number[] {
  const table = new Int32Array(buffer)
  const seen = Array.from({ length: ncpu }, () => 0)
  for (let at = 0; at < table.length; at += WORDS) {
    const cpu = (table[at] as number) - 1
    if (cpu >= 0 && cpu < ncpu) seen[cpu] = Math.max(seen[cpu] as number, (table[at + 1] as number) + 1)
  }
  return seen
}
