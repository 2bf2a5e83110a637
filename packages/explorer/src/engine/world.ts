import { SPAWN, WAIT, WRITE } from '@holdfast/compiler'
import { ActorMem } from './actor-mem.js'
import { Context } from './context.js'
import { collect, expireFirst } from './enabled.js'
import { ENDED, INTERRUPT } from './kinds.js'
import { Memo } from './memo.js'
import type { Observer, Report } from './observer.js'
import { DEFAULT_OPTIONS } from './options.js'
import type { EngineOptions } from './options.js'
import { checkOperands, makerOf, ticks } from './operands.js'
import { perform } from './perform.js'
import type { Coroutine, Target } from './target.js'

/** Most actors of a program. */
export const MAX_ACTORS = 128
/** A choice is an actor and, above this, the way in which it goes on: 0 the plain one. */
export const WAY_SHIFT = 8
/** Ways from here on are interrupts, by source. */
export const FIRST_INTERRUPT = 64

/** No choice was made yet; the execution is over. */
const UNCHOSEN = -2
const OVER = -1

/** Goes on with the same actor for as long as it can. */
const FIRST_CHOICE: Chooser = {
  choose: (world) => (world.canGoOn(world.current) ? world.current : (world.choices[0] as number)),
}

/** How an execution ended: all ended or at rest; nothing enabled; cut by the step limit; given up by its strategy; ended by a failure. */
export type Outcome = 'done' | 'blocked' | 'stepLimit' | 'abandoned' | 'failed'

/** Who decides: see strategies/strategy.ts. */
export interface Chooser {
  /** Picks one of `world.choices[0 .. world.choiceCount)`, or returns -1 to give the execution up. */
  choose(world: World): number
}

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
  readonly mems: ActorMem[] = []
  readonly contexts: Context[] = []
  /** What is enabled now: choices, in the order of actors. */
  readonly choices = new Int32Array(64 * MAX_ACTORS)
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

  /** What a coroutine threw last. */
  lastThrown: unknown = undefined

  /** Set by perform when the operation blocks in its middle: it has another pending operation now. */
  again = false

  private observers: readonly Observer[] = []
  private chooser: Chooser = { choose: () => OVER }
  private next = UNCHOSEN
  private inline = false
  private readonly memo: Memo | null
  private primed = false
  private readonly local: Uint8Array
  private readonly callSite: { readonly site: number }
  private readonly makers: ((mem: ActorMem) => Coroutine)[] = []
  private readonly spawnIds = new Map<number, number>()
  private readonly spawned = new Int32Array(MAX_ACTORS)
  private spawning: ((mem: ActorMem) => Coroutine) | null = null

  constructor(target: Target, options: Partial<EngineOptions> = {}) {
    this.target = target
    this.options = { ...DEFAULT_OPTIONS, ...options }
    this.words = new Int32Array(target.image.length)
    this.memo = target.pure ? new Memo() : null
    this.local = target.local ?? new Uint8Array(0)
    this.callSite = target.calls ?? { site: -1 }
  }

  /** Runs one execution, from the image to its end. */
  run(chooser: Chooser, observers: readonly Observer[]): Outcome {
    if (!this.primed) {
      // Gives the actors that are spawned their ids, the same in every process.
      this.primed = true
      if (this.memo !== null) this.run(FIRST_CHOICE, [])
    }
    this.reset(chooser, observers)
    this.target.start(this)
    for (const observer of observers) observer.reset(this)
    this.inline = this.memo === null
    this.pick()
    while (this.next >= 0) {
      const actor = this.next & (MAX_ACTORS - 1)
      const way = this.next >> WAY_SHIFT
      this.next = UNCHOSEN
      if (way >= FIRST_INTERRUPT) this.interrupt(actor, way - FIRST_INTERRUPT)
      else this.step(actor, way)
      if (this.next === UNCHOSEN) this.pick()
    }
    this.inline = false
    this.target.finish?.(this)
    for (const observer of observers) observer.finish(this)
    return this.outcome
  }

  /** Adds an actor; it runs to its first operation at once. Returns its id. */
  addActor(make: (mem: ActorMem) => Coroutine): number {
    const id = this.n
    if (id >= MAX_ACTORS) throw new RangeError(`more than ${MAX_ACTORS} actors; ${MAX_ACTORS} are allowed`)
    this.n++
    this.begin(id, make)
    return id
  }

  /** Whether there is an actor of this id in this execution, ended or not. */
  hasActor(id: number): boolean {
    return id >= 0 && id < this.n && this.makers[id] !== undefined
  }

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
    if (kind === SPAWN) this.spawning = makerOf(a)
    else if (this.memo !== null) checkOperands(this, id)
    if (!this.inline) return true
    if (kind > WRITE || this.local[a] !== 1) {
      this.pick()
      if (this.next !== id) return true
      this.next = UNCHOSEN
    }
    const result = perform(this, id, 0)
    this.executed(id, 0)
    if (this.again) {
      this.again = false
      return true
    }
    mem.give(kind, result)
    return false
  }

  /** Executes SPAWN: the child of `parent` has the same id in every execution. */
  spawnChild(parent: number): number {
    const make = this.memo === null ? this.spawning : this.memo.spawner(parent)
    if (make === null) throw new Error(`actor ${parent} spawns nothing`)
    const key = parent * 4096 + (this.spawned[parent] as number)
    this.spawned[parent] = (this.spawned[parent] as number) + 1
    let id = this.spawnIds.get(key)
    if (id === undefined) {
      id = Math.max(this.n, ...[...this.spawnIds.values()].map((used) => used + 1))
      if (id >= MAX_ACTORS) throw new RangeError(`more than ${MAX_ACTORS} actors; ${MAX_ACTORS} are allowed`)
      this.spawnIds.set(key, id)
    }
    if (id >= this.n) this.n = id + 1
    this.begin(id, make)
    return id
  }

  /** For the memo: what the last announced spawn would start. */
  takeSpawning(): ((mem: ActorMem) => Coroutine) | null {
    const { spawning } = this
    this.spawning = null
    return spawning
  }

  /** For the memo: a coroutine of `actor` from its beginning, not started. */
  freshCoroutine(actor: number): void {
    const context = this.contextOf(actor)
    context.stack.length = 0
    context.calls.length = 0
    const make = this.makers[actor]
    if (make === undefined) throw new Error(`actor ${actor} does not exist`)
    context.stack.push(make(this.memOf(actor)))
    context.calls.push(-1)
  }

  /** Runs the coroutine of an actor until it announces an operation, or ends. Returns whether it announced one. */
  resume(actor: number): boolean {
    let { stack, calls, saved } = this.contexts[actor] as Context
    const { callSite } = this
    let value: unknown
    try {
      for (;;) {
        const top = stack[stack.length - 1] as Coroutine
        const step = top.next(value)
        value = undefined
        if (step.done === true) {
          stack.pop()
          calls.pop()
          value = step.value
          const resumed = saved[saved.length - 1]
          if (resumed !== undefined && resumed.height === stack.length) {
            saved.pop()
            this.kind[actor] = resumed.kind
            this.site[actor] = resumed.site
            this.a[actor] = resumed.a
            this.b[actor] = resumed.b
            this.c[actor] = resumed.c
            this.d[actor] = resumed.d
            return true
          }
          if (stack.length === 0) {
            this.kind[actor] = ENDED
            return false
          }
        } else if (step.value === undefined) {
          return true
        } else if (step.value === null) {
          this.target.switched?.(this, actor)
          ;({ stack, calls, saved } = this.contexts[actor] as Context)
        } else {
          stack.push(step.value as Coroutine)
          calls.push(callSite.site)
        }
      }
    } catch (error) {
      this.fail(actor, error)
      return false
    }
  }

  private step(actor: number, way: number): void {
    const kind = this.kind[actor] as number
    const result = perform(this, actor, way)
    this.executed(actor, way)
    if (this.again) {
      this.again = false
      return
    }
    if (this.memo !== null) {
      this.memo.advance(this, actor, result)
      return
    }
    ;(this.mems[actor] as ActorMem).give(kind, result)
    this.resume(actor)
  }

  private interrupt(actor: number, source: number): void {
    const context = this.contexts[actor] as Context
    const saved = {
      height: context.stack.length,
      kind: this.kind[actor] as number,
      site: this.site[actor] as number,
      a: this.a[actor] as number,
      b: this.b[actor] as number,
      c: this.c[actor] as number,
      d: this.d[actor] as number,
    }
    this.evActor = actor
    this.evKind = INTERRUPT
    this.evSite = saved.site
    this.evAddr = source
    this.evWords = 0
    this.evWords2 = 0
    this.evOld = 0
    this.evNew = 0
    this.evAddr2 = 0
    this.evWrote = false
    this.executed(actor, FIRST_INTERRUPT + source)
    const handler = this.target.handler?.(this, actor, source)
    if (handler === undefined) throw new Error(`${this.target.name} has no handler of interrupt ${source}`)
    context.saved.push(saved)
    context.stack.push(handler)
    context.calls.push(-1)
    this.resume(actor)
  }

  private executed(actor: number, way: number): void {
    if (this.steps === this.schedule.length) this.schedule = grown(this.schedule)
    this.schedule[this.steps++] = actor | (way << WAY_SHIFT)
    this.current = actor
    const { observers } = this
    for (let i = 0; i < observers.length; i++) (observers[i] as Observer).event(this)
  }

  private pick(): void {
    if (this.outcome === 'failed') {
      this.next = OVER
      return
    }
    if (this.steps >= this.options.stepLimit) {
      this.end('stepLimit')
      return
    }
    collect(this)
    while (this.choiceCount === 0) {
      if (!this.wakeIdle()) return
      collect(this)
    }
    this.next = this.chooser.choose(this)
    if (this.next < 0) this.end('abandoned')
  }

  /** Nothing is enabled: time may pass, or this is the end. */
  private wakeIdle(): boolean {
    if (this.options.expiry === 'idle' && expireFirst(this)) return true
    if (this.target.idle?.(this) === true) {
      collect(this)
      if (this.choiceCount > 0) return true
      this.end('done')
      return false
    }
    for (let actor = 0; actor < this.n; actor++) {
      if (this.kind[actor] === ENDED) continue
      this.end('blocked')
      return false
    }
    this.end('done')
    return false
  }

  private end(outcome: Outcome): void {
    this.outcome = outcome
    this.next = OVER
  }

  private begin(id: number, make: (mem: ActorMem) => Coroutine): void {
    this.makers[id] = make
    this.deadline[id] = Infinity
    this.notified[id] = 0
    if (this.memo !== null) {
      this.memo.begin(this, id)
      return
    }
    const { inline } = this
    this.inline = false
    this.contextOf(id)
    this.contexts[id] = new Context()
    this.freshCoroutine(id)
    this.resume(id)
    this.inline = inline
  }

  private contextOf(id: number): Context {
    let context = this.contexts[id]
    if (context === undefined) {
      while (this.contexts.length <= id) this.contexts.push(new Context())
      context = this.contexts[id] as Context
    }
    return context
  }

  private memOf(id: number): ActorMem {
    while (this.mems.length <= id) this.mems.push(new ActorMem(this, this.mems.length))
    return this.mems[id] as ActorMem
  }

  /** The coroutine of `actor` threw `error`: the thread ends, or with it the execution. */
  fail(actor: number, error: unknown): void {
    this.lastThrown = error
    this.kind[actor] = ENDED
    this.failures++
    if (this.target.threw?.(this, actor, error) === true) this.outcome = 'failed'
  }

  private reset(chooser: Chooser, observers: readonly Observer[]): void {
    this.words.set(this.target.image)
    this.kind.fill(ENDED, 0, this.n)
    this.spawned.fill(0, 0, this.n)
    this.chooser = chooser
    this.observers = observers
    this.n = 0
    this.current = -1
    this.steps = 0
    this.outcome = 'done'
    this.reports.length = 0
    this.failures = 0
    this.clock = 0
    this.waiters = 0
    this.spuriousLeft = this.options.spurious
    this.next = UNCHOSEN
    this.again = false
    this.inline = false
  }
}

function grown(array: Uint16Array): Uint16Array<ArrayBuffer> {
  const larger = new Uint16Array(array.length * 2)
  larger.set(array)
  return larger
}
