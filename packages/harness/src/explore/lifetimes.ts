import { FILL, WRITE } from '@holdfast/compiler'
import { outerSite } from '@holdfast/explorer'
import type { Observer, UseAfterFree, World } from '@holdfast/explorer'
import { FREELWP, FREEPROC, L_NEXT_FREE, LWP_WORDS, P_NEXT_FREE, PROC_WORDS } from '@holdfast/kernel'
import type { KernelConfig } from '@holdfast/kernel'

/** A table of records that are handed out and taken back. */
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
 * The lives of LWPs and processes: a record is freed when it is linked into its free list, and begins its next life when it is cleared. Tells the
 * checker of use after free; stands after it among the observers, so that the link itself is no use.
 */
export class Lifetimes implements Observer {
  readonly name = 'lifetimes'
  private readonly tables: readonly Table[]
  private readonly checker: UseAfterFree

  constructor(config: KernelConfig, checker: UseAfterFree) {
    this.checker = checker
    this.tables = tablesOf(config)
  }

  reset(world: World): void {
    for (const { name, base, end, words, link, head } of this.tables) {
      let left = (end - base) / words
      for (
        let record = world.words[head] as number;
        record !== 0 && left-- > 0;
        record = world.words[record + link] as number
      )
        this.checker.freed(world, record, words, -1, name)
    }
  }

  event(world: World): void {
    const { evKind, evAddr } = world
    if (evKind === WRITE) {
      for (const { name, base, end, words, link } of this.tables) {
        if (evAddr < base || evAddr >= end || (evAddr - base) % words !== link) continue
        this.checker.freed(world, evAddr - link, words, outerSite(world), name)
      }
    } else if (evKind === FILL) {
      for (const { base, end, words } of this.tables) {
        if (evAddr >= base && evAddr < end && world.evWords >= words)
          this.checker.recycled(world, evAddr, words)
      }
    }
  }

  finish(): void {}

  /** The allocator's own accesses: the links of the free list, and the clearing of a record. */
  isAllocator(world: World, addr: number): boolean {
    for (const { base, end, words, link } of this.tables) {
      if (addr < base || addr >= end) continue
      return (addr - base) % words === link || (world.evKind === FILL && world.evWords >= words)
    }
    return false
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
