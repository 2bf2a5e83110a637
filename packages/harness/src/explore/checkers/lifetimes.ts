import type { Region } from '@holdfast/atomics-sync'
import { WRITE } from '@holdfast/compiler'
import { DRAIN, issuedWords, outerSite } from '@holdfast/explorer'
import type { Observer, UseAfterFree, World } from '@holdfast/explorer'
import { FREELWP, FREEPROC, L_NEXT_FREE, LWP_WORDS, P_NEXT_FREE, PROC_WORDS } from '@holdfast/kernel'
import type { KernelConfig } from '@holdfast/kernel'
import { type Pool, OUT, poolsOf } from '../machine/pools.js'

/** A table of records that are handed out and taken back, and linked into a list while they are free. */
interface Table {
  readonly name: string
  readonly base: number
  readonly end: number
  readonly words: number
  /** Field by which a free record is on the free list, and the head of that list. */
  readonly link: number
  readonly head: number
}

/**
 * The lives of records: LWPs and processes, and the items of the static pools. A record is freed when it is linked into its free list, and begins
 * its next life when it leaves it. Tells the checker of use after free; stands after it among the observers.
 *
 * It also knows which items are still their maker's own: handed out, and touched by nobody else since.
 *
 * Does not: know items that were never handed out; know when an LWP or a process is its maker's own (their state says that).
 */
export class Lifetimes implements Observer {
  readonly name = 'lifetimes'
  private readonly tables: readonly Table[]
  private readonly pools: readonly Pool[]
  private readonly checker: UseAfterFree
  private readonly holderOf: (actor: number) => number
  /** By word: 1 + number of the item of a pool that it belongs to, 0 if to none. */
  private readonly itemAt: Int32Array
  /** By word: 1 + number of the item of which it is the link. */
  private readonly linkAt: Int32Array
  private readonly poolOf: Pool[] = []
  private readonly addrOf: number[] = []
  /** By item: who was handed it, until somebody else has touched it. */
  private readonly makers: Int32Array
  private readonly made: number[] = []

  constructor(
    config: KernelConfig,
    regions: readonly Region[],
    size: number,
    checker: UseAfterFree,
    holderOf: (actor: number) => number,
  ) {
    this.checker = checker
    this.holderOf = holderOf
    this.tables = tablesOf(config)
    this.pools = poolsOf(regions)
    this.itemAt = new Int32Array(size)
    this.linkAt = new Int32Array(size)
    for (const pool of this.pools) {
      for (let i = 0; i < pool.count; i++) {
        const addr = pool.items + i * pool.words
        this.addrOf.push(addr)
        const number = this.poolOf.push(pool)
        this.linkAt[pool.links + i] = number
        this.itemAt.fill(number, addr, addr + pool.words)
      }
    }
    this.makers = new Int32Array(this.poolOf.length)
  }

  reset(world: World): void {
    for (const item of this.made) this.makers[item] = 0
    this.made.length = 0
    for (const { name, base, end, words, link, head } of this.tables) {
      let left = (end - base) / words
      for (
        let record = world.words[head] as number;
        record !== 0 && left-- > 0;
        record = world.words[record + link] as number
      )
        this.checker.freed(world, record, words, -1, name, true)
    }
  }

  event(world: World): void {
    const { evAddr, evKind } = world
    if (evKind === DRAIN) return
    const item = (this.itemAt[evAddr] as number) - 1
    if (item >= 0) {
      const maker = this.makers[item] as number
      if (maker !== 0 && maker !== this.holderOf(world.evActor)) this.makers[item] = 0
    } else if (world.evKind === WRITE) this.wrote(world, evAddr)
  }

  finish(): void {}

  /** Whether the word belongs to an item that was handed to whoever acts now on `actor`, and that nobody else has touched since. */
  isFresh(addr: number, actor: number): boolean {
    const item = (this.itemAt[addr] as number) - 1
    return item >= 0 && this.makers[item] === this.holderOf(actor)
  }

  /** The allocator's own accesses: the links of the free list. */
  isAllocator(addr: number): boolean {
    for (const { base, end, words, link } of this.tables)
      if (addr >= base && addr < end) return (addr - base) % words === link
    return false
  }

  private wrote(world: World, addr: number): void {
    const { evOld, evNew } = world
    const words = issuedWords(world)
    const item = (this.linkAt[addr] as number) - 1
    if (item >= 0) {
      const at = this.addrOf[item] as number
      const pool = this.poolOf[item] as Pool
      if (evNew === OUT) {
        this.made.push(item)
        this.makers[item] = this.holderOf(world.evActor)
        this.checker.recycled(world, at + pool.lasting, pool.words - pool.lasting)
      } else {
        this.makers[item] = 0
        this.checker.freed(world, at + pool.lasting, pool.words - pool.lasting, outerSite(world), pool.name)
      }
      return
    }
    for (const table of this.tables) {
      if (addr !== table.head) continue
      if (evOld !== 0 && words[evOld + table.link] === evNew) this.checker.recycled(world, evOld, table.words)
      else this.checker.freed(world, evNew, table.words, outerSite(world), table.name, true)
    }
  }
}

function tablesOf(config: KernelConfig): Table[] {
  const { lwps, nlwps, procs, nprocs } = config
  return [
    {
      name: 'the LWP',
      base: lwps,
      end: lwps + nlwps * LWP_WORDS,
      words: LWP_WORDS,
      link: L_NEXT_FREE,
      head: FREELWP,
    },
    {
      name: 'the process',
      base: procs,
      end: procs + nprocs * PROC_WORDS,
      words: PROC_WORDS,
      link: P_NEXT_FREE,
      head: FREEPROC,
    },
  ]
}
