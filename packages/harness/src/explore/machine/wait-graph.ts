import { MUTEX_FLAGS, MUTEX_SYNCOBJ, RW_SYNCOBJ, RW_THREAD, RW_WRITE_LOCKED } from '@holdfast/atomics-sync'
import type { Site } from '@holdfast/compiler'
import { cycleIn } from '@holdfast/explorer'
import type { Report, Wait, World } from '@holdfast/explorer'
import {
  ALLLWP,
  L_FLAG,
  L_LIST_NEXT,
  L_PROC,
  L_STAT,
  L_SYNCOBJ,
  L_WCHAN,
  LSONPROC,
  LSRUN,
  LSSLEEP,
  LW_IDLE,
  LW_INMEM,
  P_PID,
  UVM_SCHEDULER_CV,
  UVM_SCHEDULER_KICKED,
} from '@holdfast/kernel'
import { UVMEXP_FREE, UVM_PAGEDAEMON } from '@holdfast/mm'
import { isSleeping, placeOf } from './machinery.js'
import type { MachineTarget } from './machine-target.js'

/** An LWP that does not run, and what it waits for. */
interface LwpWait extends Wait {
  /** `waits for lwp[6].l_swaplock, held by 4.1`. */
  readonly text: string
  /** The word it waits on. */
  readonly word: number
}

/**
 * Judges a machine in which nothing moves any more, though it has work left: the wait-for graph of its LWPs. Its edges are locks, memory (which
 * the pagedaemon frees) and being swapped out (which the swapper ends).
 *
 * Verifies: a cycle is a `deadlock`. Without one, a wake-up that has not come: `lostWakeup` where the protocol owes one (the swapper sleeps unkicked
 * while an LWP needs it, the pagedaemon sleeps while others wait for memory), otherwise a `deadlock` of those who wait for what nobody will do.
 * Does not see: who holds a lock for reading.
 */
export class WaitGraph {
  private readonly target: MachineTarget
  private readonly sites: readonly Site[]
  private readonly placeOf: (site: number) => string

  constructor(target: MachineTarget, sites: readonly Site[]) {
    this.target = target
    this.sites = sites
    this.placeOf = placeOf(sites)
  }

  judge(world: World): Report {
    const waits = this.all(world)
    const cycle = cycleIn(waits)
    const shown = cycle ?? waits.filter(({ who }) => this.matters(world, who))
    const verdict = cycle === undefined && this.owed(world, waits) ? 'lostWakeup' : 'deadlock'
    return {
      verdict,
      message: shown.length === 0 ? 'nothing moves' : shown.map(({ text }) => text).join('; '),
      sites: shown
        .map(({ site }) => site)
        .filter((site) => site >= 0)
        .sort((a, b) => a - b),
      steps: [],
      words: shown.map(({ word }) => word).filter((word) => word > 0),
    }
  }

  /** Who waits for whom, but for LWPs of the system that have nothing to do and that nobody waits for. */
  waits(world: World): readonly Wait[] {
    const all = this.all(world)
    const wanted = new Set(all.filter(({ who }) => this.matters(world, who)).map(({ who }) => who))
    // A set is gone through with what is added meanwhile.
    for (const who of wanted) for (const on of all.find((wait) => wait.who === who)?.for ?? []) wanted.add(on)
    return all.filter(({ who }) => wanted.has(who))
  }

  private all(world: World): LwpWait[] {
    const waits: LwpWait[] = []
    for (const lwp of this.lwps(world)) {
      const wait = this.waitOf(world, lwp)
      if (wait !== undefined) waits.push(wait)
    }
    return waits
  }

  /** Site of the call by which `lwp` came to wait: the innermost outside the machinery of sleeping. */
  private siteOf(world: World, lwp: number): number {
    const calls = this.target.callsOf(world, lwp)
    for (let i = calls.length - 1; i >= 0; i--) {
      const site = this.sites[calls[i] as number]
      if (site !== undefined && !isSleeping(site)) return calls[i] as number
    }
    return -1
  }

  private waitOf(world: World, lwp: number): LwpWait | undefined {
    const { words } = world
    const stat = words[lwp + L_STAT]
    const site = this.siteOf(world, lwp)
    const at = site < 0 ? '' : ` in ${this.placeOf(site)}`
    const who = this.name(world, lwp)
    const swapper = this.target.machine.config.lwp0
    if (stat === LSRUN && ((words[lwp + L_FLAG] as number) & LW_INMEM) === 0) {
      return {
        who: lwp,
        name: who,
        what: 'to be swapped in',
        for: [swapper],
        text: `${who} is runnable and swapped out, so it waits for the swapper`,
        word: lwp + L_FLAG,
        site: -1,
      }
    }
    if (stat === LSONPROC) return this.spinning(world, lwp, who)
    if (stat !== LSSLEEP) return undefined
    const wchan = words[lwp + L_WCHAN] as number
    if (wchan === UVMEXP_FREE) {
      const on = this.target.machine.config.pagedaemonLwp
      return {
        who: lwp,
        name: who,
        what: 'memory',
        for: [on],
        text: `${who} waits${at} for memory, which the pagedaemon frees`,
        word: wchan,
        site,
      }
    }
    const owner = ownerOf(words[lwp + L_SYNCOBJ] as number, words[wchan] as number)
    const by = owner === 0 ? '' : `, held by ${this.name(world, owner)}`
    const what = this.target.nameOf(wchan, words)
    return {
      who: lwp,
      name: who,
      what,
      for: owner === 0 ? [] : [owner],
      text: `${who} waits${at} for ${what}${by}`,
      word: wchan,
      site,
    }
  }

  /** An LWP on a CPU that waits, not asleep, for a word to change. */
  private spinning(world: World, lwp: number, who: string): LwpWait | undefined {
    const actor = this.target.cpus.findIndex(({ self }) => self === lwp)
    if (actor < 0 || ((world.words[lwp + L_FLAG] as number) & LW_IDLE) !== 0) return undefined
    const word = world.a[actor] as number
    const site = world.site[actor] as number
    const what = this.target.nameOf(word, world.words)
    const text = `${who} spins on ${what} in ${this.placeOf(site)}`
    return { who: lwp, name: who, what, for: [], text, word, site }
  }

  /** Somebody waits for the swapper or the pagedaemon, and it sleeps as if nobody did. */
  private owed(world: World, waits: readonly LwpWait[]): boolean {
    const { words } = world
    const { lwp0, pagedaemonLwp } = this.target.machine.config
    for (const on of waits.flatMap((wait) => wait.for)) {
      if (on === lwp0 && words[lwp0 + L_WCHAN] === UVM_SCHEDULER_CV && words[UVM_SCHEDULER_KICKED] === 0)
        return true
      if (on === pagedaemonLwp && words[pagedaemonLwp + L_WCHAN] === UVM_PAGEDAEMON) return true
    }
    return false
  }

  /** Not one of the system's own that sleep because they have nothing to do. */
  private matters(world: World, lwp: number): boolean {
    const { words } = world
    return (words[(words[lwp + L_PROC] as number) + P_PID] as number) > 1
  }

  private *lwps(world: World): Generator<number> {
    const { words } = world
    let left = this.target.machine.config.nlwps
    for (let l = words[ALLLWP] as number; l !== 0 && left-- > 0; l = words[l + L_LIST_NEXT] as number) yield l
  }

  private name(world: World, lwp: number): string {
    return this.target.lwpName(world, lwp)
  }
}

function ownerOf(syncobj: number, word: number): number {
  if (syncobj === MUTEX_SYNCOBJ) return word & ~MUTEX_FLAGS
  if (syncobj === RW_SYNCOBJ && (word & RW_WRITE_LOCKED) !== 0) return (word & RW_THREAD) >> 1
  return 0
}
