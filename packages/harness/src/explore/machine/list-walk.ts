import { MUTEX_FLAGS } from '@holdfast/atomics-sync'
import type { World } from '@holdfast/explorer'
import {
  ALLLWP,
  L_CLASS,
  L_CTXSWTCH,
  L_FLAG,
  L_HOLDCNT,
  L_LIST_NEXT,
  L_PFLAG,
  L_PROC,
  L_SLPTIME,
  L_STAT,
  L_SWAPLOCK,
  L_SWTIME,
  L_SYNCOBJ,
  LWP_WORDS,
  P_NICE,
  P_STAT,
  PROC_WORDS,
} from '@holdfast/kernel'
import { UVMEXP_FREE } from '@holdfast/mm'
import type { MachineTarget } from './machine-target.js'

const LOOKED_AT = new Set<number>([
  L_STAT,
  L_FLAG,
  L_PFLAG,
  L_HOLDCNT,
  L_CLASS,
  L_SYNCOBJ,
  L_SLPTIME,
  L_SWTIME,
  L_CTXSWTCH,
])

/** LWP that has an adaptive mutex, or 0. */
export function ownerOf(world: World, mutex: number): number {
  return (world.words[mutex] as number) & ~MUTEX_FLAGS
}

/**
 * A walk of alllwp by an LWP with proc_lock held: which LWPs have stayed as they were since it took the lock. Whatever it read of those, at whatever time, is
 * what memory has now.
 *
 * A store counts when it is made and when it reaches memory: what lies between is not steady either.
 */
export class ListWalk {
  /** Who walks; 0: nobody. */
  walker = 0
  /** Least and most pages free meanwhile. */
  leastFree = 0
  mostFree = 0
  private readonly target: MachineTarget
  /** LWPs on the list, in its order. */
  private readonly list: number[] = []
  private readonly steady = new Set<number>()
  /** Those whose l_swaplock somebody else had. */
  private readonly taken = new Set<number>()

  constructor(target: MachineTarget) {
    this.target = target
  }

  /** `walker` has taken proc_lock. */
  begin(world: World, walker: number): void {
    const { words } = world
    this.walker = walker
    this.leastFree = this.mostFree = words[UVMEXP_FREE] as number
    this.list.length = 0
    this.steady.clear()
    this.taken.clear()
    let left = this.target.machine.config.nlwps
    for (let l = words[ALLLWP] as number; l !== 0 && left-- > 0; l = words[l + L_LIST_NEXT] as number) {
      this.list.push(l)
      this.steady.add(l)
      this.noteOwner(world, l)
    }
  }

  /** Looks at the event at hand, which has written. */
  note(world: World): void {
    const { evAddr, evWords, words } = world
    if (evAddr <= UVMEXP_FREE && UVMEXP_FREE < evAddr + evWords) {
      this.leastFree = Math.min(this.leastFree, words[UVMEXP_FREE] as number)
      this.mostFree = Math.max(this.mostFree, words[UVMEXP_FREE] as number)
    }
    const { lwps, nlwps, procs, nprocs } = this.target.machine.config
    for (let addr = evAddr; addr < evAddr + evWords; addr++) {
      if (addr >= lwps && addr < lwps + nlwps * LWP_WORDS) {
        const field = (addr - lwps) % LWP_WORDS
        if (field === L_SWAPLOCK) this.noteOwner(world, addr - field)
        else if (LOOKED_AT.has(field)) this.steady.delete(addr - field)
      } else if (addr >= procs && addr < procs + nprocs * PROC_WORDS) {
        const field = (addr - procs) % PROC_WORDS
        if (field !== P_STAT && field !== P_NICE) continue
        for (const l of this.list) if (words[l + L_PROC] === addr - field) this.steady.delete(l)
      }
    }
  }

  isSteady(lwp: number): boolean {
    return this.steady.has(lwp)
  }

  /** LWPs that the walk has seen as they are now, and could lock. */
  seen(): number[] {
    return this.list.filter((l) => this.steady.has(l) && !this.taken.has(l))
  }

  /** The LWP whose l_swaplock the walker has; undefined if it has none, or several. */
  chosen(world: World): { readonly lwp: number } | 'none' | 'several' {
    const { lwps, nlwps } = this.target.machine.config
    const { walker } = this
    let found: number | undefined
    for (let l = lwps; l < lwps + nlwps * LWP_WORDS; l += LWP_WORDS) {
      if (ownerOf(world, l + L_SWAPLOCK) !== walker) continue
      if (found !== undefined) return 'several'
      found = l
    }
    return found === undefined ? 'none' : { lwp: found }
  }

  private noteOwner(world: World, l: number): void {
    const owner = ownerOf(world, l + L_SWAPLOCK)
    if (owner !== 0 && owner !== this.walker) this.taken.add(l)
  }
}
