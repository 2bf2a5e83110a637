import * as ops from '@holdfast/compiler'
import type { ActorMem } from './actor-mem.js'
import { Actors, type Maker } from './actors.js'
import { type Chooser, FIRST_CHOICE, type Outcome, grown } from './chooser.js'
import type { Context } from './context.js'
import { collect, isGoingOn } from './enabled.js'
import type { Frames } from './frames.js'
import { ENDED } from './kinds.js'
import { BUFFER, DRAIN_WAY, FIRST_INTERRUPT, MAX_ACTORS, WAY_SHIFT } from './limits.js'
import { Memo } from './memo.js'
import { type Observer, type Report, type Watcher, watchersAmong } from './observer.js'
import { DEFAULT_OPTIONS, type EngineOptions } from './options.js'
import { checkOperands, makerOf, ticks } from './operands.js'
import { perform, performInterrupt } from './perform.js'
import { runPure } from './pure-loop.js'
import { Patience } from './patience.js'
import type { Target } from './target.js'
import { StateGraph } from './state-graph.js'
import { StoreBuffers } from './store-buffers.js'
import { interruptWith, resume } from './trampoline.js'

export type { Chooser, Outcome }
export { BUFFER, DRAIN_WAY, FIRST_INTERRUPT, MAX_ACTORS, WAY_SHIFT }

// Constants of this module are constants of its machine code; an import is read anew at each use.
const { SPAWN, WAIT, WRITE } = ops

/** No choice was made yet; the execution is over. */
const UNCHOSEN = -2
const OVER = -1

/** Words that are copied one by one: a call costs more. */
const SMALL = 64

/**
 * One execution at a time of a target: memory, actors, and what each is about to do.
 *
 * The engine's rule: an actor is suspended BEFORE an operation, announced in kind/site/a/b/c/d. A choice names an actor (and a
 * way); the engine executes its operation on memory, shows the event to the observers, and lets the actor run to its next.
 */
export class World {
  readonly target: Target
  readonly options: EngineOptions
  readonly words: Int32Array
  /** Ids of actors are below this; not all need exist in an execution. */
  n = 0
  /** The pending operation of each actor. */
  readonly kind = new Uint8Array(MAX_ACTORS).fill(ENDED)
  readonly site = new Int32Array(MAX_ACTORS)
  readonly a = new Int32Array(MAX_ACTORS)
  readonly b = new Int32Array(MAX_ACTORS)
  readonly c = new Int32Array(MAX_ACTORS)
  readonly d = new Int32Array(MAX_ACTORS)
  /** Of a blocked waiter: 1 when it was notified or signalled, 2 when its time is over. */
  readonly notified = new Uint8Array(MAX_ACTORS)
  /** Of a blocked waiter: its place among the waiters. */
  readonly queued = new Int32Array(MAX_ACTORS)
  /** Of a blocked waiter: when its time is over, by the virtual clock, or Infinity. */
  readonly deadline = new Float64Array(MAX_ACTORS)
  /** What they are made of. */
  readonly actors: Actors
  readonly mems: ActorMem[]
  readonly contexts: Context[]
  /** Where their coroutines stand, if the chooser wants to know. */
  frames: Frames | null = null
  /** Under tso, what has been stored and not reached memory. */
  readonly buffers: StoreBuffers | null
  /** The site of the call whose callee was yielded last. */
  readonly callSite: { readonly site: number }
  /** What is enabled now: choices, in the order of actors. */
  choices: Int32Array = new Int32Array(64 * MAX_ACTORS)
  /** Where they are put; if they are not new they are elsewhere. */
  readonly ownChoices = this.choices
  choiceCount = 0
  /** The actor of the last event, or -1. */
  current = -1
  /** Events of this execution so far. */
  steps = 0
  /** The choices made, by step. */
  schedule = new Uint16Array(1024)
  outcome: Outcome = 'done'
  /** Reports of this execution. */
  readonly reports: Report[] = []
  /** Threads that a failed check has ended in this execution. */
  failures = 0
  clock = 0
  waiters = 0
  spuriousLeft = 0

  /** The event just executed. */
  evActor = 0
  evKind = 0
  evSite = 0
  /** First word accessed, and how many; 0 words: none. */
  evAddr = 0
  evWords = 0
  /** Second range (the source of a copy, the mutex of a condition wait), or 0 words. */
  evAddr2 = 0
  evWords2 = 0
  /** First word before and after. */
  evOld = 0
  evNew = 0
  /** Whether it wrote the first range (a compare-and-swap that failed did not). */
  evWrote = false
  /** Under tso, which ranges are of the actor's own store buffer: OWN, OWN2 of store-buffers.ts. */
  evOwn = 0

  /** What a coroutine threw last. */
  lastThrown: unknown = undefined

  /** Set by perform when the operation blocks in its middle: it has another pending operation now. */
  again = false

  readonly patience = new Patience(this)

  private observers: readonly Observer[] = []
  private watching: readonly Watcher[] = [] // those of them that see each event
  private chooser: Chooser = { choose: () => OVER }
  /** The first choices of this execution, which are not asked for. */
  private lead: Uint16Array = new Uint16Array(0)
  private leading = 0
  /** So many of its events are shown to no observer: all of them rejoin. */
  unseen = 0
  private next = UNCHOSEN
  private inline = false
  private readonly memo: Memo | null
  private readonly graph: StateGraph | null
  private primed = false
  private readonly local: Uint8Array
  /** Actors that a pure target starts with; 0: it has not been started yet. */
  private starters = 0

  constructor(target: Target, options: Partial<EngineOptions> = {}) {
    this.target = target
    this.options = { ...DEFAULT_OPTIONS, ...options }
    this.words = new Int32Array(target.image.length)
    this.actors = new Actors(this)
    this.mems = this.actors.mems
    this.contexts = this.actors.contexts
    this.buffers = this.options.memoryModel === 'tso' ? new StoreBuffers(this) : null
    this.memo = target.pure ? new Memo(this) : null
    this.graph =
      this.memo === null || target.interrupts !== undefined || this.buffers !== null
        ? null
        : new StateGraph(this, this.memo)
    this.local = target.local ?? new Uint8Array(0)
    this.callSite = target.calls ?? { site: -1 }
  }

  /** Runs one execution, from the image to its end. */
  run(chooser: Chooser, observers: readonly Observer[]): Outcome {
    if (!this.primed) {
      // Gives the actors that are spawned their ids, the same in every process. Not by runPure: machine code that has met another chooser
      // and other observers than the campaign's is slow, or is entered in the middle of its loop for ever after.
      this.primed = true
      if (this.memo !== null) {
        this.reset(FIRST_CHOICE, [])
        this.start()
        this.loop()
      }
    }
    this.reset(chooser, observers)
    this.start()
    for (let i = 0; i < observers.length; i++) (observers[i] as Observer).reset(this)
    if (this.memo !== null && this.graph !== null)
      runPure(this, this.memo, this.graph, chooser, this.watching)
    else this.loop()
    this.target.finish?.(this)
    for (let i = 0; i < observers.length; i++) (observers[i] as Observer).finish(this)
    return this.outcome
  }

  /** Adds an actor; it runs to its first operation at once. Returns its id. */
  addActor(make: Maker): number {
    const id = this.actors.nextId()
    this.actors.makers[id] = make
    this.actors.arrive(id)
    if (this.memo === null) this.launch(id)
    else this.memo.begin(id)
    return id
  }

  /** Whether there is an actor of this id in this execution, ended or not. */
  hasActor(id: number): boolean {
    return id >= 0 && id < this.n && this.actors.makers[id] !== undefined
  }

  /**
   * For choosers, when the first choice is asked for: the first `count` are those of `choices`, as they were in an execution before.
   * Returns whether that is done: only for machines, where it saves time.
   */
  follow(choices: Uint16Array, count: number): boolean {
    if (this.memo !== null || this.steps > 0) return false
    this.lead = choices
    this.leading = count
    const known = this.frames !== null && this.watching.every(({ rejoins }) => rejoins === true)
    this.unseen = known ? count : 0
    return true
  }

  /** Notes a fault of this execution; for checkers, from their handlers. */
  report(report: Report): void {
    this.reports.push(report)
  }

  /** Whether `actor` can go on in the plain way, apart from interrupts. */
  canGoOn(actor: number): boolean {
    for (let i = 0; i < this.choiceCount; i++) if (this.choices[i] === actor) return true
    return false
  }

  /** ActorMem.$: the pending operation of an actor is known. */
  announce(mem: ActorMem, kind: number, site: number, a: number, b: number, c: number, d: number): boolean {
    const { id } = mem
    this.kind[id] = kind
    this.site[id] = site
    this.b[id] = b
    this.c[id] = kind === WAIT ? ticks(c) : c
    this.d[id] = d
    this.a[id] = a
    if (kind === SPAWN) this.actors.spawning[id] = makerOf(a)
    else if (this.memo !== null) checkOperands(this, id)
    if (!this.inline) return true
    const shared = kind > WRITE || this.local[a] !== 1
    if (shared) {
      this.pick()
      if (this.next !== id) return true
      this.next = UNCHOSEN
    }
    const { buffers } = this
    const result = buffers === null ? perform(this, id, 0) : buffers.perform(id, 0, shared)
    this.executed(id, 0, result)
    if (this.again) {
      this.again = false
      return true
    }
    mem.give(kind, result)
    return false
  }

  /** Executes SPAWN: the child of `parent` has the same id in every execution. */
  spawnChild(parent: number): number {
    const make = this.memo === null ? this.actors.spawning[parent] : this.memo.spawner(parent)
    if (make === undefined) throw new Error(`actor ${parent} spawns nothing`)
    const id = this.actors.childId(parent)
    if (id < 0) return this.actors.tooMany(parent)
    this.actors.makers[id] = make
    this.actors.arrive(id)
    if (this.memo === null) this.launch(id)
    else this.memo.beginChild(parent, id)
    return id
  }

  private step(actor: number, way: number): void {
    const kind = this.kind[actor] as number
    const { buffers } = this
    const result = buffers === null ? perform(this, actor, way) : buffers.perform(actor, way)
    this.executed(actor, way, result)
    if (this.again) {
      this.again = false
      return
    }
    if (this.memo !== null) {
      this.memo.advance(actor, result)
      return
    }
    ;(this.mems[actor] as ActorMem).give(kind, result)
    resume(this, actor)
  }

  private interrupt(actor: number, source: number): void {
    performInterrupt(this, actor, source)
    this.executed(actor, FIRST_INTERRUPT + source)
    const handler = this.target.handler?.(this, actor, source)
    if (handler === undefined) throw new Error(`${this.target.name} has no handler of interrupt ${source}`)
    interruptWith(this, actor, source, handler)
  }

  private drain(actor: number): void {
    this.buffers?.drain(actor)
    this.executed(actor | MAX_ACTORS, DRAIN_WAY)
  }

  private loop(): void {
    this.inline = this.memo === null
    this.pick()
    while (this.next >= 0) {
      const actor = this.next & (MAX_ACTORS - 1)
      const way = this.next >> WAY_SHIFT
      const isDrain = (this.next & MAX_ACTORS) !== 0
      this.next = UNCHOSEN
      if (isDrain) this.drain(actor)
      else if (way >= FIRST_INTERRUPT) this.interrupt(actor, way - FIRST_INTERRUPT)
      else this.step(actor, way)
      if (this.next === UNCHOSEN) this.pick()
    }
    this.inline = false
  }

  private executed(actor: number, way: number, result = 0): void {
    if (this.steps === this.schedule.length) this.schedule = grown(this.schedule)
    this.schedule[this.steps++] = actor | (way << WAY_SHIFT)
    if (actor < MAX_ACTORS) this.current = actor // whose store reaches memory may be doing nothing
    if (this.frames !== null) this.frames.executed(this, result)
    if (this.steps <= this.unseen) return
    const { watching } = this
    for (let i = 0; i < watching.length; i++) (watching[i] as Watcher).event(this)
  }

  private pick(): void {
    if (this.outcome === 'failed') return this.end('failed')
    if (this.steps >= this.patience.until && !this.patience.goesOn()) return
    const led = this.steps < this.leading ? (this.lead[this.steps] as number) : OVER
    if (led >= 0 && led < 1 << WAY_SHIFT) {
      this.next = led
      return
    }
    // Time may have to pass first.
    collect(this)
    while (this.choiceCount === 0) {
      if (!isGoingOn(this)) return
      collect(this)
    }
    this.next = led >= 0 ? led : this.chooser.choose(this)
    if (this.next < 0) this.end('abandoned')
  }

  /** The execution ends here. */
  end(outcome: Outcome): void {
    this.outcome = outcome
    this.next = OVER
  }

  private start(): void {
    if (this.memo !== null && this.starters > 0) {
      this.n = this.starters
      for (let id = 0; id < this.starters; id++) this.memo.begin(id)
      return
    }
    this.target.start(this)
    if (this.memo !== null) this.starters = this.n
  }

  /** Runs a new actor to its first operation. */
  private launch(id: number): void {
    const { inline } = this
    this.inline = false
    this.actors.freshContext(id)
    this.frames?.launched(this.contexts[id] as Context)
    resume(this, id)
    this.inline = inline
  }

  /** The coroutine of `actor` threw `error`: the thread ends, or with it the execution. */
  fail(actor: number, error: unknown): void {
    this.lastThrown = error
    this.kind[actor] = ENDED
    this.failures++
    if (this.target.threw?.(this, actor, error) === true) this.outcome = 'failed'
  }

  private reset(chooser: Chooser, observers: readonly Observer[]): void {
    const { words, kind, n } = this
    const { image } = this.target
    if (image.length > SMALL) words.set(image)
    else for (let addr = 0; addr < image.length; addr++) words[addr] = image[addr] as number
    for (let id = this.starters; id < n; id++) kind[id] = ENDED
    this.actors.reset(n)
    this.buffers?.reset(n)
    if (this.waiters > 0) for (let id = 0; id < n; id++) this.actors.arrive(id)
    if (this.memo?.reset() === true) this.graph?.forget()
    this.chooser = chooser
    this.frames = chooser.frames ?? null
    this.frames?.begin()
    if (observers !== this.observers) this.watching = watchersAmong(observers)
    this.observers = observers
    this.n = 0
    this.current = -1
    this.steps = 0
    this.outcome = 'done'
    if (this.reports.length > 0) this.reports.length = 0
    this.failures = 0
    this.clock = 0
    this.waiters = 0
    this.spuriousLeft = this.options.spurious
    this.leading = 0
    this.unseen = 0
    this.next = UNCHOSEN
    this.again = false
    this.inline = false
    this.evOwn = 0
    this.patience.until = 0
  }
}
