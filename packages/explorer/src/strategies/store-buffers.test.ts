import { LOAD, READ } from '@holdfast/compiler'
import { expect, test } from 'vitest'
import { TraceHash } from '../checkers/trace-hash.js'
import type { ActorMem } from '../engine/actor-mem.js'
import type { Observer } from '../engine/observer.js'
import type { Target } from '../engine/target.js'
import type { World } from '../engine/world.js'
import { explore } from '../explore.js'
import { Dfs } from './dfs.js'
import { traces } from './dpor/testing/compare.js'
import { EveryInterleaving } from './dpor/testing/every-interleaving.js'
import { described, fence, opTarget, read, write } from './dpor/testing/op-program.js'
import { randomProgram } from './dpor/testing/random-program.js'
import { TSO_MIXES } from './dpor/testing/tso-mixes.js'
import { isPreemption } from './preemption-bound.js'
import { makeStrategy } from './registry.js'
import type { StrategyOptions } from './registry.js'
import { Rng } from './rng.js'

const engine = { memoryModel: 'tso' } as const
const MOST = 3000

/** Small random programs with plain stores, each with all its traces. */
function* programs(seed: number, count: number) {
  const rng = new Rng(1)
  const mixes = Object.values(TSO_MIXES)
  let found = 0
  for (let i = 0; found < count; i++) {
    rng.seed(seed, i)
    const mix = mixes[i % mixes.length] as (typeof mixes)[number]
    const program = randomProgram(rng, mix)
    const target = opTarget(program)
    const options = { ...mix.engine, ...engine }
    const all = traces(target, new EveryInterleaving(), options, MOST)
    if (!all.result.complete) continue
    found++
    yield { program, target, options, all }
  }
}

/** What memory is at the end of each execution, and how it ended; if asked for, also what each actor has read. */
class Ends implements Observer {
  readonly name = 'ends'
  readonly seen = new Set<string>()
  private readonly withReads: boolean
  private reads: number[][] = []

  constructor(withReads: boolean) {
    this.withReads = withReads
  }

  reset(): void {
    this.reads = []
  }

  event({ evActor, evKind, evOld }: World): void {
    if (this.withReads && (evKind === READ || evKind === LOAD)) (this.reads[evActor] ??= []).push(evOld)
  }

  finish({ outcome, words }: World): void {
    if (outcome !== 'abandoned') this.seen.add(`${outcome} ${words.join(' ')} ${JSON.stringify(this.reads)}`)
  }
}

const BOUNDED: readonly [name: string, options: StrategyOptions][] = [
  ['preemption-bound', {}],
  ['preemption-bound', { sharedOnly: true }],
  ['delay-bound', {}],
]
for (const [name, options] of BOUNDED) {
  const how = options.sharedOnly === true ? ', choices at shared words alone' : ''
  test(`${name} without a bound${how} ends in every way in which an interleaving can end (40 random programs under tso)`, () => {
    for (const { program, target, options: engineOptions } of programs(41, 40)) {
      const [all, some] = [new Ends(true), new Ends(true)]
      explore(target, { strategy: new Dfs(), observers: [all], engine: engineOptions })
      const strategy = makeStrategy(name, options)
      const result = explore(target, {
        strategy,
        observers: [some],
        engine: engineOptions,
        executions: 50_000,
      })
      expect(result.complete, described(program)).toBe(true)
      expect([...some.seen].toSorted(), described(program)).toEqual([...all.seen].toSorted())
    }
  })
}

test('a search that visits states once ends in every state, in fewer executions (40 random programs under tso)', () => {
  let [once, every] = [0, 0]
  for (const { program, target, options } of programs(43, 40)) {
    const [all, some] = [new Ends(false), new Ends(false)]
    every += explore(target, { strategy: new Dfs(), observers: [all], engine: options }).executions
    once += explore(target, {
      strategy: new Dfs({ cache: true }),
      observers: [some],
      engine: options,
    }).executions
    expect([...some.seen].toSorted(), described(program)).toEqual([...all.seen].toSorted())
  }
  expect(once).toBeLessThan(every)
})

test('the traces counted are as many as there are (40 random programs under tso)', () => {
  for (const { program, target, options, all } of programs(44, 40)) {
    const hash = new TraceHash()
    explore(target, { strategy: new Dfs(), observers: [hash], engine: options })
    expect(hash.distinct, described(program)).toBe(all.traces.size)
  }
})

/** Two threads that each write their own word, and then read the other. */
const sb: Target = opTarget(
  {
    memory: [0, 0, 0],
    threads: [
      [write(1, 1), read(2)],
      [write(2, 1), read(1)],
    ],
  },
  'sb',
)

for (const name of ['random', 'pct', 'pos', 'surw', 'urw', 'preemption-bound', 'delay-bound']) {
  test(`${name} finds an execution in which both threads of sb read 0`, () => {
    let found = false
    let zeros = 0
    const look: Observer = {
      name: 'zeros',
      reset: () => {
        zeros = 0
      },
      event: ({ evKind, evOld }) => {
        if (evKind === READ && evOld === 0) zeros++
      },
      finish: () => {
        found ||= zeros === 2
      },
    }
    explore(sb, { strategy: makeStrategy(name, { seed: 3 }), observers: [look], engine, executions: 400 })
    expect(found).toBe(true)
  })
}

/** Two stores of a thread that is interrupted once, at any point, by a handler that reads both words; nobody else touches them. */
function interrupted(): Target {
  let left = 1
  const threads = [[write(1, 1), write(2, 1)], [read(3)]]
  const plain = opTarget({ memory: [0, 0, 0, 0], threads }, 'interrupted')
  return {
    ...plain,
    pure: false,
    start(world) {
      left = 1
      plain.start(world)
    },
    interrupts: (_, actor) => (actor === 0 ? left : 0),
    *handler(world) {
      left = 0
      const mem = world.mems[0] as ActorMem
      for (const word of [1, 2]) if (mem.$(READ, word, word, 0, 0, 0)) yield
      return 0
    },
  }
}

test('an interrupt that only a store in a buffer keeps off is met by dfs; the bounded searches say that they leave it out', () => {
  const ends = (
    name: string,
    memoryModel: 'sc' | 'tso',
  ): { reads: readonly string[]; bound: string | null } => {
    const seen = new Ends(true)
    const strategy = makeStrategy(name, {})
    const result = explore(interrupted(), { strategy, observers: [seen], engine: { memoryModel } })
    expect(result.complete).toBe(true)
    const reads = [...seen.seen].map(
      (end) => (JSON.parse(end.slice(end.indexOf('['))) as number[][])[0] ?? [],
    )
    return { reads: [...new Set(reads.map(String))].toSorted(), bound: strategy.bound?.() ?? null }
  }
  const all = ['0,0', '1,0', '1,1']
  expect(ends('dfs', 'tso')).toEqual({ reads: all, bound: null })
  for (const name of ['preemption-bound', 'delay-bound']) {
    expect(ends(name, 'sc')).toEqual({ reads: all, bound: null })
    expect(ends(name, 'tso')).toEqual({
      reads: ['0,0', '1,1'],
      bound: 'every interleaving, no store reaching memory for the sake of an interrupt alone',
    })
  }
})

test('a store that reaches memory is no preemption, a switch away from a thread whose fence waits for it is one', () => {
  let asked = 0
  const strategy = {
    name: 'look',
    exhaustive: true,
    begin: (index: number) => index === 0,
    choose: (world: World) => {
      const choices = [...world.choices.subarray(0, world.choiceCount)]
      for (const choice of choices) if ((choice & 128) !== 0) expect(isPreemption(world, choice)).toBe(false)
      if (world.steps === 1) {
        // Thread 0 stands at its fence with a store in its buffer.
        expect(choices.map((choice) => choice & 255)).toEqual([1, 128])
        expect(isPreemption(world, 1)).toBe(true)
        asked++
      }
      return choices.includes(0) ? 0 : (choices.at(-1) as number)
    },
  }
  const fenced = opTarget({ memory: [0, 0], threads: [[write(1, 1), fence()], [read(1)]] }, 'fenced')
  explore(fenced, { strategy, engine })
  expect(asked).toBe(1)
})
