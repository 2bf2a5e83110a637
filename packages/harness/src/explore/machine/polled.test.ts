import { FIRST_INTERRUPT, TraceHash, WAY_SHIFT, explore, makeStrategy } from '@holdfast/explorer'
import type { Observer, Strategy, Target, World } from '@holdfast/explorer'
import { HARDCLOCK_TICKS } from '@holdfast/kernel'
import { expect, test } from 'vitest'
import type { Scenario } from '../../scenario/types.js'
import { kernelSubject } from '../subject/kernel-subject.js'

/**
 * The machine with polled interrupts, under dpor. The whole of an execution is too large to be visited in a test, but for one CPU; so most of
 * these cut out the part between two ticks: what comes before is one fixed way of getting there, and the execution is over at the last of them.
 */

const MACHINE = { memory: 84, wired: 26, hz: 8 } as const
const sleep = (ticks: number) => ({ op: 'sleep', ticks }) as const

/** Two LWPs on two CPUs, which wake up at different ticks, 3 and 4. */
const TWO: Scenario = {
  name: 'two-sleepers',
  description: 'Two LWPs, each on a CPU, wake up and go to sleep.',
  machine: { ...MACHINE, cpus: 2 },
  processes: [
    {
      name: 'first',
      pages: 1,
      lwps: [{ class: 'fifo', priority: 0, program: [sleep(3), sleep(30)] }],
    },
    { name: 'second', pages: 1, lwps: [{ program: [sleep(4), sleep(30)] }] },
  ],
}
const ONE: Scenario = {
  name: 'one-cpu',
  description: 'An LWP that ends.',
  machine: { ...MACHINE, cpus: 1 },
  processes: [{ name: 'only', pages: 1, lwps: [{ program: [] }] }],
}
const POLLED = { time: { interrupts: 'polled' } } as const
const TURN = 16

function tickOf(world: World): number {
  return world.words[HARDCLOCK_TICKS] as number
}

/** The same machine, whose executions are over when all idle at tick `last`. */
function upTo(target: Target, last: number): Target {
  const idle = (world: World): boolean => tickOf(world) >= last || target.idle?.(world) === true
  return Object.create(target, { idle: { value: idle } }) as Target
}

/** The strategy from tick `first` on; before, the CPUs take turns. */
function from(strategy: Strategy, first: number): Strategy {
  return {
    name: strategy.name,
    exhaustive: strategy.exhaustive,
    begin: (index) => strategy.begin(index),
    choose: (world) => (tickOf(world) < first ? inTurns(world) : strategy.choose(world)),
    end: (world) => strategy.end?.(world),
  }
}

function inTurns(world: World): number {
  const { choices, choiceCount, current, steps } = world
  if (steps % TURN !== 0 && world.canGoOn(current)) return current
  const next = choices.subarray(0, choiceCount).find((choice) => choice > current)
  return next ?? (choices[0] as number)
}

/** Its traces, and how often each was visited. */
function tracesOf(target: Target, strategy: Strategy, executions: number) {
  const hash = new TraceHash()
  const traces = new Map<number, number>()
  const keep: Observer = {
    name: 'keep',
    reset: () => {},
    event: () => {},
    finish: () => void traces.set(hash.trace, (traces.get(hash.trace) ?? 0) + 1),
  }
  const result = explore(target, { strategy, observers: [hash, keep], executions })
  return { traces, result }
}

test('one CPU has one trace: dpor is complete with one execution', async () => {
  const { target } = await kernelSubject(ONE, POLLED)
  const { result } = tracesOf(target, makeStrategy('dpor'), 100)
  expect(result).toMatchObject({ executions: 1, blocked: 0, abandoned: 0, complete: true })
})

test('two LWPs that wake up at two ticks: dpor visits 16 traces, each once; 200 executions by chance come to no other', async () => {
  const { target } = await kernelSubject(TWO, POLLED)
  const machine = upTo(target, 4)
  const { traces, result } = tracesOf(machine, from(makeStrategy('dpor'), 3), 1000)
  expect(result).toMatchObject({ executions: 16, abandoned: 0, complete: true })
  expect(traces.size).toBe(16)
  const met = new Set<number>()
  for (const [name, executions] of [
    ['pos', 120],
    ['pct', 80],
  ] as const) {
    const sample = tracesOf(machine, from(makeStrategy(name, { seed: 3 }), 3), executions)
    for (const trace of sample.traces.keys()) met.add(trace)
  }
  expect([...met].filter((trace) => !traces.has(trace))).toEqual([])
  expect(met.size).toBeGreaterThan(6)
})

test('of a whole scenario with two CPUs dpor visits no trace twice and gives none up (first 40 executions), and says what is left', async () => {
  const { target } = await kernelSubject('hold-vs-swapper', POLLED)
  const strategy = makeStrategy('dpor')
  const { traces, result } = tracesOf(target, strategy, 40)
  expect(result).toMatchObject({ executions: 40, abandoned: 0, cut: 0, complete: false })
  expect(traces.size).toBe(40)
})

test('interrupts are enabled where no CPU can go on, and one at a time (20 executions by chance)', async () => {
  const { target, options } = await kernelSubject('hold-vs-swapper', POLLED)
  const inner = makeStrategy('random', { seed: 2 })
  let interrupts = 0
  const watched: Strategy = {
    ...from(inner, 0),
    choose(world) {
      const { choices, choiceCount } = world
      const ways = [...choices.subarray(0, choiceCount)].map((choice) => choice >> WAY_SHIFT)
      if (ways.some((way) => way >= FIRST_INTERRUPT)) {
        interrupts++
        expect(ways.length).toBe(1)
      }
      return inner.choose(world)
    },
  }
  explore(target, { strategy: watched, engine: options, executions: 20 })
  expect(interrupts).toBeGreaterThan(100)
})

test('a fault that needs no interrupt in the middle is found as well, and none in the corrected kernel (30 executions each)', async () => {
  const find = async (variant: { variant?: string }): Promise<string[]> => {
    const subject = await kernelSubject('hold-vs-swapper', { ...POLLED, ...variant })
    const strategy = makeStrategy('random', { seed: 1 })
    const { found } = explore(subject.target, {
      strategy,
      observers: subject.observers(),
      engine: subject.options,
      executions: 30,
    })
    return found.map(({ report }) => report.verdict)
  }
  expect(await find({})).toContain('panic')
  expect(await find({ variant: 'recheck-inmem' })).toEqual([])
})
