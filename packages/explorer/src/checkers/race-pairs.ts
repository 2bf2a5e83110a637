import type { World } from '../engine/world.js'
import { LoggedEvent } from './event-log.js'
import type { EventLog } from './event-log.js'
import { followEvent } from './happens-before.js'
import { actorName, siteName, wordName } from './names.js'
import type { RaceOptions } from './races.js'
import { VectorClocks } from './vector-clocks.js'

/** An access to a racy word: the latest of its actor, place and class. */
interface Access {
  readonly actor: number
  readonly site: number
  readonly how: number
  clock: number
  step: number
}

const PLAIN_READ = 0
const PLAIN_WRITE = 1
const ATOMIC_READ = 2
const ATOMIC_WRITE = 3
const VERBS = ['reads', 'writes', 'reads (atomically)', 'writes (atomically)'] as const

/**
 * Names every race of an execution that is known to have some: goes through its log with the whole history of the words concerned.
 *
 * Of the accesses of one actor at one place the latest stands for all: if an earlier one is unordered with what comes, so is it.
 */
export class RacePairs {
  private readonly options: RaceOptions
  private readonly mixed: boolean
  private readonly clocks = new VectorClocks()
  private readonly event = new LoggedEvent()
  private readonly histories = new Map<number, Access[]>()
  private readonly seen = new Set<string>()
  private world: World | null = null
  private step = 0

  constructor(options: RaceOptions, mixed: boolean) {
    this.options = options
    this.clocks.releases = options.releases ?? null
    this.mixed = mixed
  }

  /** Reports the races on `words`, those by design last. */
  report(world: World, log: EventLog, words: readonly number[]): void {
    const { unlockedReason } = this.options
    const reasons = new Map<number, string | undefined>()
    for (const addr of words) reasons.set(addr, unlockedReason?.(addr))
    const designed = words.filter((addr) => reasons.get(addr) !== undefined)
    const faults = words.filter((addr) => reasons.get(addr) === undefined)
    this.world = world
    for (const some of [faults, designed]) if (some.length > 0) this.pass(world, log, some)
    this.world = null
  }

  plainRead(actor: number, addr: number): void {
    this.access(actor, addr, PLAIN_READ)
  }

  plainWrite(actor: number, addr: number): void {
    this.access(actor, addr, PLAIN_WRITE)
  }

  atomicRead(actor: number, addr: number): void {
    if (this.mixed) this.access(actor, addr, ATOMIC_READ)
  }

  atomicWrite(actor: number, addr: number): void {
    if (this.mixed) this.access(actor, addr, ATOMIC_WRITE)
  }

  private pass(world: World, log: EventLog, words: readonly number[]): void {
    this.histories.clear()
    this.seen.clear()
    for (const addr of words) this.histories.set(addr, [])
    this.clocks.reset(world.words.length, world.n)
    for (this.step = 0; this.step < log.length; this.step++)
      followEvent(this.clocks, log.read(this.step, this.event), this)
  }

  private access(actor: number, addr: number, how: number): void {
    const history = this.histories.get(addr)
    if (history === undefined) return
    const { clocks } = this
    const { site } = this.event
    const mine = actor * clocks.stride
    let same: Access | undefined
    for (const earlier of history) {
      if (earlier.actor === actor) {
        if (earlier.site === site && earlier.how === how) same = earlier
      } else if (conflict(earlier.how, how) && earlier.clock > (clocks.c[mine + earlier.actor] as number)) {
        this.found(addr, earlier, actor, site, how)
      }
    }
    const clock = clocks.c[mine + actor] as number
    if (same === undefined) history.push({ actor, site, how, clock, step: this.step })
    else {
      same.clock = clock
      same.step = this.step
    }
  }

  private found(addr: number, earlier: Access, actor: number, site: number, how: number): void {
    const sites = earlier.site < site ? [earlier.site, site] : [site, earlier.site]
    const key = sites.join()
    const { world, options } = this
    if (world === null || this.seen.has(key)) return
    this.seen.add(key)
    const reason = options.unlockedReason?.(addr)
    const first = `${actorName(options, world, earlier.actor)} ${VERBS[earlier.how]} ${wordName(world, addr)}`
    const second = `${actorName(options, world, actor)} ${VERBS[how]} it at ${siteName(options, site)}`
    world.report({
      verdict: 'race',
      message: `${first} at ${siteName(options, earlier.site)}, ${second}, and nothing orders the two`,
      sites,
      steps: [earlier.step, this.step],
      words: [addr],
      ...(reason === undefined ? {} : { byDesign: reason }),
    })
  }
}

/** One writes, and one is plain. */
function conflict(how: number, other: number): boolean {
  return ((how | other) & 1) !== 0 && (how < ATOMIC_READ || other < ATOMIC_READ)
}
