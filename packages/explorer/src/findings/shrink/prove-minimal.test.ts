import { ADD, AWAIT, LOAD, STORE } from '@holdfast/compiler'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ActorMem } from '../../engine/actor-mem.js'
import { ENDED } from '../../engine/kinds.js'
import type { Observer, Report } from '../../engine/observer.js'
import type { Coroutine, Target } from '../../engine/target.js'
import type { World } from '../../engine/world.js'
import { explore, faultKey } from '../../explore.js'
import type { Found } from '../../explore.js'
import { PreemptionBound } from '../../strategies/preemption-bound.js'
import { RandomWalk } from '../../strategies/random-walk.js'
import { op, threadsTarget } from '../../strategies/testing/hand-written.js'
import type { Subject } from '../../subject.js'
import { Budget } from './budget.js'
import { Exactly } from './plan.js'
import { UpwardSearch } from './prove-minimal.js'
import { Reduction } from './reduction.js'
import { Rng } from '../../strategies/rng.js'
import { shrink } from './shrink.js'
import { sameFault, Trials } from './trial.js'

function subjectOf(target: Target, observers: () => Observer[] = () => []): Subject {
  return { id: `program:${target.name}`, hash: '01234567', target, options: {}, sites: [], observers }
}

/** Of each fault, the fewest preemptions with which any execution shows it: by running all with none, with one, ... until all were shown. */
function fewest(subject: Subject, faults: readonly Found[]): Map<string, number> {
  const least = new Map<string, number>()
  for (let bound = 0; faults.some(({ report }) => !least.has(faultKey(report))); bound++) {
    const { found } = explore(subject.target, {
      strategy: new PreemptionBound({ bound }),
      observers: subject.observers(),
    })
    for (const { report } of found) if (!least.has(faultKey(report))) least.set(faultKey(report), bound)
  }
  return least
}

function faultsOf(subject: Subject): readonly Found[] {
  const strategy = new RandomWalk(1)
  return explore(subject.target, { strategy, observers: subject.observers(), executions: 50 }).found
}

type Step = readonly [kind: number, word: number]

/** Threads of random operations. An await waits while the word is 0: what can make it something else is an ADD. */
const threads = fc.array(
  fc.array(fc.tuple(fc.constantFrom(ADD, LOAD, STORE, AWAIT), fc.integer({ min: 1, max: 3 })), {
    maxLength: 3,
  }),
  { minLength: 2, maxLength: 3 },
)

/** The last word of each thread tells in which order things came. */
function* thread(mem: ActorMem, steps: readonly Step[], me: number): Generator<unknown, void> {
  let seen = me + 1
  for (const [n, [kind, word]] of steps.entries()) {
    const got = yield* op(mem, kind, me * 16 + n, word, kind === AWAIT ? 0 : seen)
    if (kind !== AWAIT) seen = (seen * 3 + got) & 7
  }
  yield* op(mem, STORE, me * 16 + 15, 16 + me, seen)
}

function program(bodies: readonly (readonly Step[])[]): Target {
  const makers = bodies.map((steps, me) => (mem: ActorMem) => thread(mem, steps, me))
  const target = threadsTarget('random', 32, makers)
  return Object.assign(asMachine(target), { finish: tellTheEnd })
}

/** Each end is a fault of its own. */
function tellTheEnd(world: World): void {
  if (world.outcome === 'abandoned') return
  const message = `${world.outcome} with ${world.words.subarray(16, 19).join()}`
  world.report({ verdict: 'assertion', message, sites: [] })
}

/** Not remembered, so that what a search repeats is followed. */
function asMachine(target: Target): Target {
  return Object.create(target, { pure: { value: false } }) as Target
}

/** The same as a machine whose first actor may be interrupted so many times, anywhere: the handler counts, and so changes what others see. */
function ticking(bodies: readonly (readonly Step[])[], ticks: number): Target {
  const target = program(bodies)
  let taken = 0
  let inside = false
  function* handler(mem: ActorMem): Generator<unknown, void> {
    yield* op(mem, ADD, 100, 1, 1)
    inside = false
  }
  const more: Partial<Target> = {
    start(world) {
      taken = 0
      inside = false
      target.start(world)
    },
    interrupts: (world: World, actor: number) =>
      actor === 0 && !inside && taken < ticks && world.kind[0] !== ENDED ? 1 : 0,
    handler(world) {
      taken++
      inside = true
      return handler(world.mems[0] as ActorMem) as Coroutine
    },
    hidden: () => taken,
  }
  return Object.assign(Object.create(target) as Target, more)
}

/** Searches upwards from the execution that showed a fault first. */
function searched(subject: Subject, { report, schedule }: Found, visiting: 'each' | 'states'): Searched {
  const trials = new Trials(subject, sameFault(report))
  const shown = trials.begin(() => new Exactly(schedule))
  if (shown === undefined) throw new Error(`${report.message}: not shown again`)
  const reduction = new Reduction(trials, shown, new Rng(1))
  const { atLeast, isDone } = ran(new UpwardSearch(trials, reduction, visiting))
  return { best: reduction.best.preemptions, atLeast, isDone, attempts: trials.attempts }
}

interface Searched {
  readonly best: number
  readonly atLeast: number
  readonly isDone: boolean
  readonly attempts: number
}

function ran(search: UpwardSearch): UpwardSearch {
  search.run(new Budget(Infinity, Infinity))
  return search
}

/** Returns how many preemptions the faults of a target take, all together. */
function provesAsBruteForce(target: Target): number {
  const subject = subjectOf(target)
  const faults = faultsOf(subject)
  const least = fewest(subject, faults)
  let all = 0
  for (const found of faults) {
    const { best, isDone } = searched(subject, found, 'states')
    expect([best, isDone]).toEqual([least.get(faultKey(found.report)), true])
    all += best
  }
  return all
}

test('what is proven by states is what running all executions shows: 80 programs with awaits, 40 of which have ticks', () => {
  let preemptions = 0
  fc.assert(
    fc.property(threads, fc.integer({ min: -1, max: 2 }), (bodies, ticks) => {
      preemptions += provesAsBruteForce(ticks <= 0 ? program(bodies) : ticking(bodies, ticks))
    }),
    { numRuns: 80, seed: 5 },
  )
  expect(preemptions).toBeGreaterThan(10)
})

const A = 8
const B = 9

/** Two threads add to a word; the other order leads to the same state. */
function adders(): Target {
  function* adder(mem: ActorMem, me: number): Generator<unknown, void> {
    yield* op(mem, STORE, me, B + me, 1)
    yield* op(mem, STORE, 4 + me, A, 1)
    yield* op(mem, STORE, 8 + me, B + me, 2)
  }
  return threadsTarget('adders', 16, [(mem) => adder(mem, 0), (mem) => adder(mem, 1)])
}

/** Two threads take numbers, `n` each, and count them in words of their own. The fault: they took them in turns, for which each must be preempted before each of its own but the first. */
function inTurns(n: number): { subject: Subject; found: Found } {
  function* taker(mem: ActorMem, me: number): Generator<unknown, void> {
    for (let i = 0; i < n; i++) {
      const number = yield* op(mem, ADD, me, A, 1)
      yield* op(mem, STORE, 8 + me, B + number, me + 1)
      yield* op(mem, STORE, 12 + me, 28 + me, i)
    }
  }
  const makers = [0, 1].map((me) => (mem: ActorMem) => taker(mem, me))
  const taken = Array.from({ length: 2 * n }, (_, number) => 1 + (number % 2)).join()
  const target = threadsTarget('in-turns', 32, makers, (words) => words.slice(B, B + 2 * n).join() === taken)
  const report = { verdict: 'assertion', message: 'at the end', sites: [] }
  const schedule = Uint16Array.from({ length: 6 * n }, (_, step) => Math.floor(step / 3) & 1)
  return {
    subject: subjectOf(asMachine(target)),
    found: { report, schedule, execution: 0, seconds: 0, count: 1 },
  }
}

/** Reports if, of the stores to A, the second thread's came first, and the first thread had begun: a matter of the way. */
function storedSecondFirst(ofStates: boolean): Observer {
  let begun = false
  let first = -1
  return {
    name: 'who was first',
    ofStates,
    reset() {
      begun = false
      first = -1
    },
    event({ evAddr, evActor }) {
      if (evAddr === B) begun = true
      if (evAddr === A && first < 0) first = evActor === 1 && begun ? 1 : 0
    },
    finish(world) {
      if (world.outcome === 'done' && first === 1)
        world.report({ verdict: 'invariant', message: 'the second thread was first', sites: [] })
    },
  }
}

/** T1 begins, and T2 is first; then they take turns. */
function secondFirst(): Found {
  const report = { verdict: 'invariant', message: 'the second thread was first', sites: [] }
  return { report, schedule: Uint16Array.of(0, 1, 1, 0, 1, 0), execution: 0, seconds: 0, count: 1 }
}

test('of a fault that is told by the way to a state, visiting each state once proves nothing, and running each execution does', () => {
  const subject = subjectOf(adders(), () => [storedSecondFirst(false)])
  expect(searched(subject, secondFirst(), 'each')).toMatchObject({ best: 1, atLeast: 1, isDone: true })
  expect(searched(subject, secondFirst(), 'states')).toMatchObject({ atLeast: 0, isDone: false })
  const shrunk = shrink(subject, secondFirst(), { attempts: 500, subjects: false })
  expect([shrunk?.cost.preemptions, shrunk?.minimal, shrunk?.atLeast]).toEqual([1, true, 1])
})

/** Reports if the second thread stores to A while the first is between its stores to B: a matter of the state, if the report says so. */
function metInTheMiddle(says: Partial<Report>): { subject: Subject; found: Found } {
  const report: Report = { verdict: 'invariant', message: 'met in the middle', sites: [], ...says }
  const observer: Observer = {
    name: 'middle',
    reset: () => {},
    event(world) {
      if (world.evAddr === A && world.evActor === 1 && world.words[B] === 1) world.report(report)
    },
    finish: () => {},
  }
  return {
    subject: subjectOf(asMachine(adders()), () => [observer]),
    found: { report, schedule: Uint16Array.of(0, 1, 0, 1, 1, 0), execution: 0, seconds: 0, count: 1 },
  }
}

test('of a report that says it is of the state, visiting each state once proves it, though its checker has others; of one that does not say so, not', () => {
  const told = metInTheMiddle({ ofState: true })
  expect(searched(told.subject, told.found, 'states')).toMatchObject({ best: 1, atLeast: 1, isDone: true })
  const untold = metInTheMiddle({})
  expect(searched(untold.subject, untold.found, 'states')).toMatchObject({ atLeast: 0, isDone: false })
})

test('of one that is told by the state, visiting each state once proves it, in fewer executions', () => {
  const { subject, found } = inTurns(3)
  const each = searched(subject, found, 'each')
  const states = searched(subject, found, 'states')
  expect(each).toMatchObject({ best: 4, atLeast: 4, isDone: true })
  expect(states).toMatchObject({ best: 4, atLeast: 4, isDone: true })
  expect(states.attempts * 2).toBeLessThan(each.attempts)
})

test('what a search has got through when its budget is spent is a lower bound, and it is told', () => {
  const { subject, found } = inTurns(4)
  const shrunk = shrink(subject, found, { attempts: 250, subjects: false })
  expect([shrunk?.cost.preemptions, shrunk?.minimal]).toEqual([6, false])
  expect(shrunk?.atLeast).toBeGreaterThan(0)
  expect(shrunk?.atLeast).toBeLessThan(6)
})
