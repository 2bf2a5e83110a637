import * as fc from 'fast-check'
import type { Operation, Program, Scenario } from '../scenario/types.js'

/** Generators of scenarios that are valid by construction. */

const CHANNELS = ['red', 'green'] as const
const PROGRAMS = ['first', 'second'] as const
const PROCESSES = ['alpha', 'beta', 'gamma'] as const

/** Every process has this many LWPs at least, and pages. */
const LWPS_AT_LEAST = 2
const PAGES_AT_LEAST = 4

const process = fc.constantFrom(...PROCESSES, 'self' as const, 'any' as const)
const lwp = fc.constantFrom(0, 1, 'any' as const)
const onLwp = { process, lwp }
const page = fc.nat({ max: PAGES_AT_LEAST - 1 })
const channel = fc.constantFrom(...CHANNELS, 'any' as const)
const requests = fc.constantFrom('attach' as const, 'step' as const, 'detach' as const)

const simple: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ op: fc.constant('compute' as const), units: fc.integer({ min: 1, max: 1_000_000 }) }),
  fc.record({ op: fc.constant('touch' as const), page, write: fc.boolean() }),
  fc.record({ op: fc.constant('sleep' as const), channel, ticks: fc.nat({ max: 1_000 }) }),
  fc.record({ op: fc.constant('sleep' as const), seconds: fc.double({ min: 0, max: 3_600, noNaN: true }) }),
  fc.record({ op: fc.constant('wakeup' as const), channel }),
  fc.record({ op: fc.constantFrom('hold' as const, 'rele' as const, 'regread' as const), ...onLwp }),
  fc.record({ op: fc.constant('ptrace' as const), request: requests, ...onLwp }),
  fc.record({ op: fc.constant('procfs' as const), request: requests, ...onLwp }),
  fc.record({ op: fc.constantFrom('stop' as const, 'cont' as const, 'kill' as const), process }),
  fc.record({
    op: fc.constantFrom('fork' as const, 'lwpCreate' as const),
    program: fc.constantFrom(...PROGRAMS),
  }),
  fc.record({ op: fc.constant('exit' as const), code: fc.nat({ max: 255 }) }),
  fc.record({
    op: fc.constantFrom('lwpExit' as const, 'vsunlock' as const, 'yield' as const, 'rele' as const),
  }),
  fc.record({ op: fc.constant('wait' as const), nohang: fc.boolean() }),
  fc.record({
    op: fc.constant('vslock' as const),
    page: fc.nat({ max: 2 }),
    pages: fc.integer({ min: 1, max: 2 }),
  }),
  fc.record({ op: fc.constant('physio' as const), pages: fc.integer({ min: 1, max: 4 }) }),
  fc.record({
    op: fc.constant('setclass' as const),
    class: fc.constantFrom('other' as const, 'fifo' as const),
    ...onLwp,
  }),
  fc.record({ op: fc.constant('nice' as const), value: fc.integer({ min: -20, max: 19 }) }),
  fc.record({ op: fc.constant('kernacc' as const), pages: fc.integer({ min: 1, max: 1_024 }) }),
)

/** Programs with loops and choices at most two deep. */
const arbitraryProgram: fc.Arbitrary<Program> = fc.letrec<{ program: Program; operation: Operation }>(
  (tie) => ({
    program: fc.array(tie('operation'), { maxLength: 5, depthIdentifier: 'program' }),
    operation: fc.oneof(
      { maxDepth: 2, depthIdentifier: 'program' },
      simple,
      fc.record({
        op: fc.constant('loop' as const),
        count: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constant('forever' as const)),
        body: fc.array(tie('operation'), { minLength: 1, maxLength: 3 }),
      }),
      fc.record({
        op: fc.constant('choice' as const),
        of: fc.array(fc.record({ weight: fc.integer({ min: 1, max: 100 }), body: tie('program') }), {
          minLength: 1,
          maxLength: 4,
        }),
      }),
    ),
  }),
).program

/** Scenarios that are valid in every respect. */
export const arbitraryScenario: fc.Arbitrary<Scenario> = fc.record(
  {
    name: fc.constantFrom('a', 'made-up', 'x9'),
    description: fc.string({ minLength: 1, maxLength: 50 }).map((text) => `about ${text}`.trim()),
    machine: fc.record(
      {
        cpus: fc.integer({ min: 1, max: 256 }),
        memory: fc.integer({ min: 64, max: 65_536 }),
        upages: fc.integer({ min: 2, max: 4 }),
        maxslp: fc.integer({ min: 1, max: 3_600 }),
        freemin: fc.nat({ max: 32 }),
        swapout: fc.boolean(),
        hz: fc.integer({ min: 8, max: 1_000 }),
        clockRate: fc.double({ min: 0.01, max: 10_000, noNaN: true }),
        kpreempt: fc.boolean(),
        debug: fc.record({
          enableswap: fc.boolean(),
          swapdebug: fc.subarray(['follow', 'swapin', 'swapout'] as const),
        }),
      },
      { requiredKeys: [] },
    ),
    channels: fc.constant([...CHANNELS]),
    programs: fc.record({ first: arbitraryProgram, second: arbitraryProgram }),
    processes: fc.tuple(...PROCESSES.map(arbitraryProcess)),
  },
  { requiredKeys: ['name', 'description', 'channels', 'programs', 'processes'] },
)

function arbitraryProcess(name: string): fc.Arbitrary<Scenario['processes'][number]> {
  return fc.record({
    name: fc.constant(name),
    count: fc.integer({ min: 1, max: 12 }),
    nice: fc.integer({ min: -20, max: 19 }),
    pages: fc.integer({ min: PAGES_AT_LEAST, max: 1_024 }),
    lwps: fc.array(
      fc.record({
        count: fc.integer({ min: 1, max: 5 }),
        class: fc.constantFrom('other' as const, 'fifo' as const, 'rr' as const),
        priority: fc.nat({ max: 63 }),
        program: fc.oneof(arbitraryProgram, fc.constantFrom(...PROGRAMS)),
      }),
      { minLength: LWPS_AT_LEAST, maxLength: 3 },
    ),
  })
}
