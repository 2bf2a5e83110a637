import * as fc from 'fast-check'
import type { CpuLog, RecordedRun } from '@holdfast/cpu'
import { afterEach, expect, test } from 'vitest'
import { prepare } from '../run/prepare.js'
import { UsageError } from '../scenario/problem.js'
import type { Scenario } from '../scenario/types.js'
import { arbitraryScenario } from '../testing/arbitrary-scenario.js'
import { LIMITS, closeRecorded, named, openRecorded } from '../testing/recorded-scenarios.js'
import type { Recorded } from './recorded-scenario.js'
import { RecordingError, rebuild } from './rebuild.js'
import { trustText } from './trust.js'

afterEach(closeRecorded)

function eventsOf({ logs }: RecordedRun): number {
  return logs.reduce((sum, { events }) => sum + events, 0)
}

test.each([
  'hold-vs-swapper',
  'scan-vs-exit',
  'realtime-vs-hold',
  'three-holders',
  'recycle-vs-scan',
  'vslock-vs-fork',
])('%s: a parallel run is executed again event for event, with the values it read (5 runs)', async (name) => {
  const scenario = await openRecorded(name)
  for (let run = 0; run < 5; run++) {
    const recorded = await scenario.run(LIMITS)
    const rebuilt = rebuild(scenario.subject, recorded, { check: false })
    expect(rebuilt.drift).toBeUndefined()
    expect(
      recorded.run.reason === 'done' || recorded.run.reason === 'failed' || recorded.run.reason === 'stalled',
    ).toBe(true)
    expect(trustText(recorded, rebuilt)).toEqual([])
    // What an execution does not have to do any more when its work is done, or it has failed.
    if (rebuilt.outcome === 'abandoned') expect(rebuilt.choices.length).toBe(eventsOf(recorded.run))
  }
})

/** Small enough that a run of a tenth of a second tells something. */
function small(scenario: Scenario, cpus: number): Scenario | undefined {
  const processes = scenario.processes.map((each) => ({
    ...each,
    count: 1,
    pages: Math.min(each.pages ?? 4, 8),
    lwps: each.lwps.map((lwp) => ({ ...lwp, count: 1 })),
  }))
  const { kpreempt = false } = scenario.machine ?? {}
  const made = {
    ...scenario,
    machine: { cpus, memory: 320, swapPages: 64, hz: 8, maxslp: 1, kpreempt },
    processes,
  }
  try {
    prepare(made, {}, 1)
    return made
  } catch (error) {
    if (error instanceof UsageError) return undefined
    throw error
  }
}

test('random scenarios: parallel runs are executed again event for event (6 scenarios, 2 and 3 CPUs, with and without preemption)', async () => {
  const samples = fc.sample(arbitraryScenario, { numRuns: 40, seed: 7 })
  let runs = 0
  for (const [i, sample] of samples.entries()) {
    const scenario = small(sample, 2 + (i % 2))
    if (scenario === undefined || runs === 6) continue
    const machine = await openRecorded(scenario)
    const recorded = await machine.run({ ms: 100, stallMs: 1_000 })
    const rebuilt = rebuild(machine.subject, recorded, { check: false })
    expect(rebuilt.drift, JSON.stringify(scenario.machine)).toBeUndefined()
    expect(eventsOf(recorded.run)).toBeGreaterThan(100)
    await machine.close()
    runs++
  }
  expect(runs).toBe(6)
})

/** The same log, lost after `events` events. */
function cut(log: CpuLog, events: number): CpuLog {
  return {
    events,
    ended: false,
    hash: undefined,
    after: log.after.filter(({ event }) => event < events),
    interrupts: log.interrupts.filter(({ event }) => event < events),
    checks: log.checks.filter(({ event }) => event <= events),
    bytes: log.bytes,
  }
}

test('of a log that was cut short it is said how far it goes; up to there the execution is the recorded one', async () => {
  const scenario = await openRecorded('hold-vs-swapper')
  const recorded = await scenario.run(LIMITS)
  const whole = rebuild(scenario.subject, recorded, { check: false })
  const [first, second] = recorded.run.logs as [CpuLog, CpuLog]
  const half = second.events >> 1
  const lost: Recorded = {
    ...recorded,
    run: { ...recorded.run, reason: 'died', logs: [first, cut(second, half)] },
  }
  const rebuilt = rebuild(scenario.subject, lost, { check: false })
  expect(rebuilt.drift).toBeUndefined()
  // What follows on words of its own, before which nothing is chosen, it does as well.
  expect(rebuilt.events[1]).toBeGreaterThanOrEqual(half)
  expect(rebuilt.events[1]).toBeLessThan(second.events)
  expect(rebuilt.certain).toBeLessThan(whole.choices.length)
  expect(trustText(lost, rebuilt).join()).toMatch(
    `the log of CPU1 was cut short: the order of its first ${half} events is known`,
  )
})

test('a worker that is lost leaves its log: the run is rebuilt as far as it is known', async () => {
  const scenario = await openRecorded({
    ...named('memory-pressure'), // which has no fault that could come first
    machine: { ...named('memory-pressure').machine, cpus: 2 },
  })
  await scenario.run({ ms: 50, stallMs: 5_000 }) // the workers are there now
  const running = scenario.run({ ms: 10_000, stallMs: 5_000 })
  await new Promise((resolve) => setTimeout(resolve, 300))
  const recorders = Reflect.get(scenario, 'recorders') as { workers: { terminate(): Promise<number> }[] }
  await recorders.workers[1]?.terminate()
  const recorded = await running
  expect(recorded.run.reason).toBe('died')
  expect(recorded.run.logs.map(({ ended }) => ended)).toEqual([true, false])
  expect(eventsOf(recorded.run)).toBeGreaterThan(0)
  const rebuilt = rebuild(scenario.subject, recorded, { check: false })
  expect(rebuilt.drift).toBeUndefined()
  expect(trustText(recorded, rebuilt).join()).toMatch('the log of CPU1 was cut short')
})

test('another value than the run read is noticed, and where: every check the execution comes to (up to 4)', async () => {
  const scenario = await openRecorded('hold-vs-swapper')
  let tried = 0
  // A run that meets the scenario's fault at once is too short to hold a check.
  for (let run = 0; run < 20 && tried === 0; run++) {
    const recorded = await scenario.run(LIMITS)
    const [first, second] = recorded.run.logs as [CpuLog, CpuLog]
    const reached = rebuild(scenario.subject, recorded, { check: false }).events[1] ?? 0
    for (const [i, { event }] of second.checks.slice(0, 4).entries()) {
      if (event > reached) break
      const checks = second.checks.map((check, j) => (j === i ? { ...check, hash: check.hash ^ 1 } : check))
      const wrong: Recorded = { ...recorded, run: { ...recorded.run, logs: [first, { ...second, checks }] } }
      const { drift } = rebuild(scenario.subject, wrong, { check: false })
      expect(drift).toMatchObject({ cpu: 1, why: 'values', event, since: second.checks[i - 1]?.event ?? 0 })
      tried++
    }
  }
  expect(tried).toBeGreaterThan(0)
})

test('a recording of another kernel is refused', async () => {
  const scenario = await openRecorded('hold-vs-swapper')
  const other = await openRecorded('hold-vs-swapper', { variant: 'recheck-inmem' })
  const recorded = await scenario.run(LIMITS)
  expect(() => rebuild(other.subject, recorded)).toThrow(RecordingError)
})

test('a full log ends the run, and what it holds is replayed', async () => {
  const scenario = await openRecorded('hold-storm', { logBytes: 8_192 })
  const recorded = await scenario.run({ ms: 10_000, stallMs: 5_000 })
  expect(recorded.run.reason).toBe('full')
  const rebuilt = rebuild(scenario.subject, recorded, { check: false })
  expect(rebuilt.drift).toBeUndefined()
  expect(trustText(recorded, rebuilt)).toEqual([])
})
