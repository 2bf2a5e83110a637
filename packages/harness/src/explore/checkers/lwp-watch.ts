import { MUTEX_FLAGS } from '@holdfast/atomics-sync'
import { READ } from '@holdfast/compiler'
import type { Site } from '@holdfast/compiler'
import { DRAIN, issuedWords, outerSite } from '@holdfast/explorer'
import type { Observer, World } from '@holdfast/explorer'
import {
  FREELWP,
  LPR_DETACHED,
  LSIDL,
  LSSTOP,
  LSSUSPENDED,
  LSZOMB,
  LWP_WORDS,
  L_GENERATION,
  L_NEXT_FREE,
  L_PRFLAG,
  L_REFCNT,
  L_SIBLING_NEXT,
  L_STAT,
  NLWPS,
  PK_SYSTEM,
  PROC_LOCK,
  PROC_WORDS,
  P_FLAG,
  P_LOCK,
  P_LWPS,
  P_NDLWPS,
  P_NLWPS,
  P_NRLWPS,
  P_STAT,
  P_ZOMBLWP,
  eventKinds,
} from '@holdfast/kernel'
import type { MachineListener, MachineTarget } from '../machine/machine-target.js'

/** States of an LWP that p_nrlwps does not count. */
const NOT_RUNNING: readonly number[] = [LSIDL, LSSTOP, LSSUSPENDED, LSZOMB]

/** A dead LWP that lwp_create has seen. */
interface Seen {
  readonly lwp: number
  readonly generation: number
}

/**
 * The LWPs of a process, and how they are counted.
 *
 * Verifies   N1  whenever p_lock is let go, p_nlwps, p_ndlwps (detached) and p_nrlwps (neither stopped, dead, nor being made) are as many as there are on p_lwps, and
 *                p_zomblwp is detached and dead
 *            N2  p_stat is changed with p_lock or proc_lock held
 *            N3  lwp_create reaps the detached zombie that it has seen
 *            N4  nobody takes a reference on an LWP that is being made, or is dead
 *            N5  at the end no more LWPs are set aside than are in use (fewer: the invariant lwp-counts)
 * Does not   tell whether p_nzlwps is right: an exiting LWP is counted there before it is dead.
 */
export class LwpWatch implements Observer, MachineListener {
  readonly name = 'LWPs of a process'
  private readonly target: MachineTarget
  private readonly inCreate: Uint8Array
  /** By LWP in lwp_create. */
  private readonly seen = new Map<number, Seen>()

  constructor(target: MachineTarget, sites: readonly Site[]) {
    this.target = target
    this.inCreate = Uint8Array.from(sites, ({ function: name }) => (name === 'lwpCreate' ? 1 : 0))
    target.listen(this)
  }

  reset(): void {
    this.seen.clear()
  }

  event(world: World): void {
    const { evKind, evAddr, evWords, evWrote } = world
    const { lwps, nlwps, procs, nprocs } = this.target.machine.config
    if (evKind === DRAIN || evWords !== 1) return
    const ofProc = evAddr - procs
    if (ofProc >= 0 && ofProc < nprocs * PROC_WORDS) {
      const field = ofProc % PROC_WORDS
      const p = evAddr - field
      if (evKind === READ && field === P_ZOMBLWP) this.saw(world)
      else if (evWrote && field === P_LOCK) this.unlocked(world, p)
      else if (evWrote && field === P_STAT) this.changed(world, p)
      return
    }
    const ofLwp = evAddr - lwps
    if (evWrote && ofLwp >= 0 && ofLwp < nlwps * LWP_WORDS && ofLwp % LWP_WORDS === L_REFCNT)
      this.referred(world, evAddr - L_REFCNT)
  }

  note(world: World, actor: number, kind: number, _l: number, p: number): void {
    if (eventKinds[kind]?.name !== 'lwpCreate') return
    const self = this.selfOf(actor)
    const seen = this.seen.get(self)
    this.seen.delete(self)
    if (seen === undefined) return
    const words = issuedWords(world)
    if (words[p + P_ZOMBLWP] === seen.lwp && words[seen.lwp + L_GENERATION] === seen.generation)
      this.report(world, p + P_ZOMBLWP, `${this.target.lwpName(world, seen.lwp)} is not reaped by lwp_create`)
  }

  /** N5 */
  finish(world: World): void {
    if (world.outcome !== 'done') return
    const words = issuedWords(world)
    const { nlwps } = this.target.machine.config
    let free = 0
    for (let l = words[FREELWP] as number; l !== 0 && free <= nlwps; l = words[l + L_NEXT_FREE] as number)
      free++
    const set = words[NLWPS] as number
    if (set > nlwps - free)
      this.report(world, NLWPS, `${set} LWPs are set aside at the end, and ${nlwps - free} in use`)
  }

  /** N3: the first look at p_zomblwp, without the lock. */
  private saw(world: World): void {
    const words = issuedWords(world)
    const lwp = words[world.evAddr] as number
    const self = this.selfOf(world.evActor)
    if (lwp === 0 || this.inCreate[world.evSite] !== 1 || this.seen.has(self)) return
    this.seen.set(self, { lwp, generation: words[lwp + L_GENERATION] as number })
  }

  /** N1 */
  private unlocked(world: World, p: number): void {
    if ((world.evOld & ~MUTEX_FLAGS) === 0 || (world.evNew & ~MUTEX_FLAGS) !== 0) return
    const words = issuedWords(world)
    if (words[p + P_STAT] === 0) return
    let all = 0
    let detached = 0
    let running = 0
    const { nlwps } = this.target.machine.config
    for (
      let l = words[p + P_LWPS] as number;
      l !== 0 && all <= nlwps;
      l = words[l + L_SIBLING_NEXT] as number
    ) {
      all++
      if (((words[l + L_PRFLAG] as number) & LPR_DETACHED) !== 0) detached++
      if (!NOT_RUNNING.includes(words[l + L_STAT] as number)) running++
    }
    this.counts(world, p + P_NLWPS, all, 'LWPs')
    this.counts(world, p + P_NDLWPS, detached, 'detached LWPs')
    // Idle LWPs, of process 0, are LSIDL while another runs on their CPU.
    if (((words[p + P_FLAG] as number) & PK_SYSTEM) === 0)
      this.counts(world, p + P_NRLWPS, running, 'running LWPs')
    const zombie = words[p + P_ZOMBLWP] as number
    if (zombie === 0) return
    if (((words[zombie + L_PRFLAG] as number) & LPR_DETACHED) === 0)
      this.report(
        world,
        p + P_ZOMBLWP,
        `${this.target.lwpName(world, zombie)} is p_zomblwp, and not detached`,
      )
  }

  private counts(world: World, word: number, there: number, what: string): void {
    const counted = issuedWords(world)[word] as number
    if (counted !== there)
      this.report(
        world,
        word,
        `${this.target.nameOf(word)} is ${counted}, of ${there} ${what}, when p_lock is let go`,
      )
  }

  /** N2 */
  private changed(world: World, p: number): void {
    const { evOld, evNew } = world
    if (evOld === 0 || evNew === 0 || evOld === evNew) return
    if (this.isHeld(world, p + P_LOCK) || this.isHeld(world, PROC_LOCK)) return
    this.report(
      world,
      world.evAddr,
      `${this.target.nameOf(p)} changes its p_stat without p_lock or proc_lock`,
    )
  }

  /** N4 */
  private referred(world: World, lwp: number): void {
    const { evOld, evNew } = world
    const stat = issuedWords(world)[lwp + L_STAT]
    if (evOld <= 0 || evNew <= evOld || (stat !== LSIDL && stat !== LSZOMB)) return
    const how = stat === LSIDL ? 'is still being made' : 'is dead'
    this.report(
      world,
      world.evAddr,
      `a reference is taken on ${this.target.lwpName(world, lwp)}, which ${how}`,
    )
  }

  private selfOf(actor: number): number {
    return this.target.cpus[actor]?.self ?? 0
  }

  private isHeld(world: World, mutex: number): boolean {
    return ((issuedWords(world)[mutex] as number) & ~MUTEX_FLAGS) === this.selfOf(world.evActor)
  }

  private report(world: World, word: number, message: string): void {
    if (world.reports.some((known) => known.words?.[0] === word)) return
    world.report({
      verdict: 'invariant',
      message,
      sites: [outerSite(world)],
      steps: [Math.max(0, world.steps - 1)],
      words: [word],
    })
  }
}
