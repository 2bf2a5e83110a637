import { expect, test } from 'vitest'
import { SCENARIOS } from '../scenarios/index.js'
import { prepare } from './prepare.js'
import { run } from './run.js'

/** Scenarios in which no fault of the protocol is in reach: whatever they find is wrong. */
const CLEAN = ['memory-pressure', 'page-thrash', 'idle']

test.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))(
  '%s runs on 2 workers for a second: LWPs get on and no worker dies; nothing is found where the protocol holds',
  async (_, scenario) => {
    const result = await run(prepare(scenario, { cpus: 2 }, 1), {
      seconds: 1,
      signal: new AbortController().signal,
      repeat: '',
      onProgress: () => {},
    })
    const operations = Object.values(result.operations).reduce((sum, each) => sum + each, 0)
    expect(operations).toBeGreaterThan(0)
    expect(result.switches).toBeGreaterThan(0)
    // A run queue that a fault of the protocol has turned into a ring can bring down anything but a worker.
    expect(result.findings.filter(({ verdict }) => verdict === 'workerDied')).toEqual([])
    if (CLEAN.includes(scenario.name)) expect(result.findings).toEqual([])
  },
)

test('memory-pressure runs on 2 workers for three seconds: u-areas go out and come back, and nothing is found', async () => {
  const scenario = SCENARIOS[0]
  if (scenario?.name !== 'memory-pressure') throw new Error('memory-pressure is not the first scenario')
  const result = await run(prepare(scenario, { cpus: 2 }, 1), {
    seconds: 3,
    signal: new AbortController().signal,
    repeat: '',
    onProgress: () => {},
  })
  expect(result.findings).toEqual([])
  expect(result.swapouts).toBeGreaterThan(0)
  expect(result.swapins).toBeGreaterThan(0)
  expect(result.checks).toBeGreaterThan(0)
})
