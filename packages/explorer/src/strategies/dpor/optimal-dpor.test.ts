import { LOAD, STORE } from '@holdfast/compiler'
import { expect, test } from 'vitest'
import type { ActorMem } from '../../engine/actor-mem.js'
import type { Coroutine, Target } from '../../engine/target.js'
import { explore } from '../../explore.js'
import type { Explored } from '../../explore.js'
import { Rng } from '../rng.js'
import { OptimalDpor } from './optimal-dpor.js'
import { traces, wrongTraces } from './testing/compare.js'
import { described, opTarget } from './testing/op-program.js'
import { MIXES, randomProgram } from './testing/random-program.js'
import { SleepSetSearch } from './testing/sleep-set-search.js'
import { ROWS, table } from './testing/table.js'

for (const row of ROWS) {
  const ends = row.blocked === 0 ? '' : `, ${row.blocked} of them blocked`
  test(`${row.name} has ${row.traces} traces${ends}: each is visited once, and nothing else`, () => {
    const strategy = new OptimalDpor()
    const target = opTarget(row.program, row.name)
    const distinct = row.traces <= 2000 ? row.traces : null
    const count = distinct === null ? null : traces(target, strategy, {}, row.traces + 1)
    const result = count?.result ?? explore(target, { strategy, executions: row.traces + 1 })
    expect(result).toMatchObject({
      executions: row.traces,
      blocked: row.blocked,
      abandoned: 0,
      complete: true,
    })
    expect(count?.traces.size ?? null).toBe(distinct)
    expect(strategy.blockedBySleep).toBe(0)
  })
}

const PROGRAMS = 60
for (const [about, mix] of Object.entries(MIXES)) {
  test(`${about}: of ${PROGRAMS} random programs the traces visited are those of all interleavings, each once`, () => {
    const rng = new Rng(1)
    let compared = 0
    for (let i = 0; compared < PROGRAMS; i++) {
      rng.seed(20, i)
      const program = randomProgram(rng, mix)
      const compare = wrongTraces(opTarget(program), mix.engine, 1000)
      if (compare === null) continue
      compared++
      expect(compare.wrong, described(program)).toBe('')
    }
  })
}

for (const [about, mix] of Object.entries(MIXES)) {
  test(`${about}, larger: the traces visited are as many as a search with sleep sets alone finds, 10 programs`, () => {
    const rng = new Rng(1)
    const engine = mix.engine ?? {}
    const larger = { ...mix, threads: mix.threads + 1 }
    let compared = 0
    for (let i = 0; compared < 10; i++) {
      rng.seed(21, i)
      const program = randomProgram(rng, larger)
      const target = opTarget(program)
      const all = explore(target, { strategy: new SleepSetSearch(), engine, executions: 20_000 })
      if (!all.complete) continue
      compared++
      const executions = all.executions - all.abandoned
      const result = explore(target, { strategy: new OptimalDpor(), engine, executions: executions + 1 })
      const { blocked } = all
      expect(result, described(program)).toMatchObject({ executions, blocked, abandoned: 0, complete: true })
    }
  })
}

test('a target that is not remembered (not pure) has the same traces: reorder(3,1), lockinc(3,2), carter01', () => {
  for (const row of [table.reorder(3, 1), table.lockinc(3, 2), table.carter01()]) {
    const target = { ...opTarget(row.program), pure: false }
    const result = explore(target, { strategy: new OptimalDpor() })
    expect(result).toMatchObject({ executions: row.traces, blocked: row.blocked, complete: true })
  }
})

test('a target with interrupts is refused by name', () => {
  const target = { ...opTarget(table.writers(2).program, 'machine'), interrupts: () => 0 }
  expect(() => explore(target, { strategy: new OptimalDpor() })).toThrow(
    'strategy dpor cannot explore machine, which has interrupts or waits for its host: DPOR is for threads without',
  )
})

test('a target that does something else the second time is found out', () => {
  let executions = 0
  function* first(mem: ActorMem): Coroutine {
    if (mem.$(STORE, 1, executions++ % 2 === 0 ? 1 : 2, 7, 0, 0)) yield
    if (mem.$(STORE, 2, 1, 8, 0, 0)) yield
    return 0
  }
  function* second(mem: ActorMem): Coroutine {
    if (mem.$(LOAD, 3, 1, 0, 0, 0)) yield
    return 0
  }
  const target: Target = {
    name: 'fickle',
    image: new Int32Array(4),
    pure: false,
    start(world) {
      world.addActor(first)
      world.addActor(second)
    },
  }
  expect(() => explore(target, { strategy: new OptimalDpor() })).toThrow(
    /actor 0 is about to do something else/,
  )
})

test('a failure that ends the execution is said to hide what others would have done', () => {
  function* failing(mem: ActorMem): Coroutine {
    if (mem.$(STORE, 1, 1, 7, 0, 0)) yield
    throw new Error('panic')
  }
  const target: Target = {
    name: 'panicking',
    image: new Int32Array(4),
    pure: true,
    start(world) {
      world.addActor(failing)
      world.addActor(failing)
    },
    threw: () => true,
  }
  const result = explore(target, { strategy: new OptimalDpor() })
  expect(result.executions).toBe(2)
  expect(result.bound).toMatch(/executions up to a failure that ends them \(2 did\)/)
})

test('what remains of reorder(4,1) is estimated within a half, from a tenth of it on, and is 0 at the end', () => {
  const strategy = new OptimalDpor()
  const estimates: number[] = []
  const target = opTarget(table.reorder(4, 1).program)
  const result = explore(target, {
    strategy,
    observers: [
      {
        name: 'estimates',
        reset: () => estimates.push(strategy.remaining() ?? -1),
        event: () => {},
        finish: () => {},
      },
    ],
  })
  expect(estimates[0]).toBe(-1)
  for (let done = 1440; done < 14_000; done += 500) {
    const left = 14_400 - done
    expect(estimates[done]).toBeGreaterThan(0.5 * left)
    expect(estimates[done]).toBeLessThan(1.5 * left)
  }
  expect(strategy.remaining()).toBe(0)
  expect(result.complete).toBe(true)
})

test('a program without threads, and one whose threads do nothing, have one trace', () => {
  const none: Explored = explore(opTarget({ memory: [0], threads: [] }), { strategy: new OptimalDpor() })
  expect(none).toMatchObject({ executions: 1, complete: true })
  const idle = explore(opTarget({ memory: [0], threads: [[], []] }), { strategy: new OptimalDpor() })
  expect(idle).toMatchObject({ executions: 1, complete: true })
})
