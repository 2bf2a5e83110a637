import {
  ADD,
  AWAIT,
  CAS,
  CHOOSE,
  COPY,
  CV_SIGNAL,
  CV_WAIT,
  EXCHANGE,
  FENCE,
  FILL,
  JOIN,
  LOAD,
  LOCK,
  NOTIFY,
  READ,
  SPAWN,
  SPIN_WHILE,
  STORE,
  TRY_LOCK,
  UNLOCK,
  WAIT,
  WRITE,
} from '@holdfast/compiler'
import type { ActorMem } from '../../engine/actor-mem.js'
import type { Observer, Report, Verdict } from '../../engine/observer.js'
import type { EngineOptions } from '../../engine/options.js'
import type { Coroutine, Target } from '../../engine/target.js'
import { World } from '../../engine/world.js'
import { defineProgram } from '../../program/define.js'
import type { Variable } from '../../program/define.js'
import { call } from '../../program/model-mem.js'
import type { Call, Thread } from '../../program/model-mem.js'
import { programTarget } from '../../program/program-target.js'

/**
 * Threads written as the compiler would leave them: `yield* write(t, 3, x, 1)` is the instrumented `mem.write(x, 1)` of
 * site 3.
 */
export interface Hand {
  readonly mem: ActorMem
}

export type Body = (t: Hand) => Coroutine
type Op = Generator<unknown, number, unknown>

function* op(t: Hand, kind: number, site: number, a = 0, b = 0, c = 0, d = 0): Op {
  if (t.mem.$(kind, site, a, b, c, d)) yield
  return t.mem.v as number
}

export const read = (t: Hand, site: number, a: number): Op => op(t, READ, site, a)
export const write = (t: Hand, site: number, a: number, v: number): Op => op(t, WRITE, site, a, v)
export const load = (t: Hand, site: number, a: number): Op => op(t, LOAD, site, a)
export const store = (t: Hand, site: number, a: number, v: number): Op => op(t, STORE, site, a, v)
export const add = (t: Hand, site: number, a: number, v: number): Op => op(t, ADD, site, a, v)
export const exchange = (t: Hand, site: number, a: number, v: number): Op => op(t, EXCHANGE, site, a, v)
export const cas = (t: Hand, site: number, a: number, from: number, to: number): Op =>
  op(t, CAS, site, a, from, to)
export const fence = (t: Hand, site: number): Op => op(t, FENCE, site)
export const spinWhile = (t: Hand, site: number, a: number, v: number): Op => op(t, SPIN_WHILE, site, a, v)
export const awaits = (t: Hand, site: number, a: number, v: number): Op => op(t, AWAIT, site, a, v)
export const wait = (t: Hand, site: number, a: number, v: number, ms: number): Op =>
  op(t, WAIT, site, a, v, ms)
export const notify = (t: Hand, site: number, a: number, count = 1): Op => op(t, NOTIFY, site, a, count)
export const fill = (t: Hand, site: number, a: number, n: number, v: number): Op => op(t, FILL, site, a, n, v)
export const copy = (t: Hand, site: number, to: number, from: number, n: number): Op =>
  op(t, COPY, site, to, from, n)
export const lock = (t: Hand, site: number, m: number): Op => op(t, LOCK, site, m)
export const unlock = (t: Hand, site: number, m: number): Op => op(t, UNLOCK, site, m)
export const tryLock = (t: Hand, site: number, m: number): Op => op(t, TRY_LOCK, site, m)
export const cvWait = (t: Hand, site: number, cv: number, m: number): Op => op(t, CV_WAIT, site, cv, m)
export const cvSignal = (t: Hand, site: number, cv: number): Op => op(t, CV_SIGNAL, site, cv)
export const choose = (t: Hand, site: number, n: number): Op => op(t, CHOOSE, site, n)
export const join = (t: Hand, site: number, thread: number): Op => op(t, JOIN, site, thread)
export const spawn = (t: Hand, site: number, body: Body): Op =>
  op(t, SPAWN, site, called(body) as unknown as number)

const called = (body: Body): Call => call(body as unknown as (thread: Thread) => void)

/** A target of such threads over named words. */
export function handTarget<const N extends string>(
  words: Readonly<Record<N, Variable>>,
  threads: (at: Readonly<Record<N, number>>) => readonly Body[],
): Target {
  const program = defineProgram({
    name: 'by hand',
    memory: () => words as Readonly<Record<string, Variable>>,
    threads: (_params, at) => threads(at as Readonly<Record<N, number>>).map(called),
  })
  return programTarget(program)
}

/** What became of one execution. */
export interface Ran {
  readonly world: World
  readonly reports: readonly Report[]
  of(verdict: Verdict): readonly Report[]
}

/**
 * Runs `target` once, the actors in the order given (ways by `actor | way << 8`), then the lowest that can go on; an actor
 * that cannot go on is a mistake of the test.
 */
export function runOnce(
  target: Target,
  order: readonly number[],
  observers: readonly Observer[],
  engine: Partial<EngineOptions> = {},
  world = new World(target, engine),
): Ran {
  let next = 0
  world.run(
    {
      choose({ choices, choiceCount }) {
        if (next >= order.length) return choices[0] as number
        const wanted = order[next++] as number
        if (choices.slice(0, choiceCount).includes(wanted)) return wanted
        throw new Error(`step ${next - 1}: ${wanted} is not among ${choices.slice(0, choiceCount).join()}`)
      },
    },
    observers,
  )
  const reports = [...world.reports]
  return { world, reports, of: (verdict) => reports.filter((report) => report.verdict === verdict) }
}

/** Runs every interleaving of `target`; calls `each` after each. Returns how many there are. */
export function runAll(
  target: Target,
  observers: readonly Observer[],
  each: (world: World) => void = () => {},
): number {
  const world = new World(target)
  const path: { taken: number; count: number }[] = []
  let executions = 0
  for (;;) {
    let depth = 0
    world.run(
      {
        choose({ choices, choiceCount }) {
          if (depth === path.length) path.push({ taken: 0, count: choiceCount })
          return choices[path[depth++]?.taken as number] as number
        },
      },
      observers,
    )
    executions++
    each(world)
    path.length = depth
    for (;;) {
      const last = path.at(-1)
      if (last === undefined) return executions
      if (++last.taken < last.count) break
      path.pop()
    }
  }
}
