import { afterAll, expect, test } from 'vitest'
import { Jobs } from '../explore/campaign/jobs.js'
import { MUTANTS } from './index.js'
import type { Mutant } from './mutant.js'
import { runZoo } from './run-zoo.js'
import type { Zoo } from './run-zoo.js'
import { zooPage } from './zoo-page.js'
import { isSound, zooJson, zooReport } from './zoo-report.js'

const EXECUTIONS = 40
const EXECUTIONS_OF_SCENARIOS = 6
const jobs = new Jobs(2)
afterAll(() => jobs.close())

function subset(...ids: string[]): Mutant[] {
  return MUTANTS.filter(({ id }) => ids.includes(id)).map((mutant) => ({
    ...mutant,
    executions: mutant.target.startsWith('scenario:') ? EXECUTIONS_OF_SCENARIOS : EXECUTIONS,
  }))
}

function run(mutants: readonly Mutant[], signal = new AbortController().signal, on = jobs): Promise<Zoo> {
  return runZoo({ mutants, seed: 1, seconds: undefined, jobs: on, signal })
}

/** All but what depends on the machine. */
function lasting({ shown, twins }: Zoo): unknown {
  const tried = shown.map((each) =>
    each.tried.map(({ name, executions, caught }) => [name, executions, caught?.verdict]),
  )
  return [tried, shown.map(({ preemptions }) => preemptions), twins]
}

const LOCKS = ['mutex-exit-no-wake', 'condvar-wait-not-atomic', 'reader-count-not-atomic'] as const
const KERNEL = ['holdcnt-not-atomic'] as const

test(`${[...LOCKS, ...KERNEL].join(', ')} are caught as expected, and nothing is found without them (${EXECUTIONS} executions of each strategy, of the kernel ${EXECUTIONS_OF_SCENARIOS})`, {
  timeout: 120_000,
}, async () => {
  const zoo = await run(subset(...LOCKS, ...KERNEL))
  expect(zoo.shown.map(({ best, isExpected }) => [best !== undefined, isExpected])).toEqual(
    zoo.shown.map(() => [true, true]),
  )
  expect(zoo.twins.flatMap(({ found }) => found)).toEqual([])
  expect(isSound(zoo)).toBe(true)
  const { falseAlarms, mutants } = zooJson(zoo)
  expect(falseAlarms).toBe(0)
  for (const { strategies, target, preemptions } of mutants) {
    expect(strategies['delay-there'] === null).toBe(target.startsWith('program:'))
    expect(strategies.dpor).not.toBeNull()
    expect(preemptions).toBeGreaterThanOrEqual(0)
  }
  expect(zooReport(zoo)).toMatch(/4 of 4 mutants caught .* 0 false alarms in [\d,]+ executions of 4 twins/)
  for (const { mutant } of zoo.shown) expect(zooPage(zoo)).toContain(`### ${mutant.id}`)
})

test('what is found does not depend on the number of jobs', { timeout: 60_000 }, async () => {
  const mutants = subset(...LOCKS)
  const alone = new Jobs(1)
  try {
    expect(lasting(await run(mutants, undefined, alone))).toEqual(lasting(await run(mutants)))
  } finally {
    await alone.close()
  }
})

test('a mutant that changes nothing is not caught; one that is caught by another verdict than expected is told', {
  timeout: 60_000,
}, async () => {
  const [mutex] = subset('mutex-exit-no-wake')
  const harmless: Mutant = {
    ...(mutex as Mutant),
    corrections: 'mutex-exit-loads',
    id: 'mutex-exit-loads',
    patches: [],
  }
  const missed = await run([{ ...harmless, corrections: '' }])
  expect(missed.shown[0]?.best).toBeUndefined()
  expect(isSound(missed)).toBe(false)
  expect(zooReport(missed)).toContain('mutex-exit-loads: NOT CAUGHT')
  const surprising = await run([{ ...(mutex as Mutant), expected: ['wireLeak'] }])
  expect(surprising.shown[0]?.isExpected).toBe(false)
  expect(zooReport(surprising)).toMatch(/mutex-exit-no-wake: caught by .*; expected was wireLeak/)
})

test('a twin in which something is found is a false alarm', { timeout: 60_000 }, async () => {
  const [mutex] = subset('mutex-exit-no-wake')
  // Without the correction a program's checker has something to say about the plain read of mutex_exit.
  const { corrections: _, ...bare } = mutex as Mutant
  const zoo = await run([bare])
  expect(zooJson(zoo).falseAlarms).toBe(1)
  expect(isSound(zoo)).toBe(false)
})

test('in parallel: what was found first, and nothing of a program; a finding of the twin is a false alarm', {
  timeout: 60_000,
}, async () => {
  const mutants = subset(...LOCKS.slice(0, 1), ...KERNEL).map((mutant) => ({ ...mutant, executions: 1 }))
  const finding = { verdict: 'race', message: 'two at once', seconds: 1 } as const
  const runs: string[] = []
  const parallel = (found: (variant: string) => boolean): Promise<Zoo> =>
    runZoo({
      mutants,
      seed: 1,
      seconds: undefined,
      jobs,
      signal: new AbortController().signal,
      parallel: ({ scenario, variant }) => {
        runs.push(scenario)
        return Promise.resolve(found(variant) ? finding : null)
      },
    })
  const zoo = await parallel((variant) => variant.endsWith(KERNEL[0]))
  expect(runs).toEqual(['register-readers', 'register-readers'])
  expect(zooJson(zoo).mutants.map((each) => each.parallel)).toEqual([{ verdict: 'race', seconds: 1 }, null])
  expect(isSound(zoo)).toBe(true)
  const alarming = await parallel(() => true)
  expect(zooJson(alarming).falseAlarms).toBe(1)
  expect(isSound(alarming)).toBe(false)
})

test('a zoo that is interrupted keeps what it has, and is not sound', { timeout: 60_000 }, async () => {
  const zoo = await run(subset(...LOCKS), AbortSignal.abort())
  expect(zoo.interrupted).toBe(true)
  expect(isSound(zoo)).toBe(false)
  expect(zooReport(zoo)).toContain('Interrupted')
})
