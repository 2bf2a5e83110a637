import { CHOOSE, FENCE, JOIN, LOCK, OP_NAMES, SPAWN, SPIN_WHILE_BOTH, YIELD } from '@holdfast/compiler'
import type { Site } from '@holdfast/compiler'
import { CV_BLOCKED, DRAIN, ENDED, INTERRUPT, WAITING } from '../../engine/kinds.js'
import type { Narrator, Remark } from '../../engine/narrator.js'
import type { Context } from '../../engine/context.js'
import type { Observer } from '../../engine/observer.js'
import type { Target } from '../../engine/target.js'
import { OWN } from '../../engine/store-buffers.js'
import { FIRST_INTERRUPT, MAX_ACTORS, WAY_SHIFT } from '../../engine/world.js'
import type { World } from '../../engine/world.js'
import { isPreemption } from '../../strategies/preemption-bound.js'
import { valueOf } from './value-text.js'

/** One step of an execution, for people. */
export interface EventRow {
  /** From 0. */
  readonly step: number
  readonly actor: number
  readonly actorName: string
  /** Name of the operation; `interrupt`, `wake` (a wait is over), `cvWake` and `drain` (a store reaches memory) are the engine's. */
  readonly op: string
  readonly place: Site | undefined
  /** The calls it is in, innermost first, up to an interrupt; of machines only, and not more than a few. */
  readonly callers: readonly Site[]
  /** How many of the place and the callers, innermost first, are the code of a lock or the like. */
  readonly inner: number
  /** First word accessed, and what it is called; undefined: none. */
  readonly addr: number | undefined
  readonly word: string | undefined
  /** Words accessed from there. */
  readonly words: number
  /** First word before and after. */
  readonly old: number
  readonly new: number
  readonly wrote: boolean
  /** The two values as words, where the target has some. */
  readonly meaning: { readonly old: string; readonly new: string } | undefined
  /** The second range: a copy's source, a condition wait's mutex, the other word of spinWhileBoth. */
  readonly word2: string | undefined
  /** What else is to be said: the alternative chosen, that the time was over, who was spawned. */
  readonly note: string | undefined
  /** Taking this step was a preemption. */
  readonly preempts: boolean
  /** Why the turn of the actor ends with this step, if it does. */
  readonly left: Left | undefined
  /** What was reported at this step. */
  readonly reports: readonly string[]
  /** What it means, of machines that tell. */
  readonly remark: Remark | undefined
  /** What its actor noted after it and before its next step. */
  readonly notes: readonly Remark[]
}

/** How an actor comes to lose its turn. */
export type Left = { readonly why: 'ended' } | ({ readonly why: 'preempted' | 'waits' } & Pending)

/** What an actor is about to do. */
export interface Pending {
  readonly op: string
  readonly place: Site | undefined
  readonly addr: number | undefined
  readonly word: string | undefined
  /** What the word holds, if that is what is waited for. */
  readonly value: number | undefined
  /** That value as words, where the target has some. */
  readonly meaning: string | undefined
  /** Who holds the lock that is waited for. */
  readonly holder: string | undefined
}

/** An actor that was not done at the end. */
export interface Stuck extends Pending {
  readonly actor: number
  readonly actorName: string
}

/** Calls that are noted of a step. */
const MOST_CALLERS = 12

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/**
 * Writes an execution down as rows.
 *
 * It is shown each choice before it is made ({@link choosing}) and each event after; a row is complete, and handed on, when the
 * next choice is known or the execution is over.
 */
export class EventRecorder implements Observer {
  readonly name = 'event recorder'
  /** Actors that had a pending operation at the end, which is what they wait for if nothing was enabled. */
  readonly stuck: Stuck[] = []
  private readonly sites: readonly Site[]
  private readonly onRow: ((row: EventRow, world: World) => void) | undefined
  private row: Mutable<EventRow> | undefined
  /** Stores that have reached memory since that row. */
  private drains: Mutable<EventRow>[] = []
  private narrator: Narrator | undefined
  private told = 0
  private preempts = false

  constructor(sites: readonly Site[], onRow?: (row: EventRow, world: World) => void) {
    this.sites = sites
    this.onRow = onRow
  }

  reset(world: World): void {
    this.row = undefined
    this.drains = []
    this.narrator = this.onRow === undefined ? undefined : world.target.narrator?.()
    this.narrator?.reset(world)
    this.stuck.length = 0
    this.told = 0
    this.preempts = false
  }

  /** `choice` is about to be made; -1: the execution is given up. */
  choosing(world: World, choice: number): void {
    const { row } = this
    if (row !== undefined && (choice < 0 || (choice & MAX_ACTORS) === 0)) {
      const goesOn = (choice & (MAX_ACTORS - 1)) === row.actor && choice >> WAY_SHIFT < FIRST_INTERRUPT
      if (choice < 0 || !goesOn) row.left = this.leftBy(world, row.actor, choice)
      this.hand(world)
    }
    this.preempts = choice >= 0 && isPreemption(world, choice)
  }

  event(world: World): void {
    if (this.onRow === undefined) return
    const { evActor, evKind, evAddr, evWords } = world
    const touches = evWords > 0
    // What follows without a choice is of the same actor.
    if (evKind !== DRAIN) this.hand(world)
    const callers = this.callersOf(world)
    const row: Mutable<EventRow> = {
      step: world.steps - 1,
      actor: evActor,
      actorName: actorNameOf(world, evActor),
      op: opName(evKind),
      place: this.sites[world.evSite],
      callers: callers.flatMap((site) => this.sites[site] ?? []),
      inner: innerOf(world, callers),
      addr: touches ? evAddr : undefined,
      word: touches ? wordName(world, evAddr) : undefined,
      words: evWords,
      old: world.evOld,
      new: world.evNew,
      wrote: world.evWrote,
      meaning: touches ? meaningOf(world) : undefined,
      word2: world.evWords2 > 0 ? wordName(world, world.evAddr2) : undefined,
      note: noteOf(world),
      preempts: this.preempts,
      left: undefined,
      reports: [],
      remark: this.narrator?.event(world),
      notes: [],
    }
    if (evKind === DRAIN) this.drains.push(row)
    else this.row = row
    this.preempts = false
  }

  /** Sites of the calls that the event at hand is in, innermost first. */
  private callersOf({ target, contexts, evActor, evKind }: World): number[] {
    return target.pure || evKind === INTERRUPT || evKind === DRAIN ? [] : callsOf(contexts[evActor])
  }

  finish(world: World): void {
    if (world.outcome === 'blocked') {
      for (let actor = 0; actor < world.n; actor++) {
        if (world.kind[actor] === ENDED) continue
        this.stuck.push({ actor, actorName: actorNameOf(world, actor), ...this.pendingOf(world, actor) })
      }
    }
    const { row } = this
    if (row === undefined) return
    if (world.kind[row.actor] === ENDED || world.outcome === 'blocked') {
      row.left ??= this.leftBy(world, row.actor, -1)
    }
    this.hand(world)
  }

  private hand(world: World): void {
    const { row } = this
    if (row === undefined) return
    this.row = undefined
    row.notes = this.narrator?.after(world) ?? []
    row.reports = world.reports.slice(this.told).map(({ message }) => message)
    this.told = world.reports.length
    this.onRow?.(row, world)
    const { drains } = this
    this.drains = []
    for (const drain of drains) this.onRow?.(drain, world)
  }

  private leftBy(world: World, actor: number, choice: number): Left | undefined {
    if (world.kind[actor] === ENDED) return { why: 'ended' }
    if (world.choiceCount === 0 || !world.canGoOn(actor))
      return { why: 'waits', ...this.pendingOf(world, actor) }
    return choice < 0 ? undefined : { why: 'preempted', ...this.pendingOf(world, actor) }
  }

  private pendingOf(world: World, actor: number): Pending {
    const kind = world.kind[actor] as number
    const addr = world.a[actor] as number
    const op = opName(kind)
    const place = this.sites[outerPending(world, actor)]
    const none = {
      op,
      place,
      addr: undefined,
      word: undefined,
      value: undefined,
      meaning: undefined,
      holder: undefined,
    }
    if (kind === JOIN) return { ...none, word: actorNameOf(world, addr) }
    if (NO_WORD.has(kind)) return none
    if (kind === WAITING) return { ...none, addr, word: wordName(world, addr) }
    if (kind === LOCK) return { ...none, ...lockState(world, addr) }
    if (kind !== CV_BLOCKED) return { ...none, addr, word: wordName(world, addr), ...stateOf(world, addr) }
    if (world.notified[actor] === 0) return { ...none, addr, word: wordName(world, addr) }
    return { ...none, op: 'lock', ...lockState(world, world.b[actor] as number) }
  }
}

/** Sites of calls, innermost first, up to where the actor was interrupted. */
function callsOf(context: Context | undefined): number[] {
  const calls = (context?.calls.slice(-MOST_CALLERS) ?? []).toReversed()
  const end = calls.indexOf(-1)
  return end < 0 ? calls : calls.slice(0, end)
}

/** How many of the place of the event and its callers are within the code of locks; 0 if all are. */
function innerOf({ target, evSite }: World, callers: readonly number[]): number {
  if (target.isInner === undefined) return 0
  const outer = [evSite, ...callers].findIndex((site) => target.isInner?.(site) === false)
  return Math.max(0, outer)
}

/** The place of what an actor is about to do, outside the code of locks. */
function outerPending({ target, site, contexts }: World, actor: number): number {
  const own = site[actor] as number
  if (target.isInner?.(own) !== true) return own
  return callsOf(contexts[actor]).find((call) => target.isInner?.(call) === false) ?? own
}

/** Operations that access no word. */
const NO_WORD = new Set([SPAWN, CHOOSE, FENCE, YIELD])

function stateOf({ target, words }: World, addr: number): Pick<Pending, 'value' | 'meaning'> {
  const value = words[addr]
  return { value, meaning: value === undefined ? undefined : target.valueText?.(addr, value, words) }
}

/** A lock of the engine's own holds its owner's number and one. */
function lockState(world: World, addr: number): Pick<Pending, 'addr' | 'word' | 'value' | 'holder'> {
  const owner = (world.words[addr] as number) - 1
  const holder = owner >= 0 && owner < world.n ? actorNameOf(world, owner) : undefined
  return { addr, word: wordName(world, addr), value: undefined, holder }
}

/** A target whose actors run one thing after the other, and that can say which: `CPU0 (the swapper)`. */
interface Running extends Target {
  actorText?(world: World, actor: number): string
}

export function actorNameOf(world: World, actor: number): string {
  const target: Running = world.target
  return target.actorText?.(world, actor) ?? target.actorName?.(world, actor) ?? `actor ${actor}`
}

/** Name of a kind of operation. */
export function opName(kind: number): string {
  if (kind === INTERRUPT) return 'interrupt'
  if (kind === WAITING) return 'wake'
  if (kind === CV_BLOCKED) return 'cvWake'
  if (kind === DRAIN) return 'drain'
  return OP_NAMES[kind] ?? `operation ${kind}`
}

function meaningOf({ target, evAddr, evOld, evNew, words }: World): EventRow['meaning'] {
  const before = target.valueText?.(evAddr, evOld, words)
  const after = target.valueText?.(evAddr, evNew, words)
  if (before === undefined || after === undefined) return undefined
  return { old: before, new: after }
}

function wordName(world: World, addr: number): string {
  return world.target.nameOf?.(addr, world.words) ?? `word ${addr}`
}

function noteOf(world: World): string | undefined {
  const { evActor, evKind } = world
  const way = (world.schedule[world.steps - 1] as number) >> WAY_SHIFT
  if (evKind === INTERRUPT) return `source ${world.evAddr}`
  if (evKind === WAITING) return way === 1 ? 'time is over' : 'notified'
  if (evKind === CV_BLOCKED) return way === 1 ? 'spurious' : 'signalled'
  if (evKind === JOIN) return actorNameOf(world, world.a[evActor] as number)
  if (evKind === SPAWN) return `starts ${actorNameOf(world, world.n - 1)}`
  if (world.evOwn !== 0) return ownNote(world)
  if (opName(evKind) === 'choose') return `${way} of ${world.a[evActor]}`
  return undefined
}

/** What a store buffer has to do with the event. */
function ownNote(world: World): string | undefined {
  const { evKind, evNew, evOwn, evWords, evWrote } = world
  if ((evOwn & OWN) === 0 || evKind === SPIN_WHILE_BOTH) return undefined
  const value = meaningOf(world)?.new ?? valueOf(evNew)
  if (!evWrote) return `= ${value} (from its buffer)`
  return evWords > 1 ? '(buffered)' : `:= ${value} (buffered)`
}
