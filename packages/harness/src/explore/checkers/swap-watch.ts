import { MUTEX_FLAGS, MUTEX_SYNCOBJ, RW_SYNCOBJ } from '@holdfast/atomics-sync'
import { DRAIN, issuedWords, outerSite } from '@holdfast/explorer'
import type { Observer, Verdict, World } from '@holdfast/explorer'
import {
  ALLLWP,
  eventKinds,
  L_CLASS,
  L_FLAG,
  L_HOLDCNT,
  L_LIST_NEXT,
  L_PROC,
  L_STAT,
  L_SWAPLOCK,
  L_SYNCOBJ,
  L_TIMEOUT_STATE,
  L_WCHAN,
  LSRUN,
  LSSLEEP,
  LSSTOP,
  LSZOMB,
  LW_INMEM,
  LWP_WORDS,
  P_STAT,
  SACTIVE,
  SCHED_OTHER,
  SSTOP,
  UVM_SCHEDULER_CV,
} from '@holdfast/kernel'
import type { MachineListener, MachineTarget } from '../machine/machine-target.js'

/** Functions within which an LWP is held by itself, besides those who hold it. */
const HOLDS_ITSELF = /^(fork1|physio|lwp_exit) /
const PHYSIO = /^physio /

/**
 * What the swapping of u-areas promises, looked at access by access.
 *
 * Verifies   W1  LW_INMEM of an LWP that is alive is not cleared while its l_holdcnt is not 0
 *            W2  when uvm_lwp_hold has returned, the LWP is in memory, and stays there until the last release (with W1)
 *            W3  an LWP is brought in only when it is out, and thrown out only when it is in
 *            W4  when all CPUs idle, no LWP that was woken while it was out is still out while the swapper sleeps. (One that
 *                was runnable when it was thrown out waits for the kick of uvm_meter: nobody else tells the swapper of it.)
 *            W5  when all CPUs idle, l_holdcnt is the number of holds that programs have (of an LWP that is held by programs alone)
 *            W6  an LWP that is thrown out may be: it is of no real-time class, its process is active or stopped, it is on alllwp, where the
 *                swapper finds it, it sleeps on no lock (see turnstile_remove), and it is not in physio, whose transfer uses its stack
 *            W7  an LWP that leaves alllwp may not be thrown out any more: it is held, or its process exits. The swapper would not find it
 * Does not   see what happens to the pages: the u-area's own accesses do (StackTouch), and the invariants at the end.
 *
 * Each is about the state at hand, not about the way to it, so it holds of a state visited once for every way to that state.
 */
export class SwapWatch implements Observer, MachineListener {
  readonly name = 'swapping'
  private readonly target: MachineTarget
  private readonly placeOf: (site: number) => string
  /** LWPs that are swapped out, as the kernel's events tell. */
  private readonly out = new Set<number>()
  /** Those that were runnable when they were thrown out. */
  private readonly dequeued = new Set<number>()
  /** Holds of programs, by LWP. */
  private readonly holds = new Map<number, number>()

  constructor(target: MachineTarget, placeOf: (site: number) => string) {
    this.target = target
    this.placeOf = placeOf
    target.listen(this)
  }

  reset(): void {
    this.out.clear()
    this.dequeued.clear()
    this.holds.clear()
  }

  event(world: World): void {
    this.leaves(world)
    if (
      !world.evWrote ||
      world.evKind === DRAIN ||
      (world.evOld & LW_INMEM) === 0 ||
      (world.evNew & LW_INMEM) !== 0
    )
      return
    const { lwps, nlwps } = this.target.machine.config
    const from = world.evAddr - lwps - L_FLAG
    if (world.evWords !== 1 || from < 0 || from >= nlwps * LWP_WORDS || from % LWP_WORDS !== 0) return
    const lwp = lwps + from
    const words = issuedWords(world)
    const stat = words[lwp + L_STAT]
    if (stat !== LSSLEEP && stat !== LSRUN && stat !== LSSTOP) return
    if (stat === LSRUN) this.dequeued.add(lwp)
    else this.dequeued.delete(lwp)
    const why = words[lwp + L_HOLDCNT] === 0 ? this.whyNot(world, lwp) : 'is held'
    if (why === undefined) return
    const message = `${this.target.lwpName(world, lwp)} ${why} and marked as swapped out`
    this.report(world, 'invariant', message, lwp + L_HOLDCNT)
  }

  /** W7: the word that pointed to an LWP now points to the next. */
  private leaves(world: World): void {
    const { evAddr, evOld, evNew, evWrote, evKind, evWords } = world
    const { lwps, nlwps } = this.target.machine.config
    if (!evWrote || evWords !== 1 || evKind === DRAIN) return
    if (evAddr !== ALLLWP && (evAddr < lwps || (evAddr - lwps) % LWP_WORDS !== L_LIST_NEXT)) return
    if (evAddr >= lwps + nlwps * LWP_WORDS || evOld < lwps || evOld >= lwps + nlwps * LWP_WORDS) return
    const words = issuedWords(world)
    const stat = words[(words[evOld + L_PROC] as number) + P_STAT]
    if (evNew !== words[evOld + L_LIST_NEXT] || words[evOld + L_HOLDCNT] !== 0) return
    if (words[evOld + L_CLASS] !== SCHED_OTHER || (stat !== SACTIVE && stat !== SSTOP)) return
    const message = `${this.target.lwpName(world, evOld)} leaves alllwp, and may still be thrown out`
    this.report(world, 'invariant', message, evOld + L_LIST_NEXT)
  }

  /** W6 */
  private whyNot(world: World, lwp: number): string | undefined {
    const words = issuedWords(world)
    if (words[lwp + L_CLASS] !== SCHED_OTHER) return 'is of a real-time class'
    const stat = words[(words[lwp + L_PROC] as number) + P_STAT]
    if (stat !== SACTIVE && stat !== SSTOP) return 'is of a process that exits'
    if (!this.isListed(world, lwp)) return 'is off alllwp'
    const syncobj = words[lwp + L_SYNCOBJ]
    if (syncobj === MUTEX_SYNCOBJ || syncobj === RW_SYNCOBJ)
      return 'sleeps on a lock, of which nobody kicks the swapper,'
    return this.isInside(world, lwp, PHYSIO) ? 'is in physio' : undefined
  }

  /** Whether an LWP that is off its CPU is in one of these functions. */
  private isInside(world: World, lwp: number, functions: RegExp): boolean {
    return this.target.placesOf(world, lwp).some((site) => functions.test(this.placeOf(site)))
  }

  private isListed(world: World, lwp: number): boolean {
    const words = issuedWords(world)
    let left = this.target.machine.config.nlwps
    let l = words[ALLLWP] as number
    while (l !== 0 && l !== lwp && left-- > 0) l = words[l + L_LIST_NEXT] as number
    return l === lwp
  }

  finish(): void {}

  note(world: World, actor: number, kind: number, lwp: number): void {
    const { out, holds, target } = this
    const event = eventKinds[kind]?.name
    if (event === 'swapout') {
      if (out.has(lwp)) this.again(world, actor, 'throws out', lwp, 'is out')
      out.add(lwp)
    } else if (event === 'swapin') {
      if (!out.delete(lwp)) this.again(world, actor, 'brings in', lwp, 'is in memory')
    } else if (event === 'hold') {
      holds.set(lwp, (holds.get(lwp) ?? 0) + 1)
      if (((issuedWords(world)[lwp + L_FLAG] as number) & LW_INMEM) === 0) {
        const message = `uvm_lwp_hold of ${target.lwpName(world, lwp)} has returned, and it is swapped out`
        this.report(world, 'invariant', message, lwp + L_FLAG)
      }
    } else if (event === 'rele') {
      holds.set(lwp, (holds.get(lwp) ?? 0) - 1)
    } else if (event === 'free') {
      out.delete(lwp)
      holds.delete(lwp)
    }
  }

  gathered(): number {
    let sum = 0
    for (const lwp of this.out) sum = (sum + Math.imul(lwp, 0x9e3779b1)) | 0
    for (const lwp of this.dequeued) sum = (sum + Math.imul(lwp, 0x85ebca6b)) | 0
    for (const [lwp, count] of this.holds) sum = (sum + Math.imul(lwp, 0xc2b2ae35) * count) | 0
    return sum
  }

  /** W3: its pages are wired, or unwired, once more. */
  private again(world: World, actor: number, does: string, lwp: number, already: string): void {
    const { target } = this
    const message = `${target.actorText(world, actor)} ${does} ${target.lwpName(world, lwp)}, which ${already} already`
    this.report(world, 'wireLeak', message, lwp + L_FLAG)
  }

  /** All CPUs idle. */
  idle(world: World): void {
    const { words } = world
    const { lwp0 } = this.target.machine.config
    // With a time limit (swapper-tries) it looks again by itself.
    const asleep = words[lwp0 + L_WCHAN] === UVM_SCHEDULER_CV && words[lwp0 + L_TIMEOUT_STATE] === 0
    let left = this.target.machine.config.nlwps
    for (let l = words[ALLLWP] as number; l !== 0 && left-- > 0; l = words[l + L_LIST_NEXT] as number) {
      if (
        asleep &&
        !this.dequeued.has(l) &&
        words[l + L_STAT] === LSRUN &&
        ((words[l + L_FLAG] as number) & LW_INMEM) === 0
      ) {
        const message = `${this.target.lwpName(world, l)} is runnable and swapped out, and the swapper sleeps`
        this.report(world, 'lostWakeup', message, l + L_FLAG)
      }
    }
    for (const [lwp, count] of this.holds) {
      const busy = ((words[lwp + L_SWAPLOCK] as number) & ~MUTEX_FLAGS) !== 0
      const holdcnt = words[lwp + L_HOLDCNT] as number
      // Who has exited holds itself for ever.
      if (busy || holdcnt === count || words[lwp + L_STAT] === LSZOMB) continue
      if (holdcnt === count + 1 && this.isInside(world, lwp, HOLDS_ITSELF)) continue
      const message = `${this.target.lwpName(world, lwp)} is held ${count} times, and its l_holdcnt is ${holdcnt}`
      this.report(world, 'invariant', message, lwp + L_HOLDCNT)
    }
  }

  /** Once an execution for each word: what has gone wrong stays so. */
  private report(world: World, verdict: Verdict, message: string, word: number): void {
    if (world.reports.some((known) => known.verdict === verdict && known.words?.[0] === word)) return
    const step = Math.max(0, world.steps - 1)
    world.report({ verdict, message, sites: [outerSite(world)], steps: [step], words: [word] })
  }
}
