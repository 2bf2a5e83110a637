import { ADD, LOAD, STORE } from '@holdfast/compiler'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ActorMem } from '../engine/actor-mem.js'
import { Context } from '../engine/context.js'
import { CHANGES, FORGETS, RETURNS } from '../engine/frames.js'
import { ENDED } from '../engine/kinds.js'
import type { Coroutine, Target } from '../engine/target.js'
import type { World } from '../engine/world.js'
import { explore } from '../explore.js'
import type { BoundedOptions } from './bounded-options.js'
import { PreemptionBound } from './preemption-bound.js'
import { op } from './testing/hand-written.js'

const WORDS = 64
const TICKS = 40
const LAST = 48

/** What a thread does: an operation on a word; a call, of which a bit is returned; or it lets another thread of its CPU run. */
type Step =
  | { readonly op: number; readonly word: number }
  | { readonly call: readonly Step[]; readonly returns: boolean }
  | { readonly leave: true }

/**
 * CPUs that run several threads each, in turn, and as a machine does: by coroutines that are called, left and entered again. Each CPU may be interrupted so many
 * times. `kinds`: of a call at site 0, and at the sites from 1 on.
 */
class Cpus implements Target {
  readonly name = 'cpus'
  readonly image = new Int32Array(WORDS)
  readonly pure = false
  readonly calls = { site: -1 }
  readonly frames = new Uint8Array(WORDS).fill(RETURNS)
  private readonly threads: readonly (readonly (readonly Step[])[])[]
  private readonly ticks: number
  private left: Context[][] = []
  private running: number[] = []
  private taken = 0
  private handling = false

  constructor(threads: readonly (readonly (readonly Step[])[])[], ticks: number) {
    this.threads = threads
    this.ticks = ticks
  }

  start(world: World): void {
    this.left = this.threads.map(() => [])
    this.running = this.threads.map(() => 0)
    this.taken = 0
    this.handling = false
    for (const cpu of this.threads.keys()) world.addActor((mem) => this.thread(mem, cpu, 0))
  }

  switched(world: World, actor: number): void {
    const threads = this.threads[actor] as readonly unknown[]
    const left = this.left[actor] as Context[]
    const before = this.running[actor] as number
    const now = (before + 1) % threads.length
    left[before] = world.contexts[actor] as Context
    this.running[actor] = now
    let context = left[now]
    if (context === undefined) {
      context = new Context(16 * now + actor)
      context.stack.push(this.thread(world.mems[actor] as ActorMem, actor, now))
      context.calls.push(-1)
    }
    world.contexts[actor] = context
  }

  registers(_world: World, actor: number): number {
    return (this.running[actor] as number) * 2 + (this.handling && actor === 0 ? 1 : 0)
  }

  hidden(): number {
    return this.taken
  }

  interrupts(world: World, actor: number): number {
    return actor === 0 && !this.handling && this.taken < this.ticks && world.kind[0] !== ENDED ? 1 : 0
  }

  handler(world: World): Coroutine {
    this.taken++
    this.handling = true
    return this.tick(world.mems[0] as ActorMem) as Coroutine
  }

  private *tick(mem: ActorMem): Generator<unknown, void> {
    yield this.body(mem, [{ op: ADD, word: 1 }], 5)
    yield* op(mem, ADD, TICKS, TICKS, 1)
    this.handling = false
  }

  private *thread(mem: ActorMem, cpu: number, n: number): Generator<unknown, void> {
    this.calls.site = 1
    const seen = (yield this.body(mem, this.threads[cpu]?.[n] ?? [], 1 + cpu * 4 + n)) as number
    yield* op(mem, STORE, LAST + cpu * 4 + n, LAST + cpu * 4 + n, seen)
    // The CPU ends with the first of its threads that does.
  }

  private *body(mem: ActorMem, steps: readonly Step[], first: number): Generator<unknown, unknown> {
    let seen = first
    for (const [n, step] of steps.entries()) {
      if ('leave' in step) yield null
      else if ('call' in step) {
        this.calls.site = n
        const got = (yield this.body(mem, step.call, seen & 3)) as number
        if (step.returns) seen = (seen * 2 + (got & 1)) & 15
      } else {
        const got = yield* op(mem, step.op, n, step.word, seen)
        seen = (seen * 3 + got) & 15
      }
    }
    return seen
  }
}

/** Final memory of every execution that ends, each once; and what it took. */
function ends(
  target: Target,
  options: BoundedOptions,
): { readonly ends: string[]; readonly executions: number; readonly states: number } {
  const found = new Set<string>()
  const collect = {
    name: 'ends',
    reset: () => {},
    finish(world: World) {
      if (world.outcome !== 'abandoned') found.add(`${world.outcome} ${world.words.join()}`)
    },
  }
  const strategy = new PreemptionBound(options)
  const { executions, complete } = explore(target, { strategy, observers: [collect] })
  expect(complete).toBe(true)
  return { ends: [...found].sort(), executions, states: strategy.states }
}

const steps: fc.Arbitrary<readonly Step[]> = fc.letrec<{ steps: readonly Step[]; step: Step }>((tie) => ({
  steps: fc.array(tie('step'), { maxLength: 3 }),
  step: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({ op: fc.constantFrom(ADD, LOAD, STORE), word: fc.integer({ min: 1, max: 4 }) }),
    fc.constant({ leave: true as const }),
    fc.record({ call: tie('steps'), returns: fc.boolean() }),
  ),
})).steps

test('what coroutines stand for stands for all they did: the same ends (150 machines of 2 CPUs, 2 threads each, up to 2 ticks, at most 0 to 2 preemptions)', () => {
  let executions = 0
  let fewer = 0
  fc.assert(
    fc.property(
      fc.array(fc.array(steps, { minLength: 2, maxLength: 2 }), { minLength: 2, maxLength: 2 }),
      fc.integer({ min: 0, max: 2 }),
      fc.integer({ min: 0, max: 2 }),
      (threads, ticks, bound) => {
        const told = new Cpus(threads, ticks)
        const all = ends(told, { bound })
        const histories = ends(told, { bound, cache: true })
        const frames = ends(told, { bound, cache: true, frames: true })
        expect(histories.ends).toEqual(all.ends)
        expect(frames.ends).toEqual(all.ends)
        expect(ends(told, { bound, cache: true, frames: true, sharedOnly: true }).ends).toEqual(all.ends)
        expect(frames.states).toBeLessThanOrEqual(histories.states)
        executions += all.executions
        if (frames.states < histories.states) fewer++
      },
    ),
    { numRuns: 150, seed: 11 },
  )
  expect(executions).toBeGreaterThan(1000)
  expect(fewer).toBeGreaterThan(15)
})

/** Two threads of `turns` turns without end; each turn adds to a word what it finds in another, by a call. */
function turning(kind: number, turns: number, keeps: boolean): Target {
  const calls = { site: -1 }
  function* add(mem: ActorMem, into: { sum: number }): Generator<unknown, void> {
    const got = yield* op(mem, ADD, 1, 1, 1)
    into.sum += got
  }
  function* thread(mem: ActorMem, me: number): Generator<unknown, void> {
    const kept = { sum: 0 }
    for (;;) {
      calls.site = 0
      yield add(mem, keeps ? kept : { sum: 0 })
      const turn = yield* op(mem, ADD, 8 + me, 8 + me, 1)
      if (turn + 1 === turns) break
    }
    yield* op(mem, STORE, 12 + me, 12 + me, kept.sum)
  }
  return {
    name: 'turning',
    image: new Int32Array(16),
    pure: false,
    calls,
    frames: Uint8Array.of(kind),
    start(world) {
      for (const me of [0, 1]) world.addActor((mem) => thread(mem, me) as Coroutine)
    },
  }
}

test('a callee that changes what its caller keeps is to be named: taken for one that leaves its result alone, it hides ends', () => {
  const all = ends(turning(CHANGES, 3, true), { bound: 3 }).ends
  expect(ends(turning(CHANGES, 3, true), { bound: 3, cache: true, frames: true }).ends).toEqual(all)
  expect(ends(turning(RETURNS, 3, true), { bound: 3, cache: true, frames: true }).ends.length).toBeLessThan(
    all.length,
  )
})

test('a loop that carries nothing from turn to turn, and is said to, has fewer states, and the same ends', () => {
  const all = ends(turning(RETURNS, 4, false), { bound: 3 }).ends
  const kept = ends(turning(RETURNS, 4, false), { bound: 3, cache: true, frames: true })
  const forgotten = ends(turning(FORGETS, 4, false), { bound: 3, cache: true, frames: true })
  expect(kept.ends).toEqual(all)
  expect(forgotten.ends).toEqual(all)
  expect(forgotten.states).toBeLessThanOrEqual(kept.states)
})
