import type { Site } from '@holdfast/compiler'
import { MUTEX_SYNCOBJ, RW_SYNCOBJ } from '@holdfast/atomics-sync'
import { outerSite } from '@holdfast/explorer'
import type { Observer, World } from '@holdfast/explorer'
import {
  L_CLASS,
  L_CTXSWTCH,
  L_FLAG,
  L_HOLDCNT,
  L_PFLAG,
  L_PROC,
  L_SLPTIME,
  L_STAT,
  L_SWTIME,
  L_SYNCOBJ,
  LP_RUNNING,
  LSRUN,
  LSSLEEP,
  LSSTOP,
  LW_INMEM,
  LW_SYSTEM,
  LW_WEXIT,
  NZERO,
  P_NICE,
  P_STAT,
  PROC_LOCK,
  SACTIVE,
  SCHED_OTHER,
  SSTOP,
} from '@holdfast/kernel'
import { PAGE_SIZE, atop, roundPage } from '@holdfast/mm'
import { ListWalk, ownerOf } from '../machine/list-walk.js'
import type { MachineTarget } from '../machine/machine-target.js'

/**
 * Which LWP the swapper brings in, and which the pagedaemon throws out.
 *
 * Both choose while they have proc_lock, and let go of it with the l_swaplock of the LWP that they have chosen. Of an LWP that has stayed as it was for all
 * that time (ListWalk) they have seen what memory has at the end; so what the rules of uvm_glue.c say of such LWPs can be asked then, in any interleaving. Of
 * LWPs that others wake, hold, bring in or lock meanwhile nothing is asked.
 *
 * Verifies   C1  the swapper takes an LWP that is runnable and out, and none of those is more urgent: by l_swtime + l_slptime - 8 (p_nice - NZERO)
 *            C2  it takes one, if there is one, unless no more pages are free than a u-area needs; and none, if never more were free
 *            C3  the pagedaemon takes an LWP that is swappable()
 *            C4  it takes an LWP that has slept or was stopped for maxslp, as long as there is one
 *            C5  another only if it has thrown out none in this scan, and no more pages are free than a u-area needs: then the one that has slept longest, or
 *                else the runnable one that has been in memory longest; and one, if there is one
 * Does not   ask for the first of the list among equals, nor what comes of a choice: {@link SwapWatch}.
 */
export class SwapChoice implements Observer {
  readonly name = 'swap choice'
  private readonly target: MachineTarget
  private readonly walk: ListWalk
  private readonly inSwapper: Uint8Array
  private readonly inScan: Uint8Array
  private readonly inPagedaemon: Uint8Array
  private readonly tries: Uint8Array
  /** The walk goes on with one in whose midst proc_lock was dropped: it began somewhere in the list. */
  private partial = false
  /** The scan has chosen an LWP already. */
  private chose = false

  constructor(target: MachineTarget, sites: readonly Site[]) {
    this.target = target
    this.walk = new ListWalk(target)
    const of = (names: RegExp): Uint8Array => Uint8Array.from(sites, ({ cName }) => Number(names.test(cName)))
    this.inSwapper = of(/^uvm_scheduler$/)
    this.inScan = of(/^uvm_swapout_threads$/)
    this.inPagedaemon = of(/^uvmpd_scan$/)
    this.tries = of(/^mutex_tryenter$/)
  }

  reset(): void {
    this.walk.walker = 0
    this.chose = false
  }

  event(world: World): void {
    if (this.chose && isIn(world, this.inPagedaemon) && !isIn(world, this.inScan)) this.chose = false
    if (!world.evWrote) return
    const { walk } = this
    if (world.evAddr === PROC_LOCK) this.locked(world)
    else if (walk.walker !== 0) walk.note(world)
  }

  finish(): void {}

  /** Somebody has taken or released proc_lock. */
  private locked(world: World): void {
    const { walk, target, inSwapper, inScan, tries } = this
    const { lwp0, pagedaemonLwp } = target.machine.config
    const owner = ownerOf(world, PROC_LOCK)
    if (owner === walk.walker) return
    if (walk.walker === lwp0) this.judgeSwapper(world)
    else if (walk.walker === pagedaemonLwp) this.judgeScan(world)
    walk.walker = 0
    const walks =
      (owner === lwp0 && isIn(world, inSwapper)) || (owner === pagedaemonLwp && isIn(world, inScan))
    if (!walks) return
    walk.begin(world, owner)
    this.partial = tries[world.evSite] === 1
  }

  /** C1, C2 */
  private judgeSwapper(world: World): void {
    const { walk } = this
    const chosen = walk.chosen(world)
    const wanted = walk.seen().filter((l) => isWanted(world, l))
    if (chosen === 'none') {
      const [l] = wanted
      if (l !== undefined && walk.leastFree > this.least())
        this.report(world, `uvm_scheduler passes over ${this.named(world, l)}, which is runnable and out`, l)
      return
    }
    if (chosen === 'several' || !walk.isSteady(chosen.lwp)) return
    const { lwp } = chosen
    const takes = `uvm_scheduler takes ${this.named(world, lwp)}`
    if (!isWanted(world, lwp)) return this.report(world, `${takes}, which is not both runnable and out`, lwp)
    if (walk.mostFree <= this.least())
      return this.report(world, `${takes}, and no more than ${walk.mostFree} pages are free`, lwp)
    const priority = priorityOf(world, lwp)
    const better = wanted.find((l) => priorityOf(world, l) > priority)
    if (better === undefined) return
    const instead = `${this.named(world, better)} of priority ${priorityOf(world, better)}`
    this.report(world, `${takes} of priority ${priority}, not ${instead}`, lwp)
  }

  /** C3 to C5 */
  private judgeScan(world: World): void {
    const { walk, partial, chose } = this
    const chosen = walk.chosen(world)
    if (chosen === 'several') return
    const may = walk.seen().filter((l) => isSwappable(world, l) && world.words[l + L_CTXSWTCH] === 0)
    if (chosen === 'none') {
      if (partial) return
      const short = !chose && walk.mostFree <= this.least()
      const passed = may.find(
        (l) => this.isDud(world, l) || (short && (slept(world, l) > 0 || stayed(world, l) > 0)),
      )
      if (passed !== undefined)
        this.report(world, `uvm_swapout_threads passes over ${this.described(world, passed)}`, passed)
      return
    }
    this.chose = true
    const { lwp } = chosen
    if (!walk.isSteady(lwp)) return
    const takes = `uvm_swapout_threads takes ${this.described(world, lwp)}`
    if (!isSwappable(world, lwp)) return this.report(world, `${takes}, which is not swappable`, lwp)
    if (this.isDud(world, lwp)) return
    if (chose) return this.report(world, `${takes}, though it has taken another`, lwp)
    if (walk.leastFree > this.least())
      return this.report(world, `${takes}, and no fewer than ${walk.leastFree} pages are free`, lwp)
    const asleep = isAsleep(world, lwp)
    const time = asleep ? slept(world, lwp) : stayed(world, lwp)
    if (time === 0) return this.report(world, `${takes}, and should leave it in memory`, lwp)
    const better = may.find(
      (l) =>
        this.isDud(world, l) || slept(world, l) > (asleep ? time : 0) || (!asleep && stayed(world, l) > time),
    )
    if (better !== undefined) this.report(world, `${takes}, not ${this.described(world, better)}`, lwp)
  }

  /** Pages of a u-area: with no more free, memory is very low. */
  private least(): number {
    return atop(roundPage(this.target.machine.config.upages * PAGE_SIZE))
  }

  private isDud(world: World, l: number): boolean {
    return isAsleep(world, l) && (world.words[l + L_SLPTIME] as number) >= this.target.machine.config.maxslp
  }

  private named(world: World, l: number): string {
    return this.target.lwpName(world, l)
  }

  private described({ words }: World, l: number): string {
    const name = this.target.lwpName({ words }, l)
    const times = `l_slptime ${words[l + L_SLPTIME]}, l_swtime ${words[l + L_SWTIME]}`
    return `${name} (${words[l + L_STAT] === LSRUN ? 'runnable' : 'asleep'}, ${times})`
  }

  private report(world: World, message: string, lwp: number): void {
    const sites = [outerSite(world)]
    world.report({ verdict: 'invariant', message, sites, steps: [world.steps - 1], words: [lwp + L_FLAG] })
  }
}

function isIn({ evSite, evActor, contexts }: World, there: Uint8Array): boolean {
  if (there[evSite] === 1) return true
  const calls = contexts[evActor]?.calls ?? []
  for (let i = calls.length - 1; i >= 0; i--) if (there[calls[i] as number] === 1) return true
  return false
}

/** Runnable and out: what uvm_scheduler looks for. */
function isWanted({ words }: World, l: number): boolean {
  return words[l + L_STAT] === LSRUN && ((words[l + L_FLAG] as number) & LW_INMEM) === 0
}

function priorityOf({ words }: World, l: number): number {
  const nice = words[(words[l + L_PROC] as number) + P_NICE] as number
  return (words[l + L_SWTIME] as number) + (words[l + L_SLPTIME] as number) - (nice - NZERO) * 8
}

/** What swappable() of uvm_glue.c says, of the state at hand. */
function isSwappable({ words }: World, l: number): boolean {
  const flags = words[l + L_FLAG] as number
  const syncobj = words[l + L_SYNCOBJ]
  const stat = words[(words[l + L_PROC] as number) + P_STAT]
  return (
    (flags & (LW_INMEM | LW_SYSTEM | LW_WEXIT)) === LW_INMEM &&
    ((words[l + L_PFLAG] as number) & LP_RUNNING) === 0 &&
    words[l + L_HOLDCNT] === 0 &&
    words[l + L_CLASS] === SCHED_OTHER &&
    syncobj !== RW_SYNCOBJ &&
    syncobj !== MUTEX_SYNCOBJ &&
    (stat === SACTIVE || stat === SSTOP)
  )
}

function isAsleep({ words }: World, l: number): boolean {
  return words[l + L_STAT] === LSSLEEP || words[l + L_STAT] === LSSTOP
}

/** Seconds for which it sleeps or is stopped; 0 if it does neither. */
function slept(world: World, l: number): number {
  return isAsleep(world, l) ? (world.words[l + L_SLPTIME] as number) : 0
}

/** Seconds for which a runnable LWP has been in memory; 0 of others. */
function stayed({ words }: World, l: number): number {
  return words[l + L_STAT] === LSRUN ? (words[l + L_SWTIME] as number) : 0
}
