import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkScenario } from '../scenario/check.js'
import { lwpsEach, lwpsTotal } from '../scenario/walk.js'
import { SCENARIOS } from '../scenarios/index.js'
import { arbitraryScenario } from '../testing/arbitrary-scenario.js'
import { resize } from './resize.js'

test('any scenario has exactly the LWPs asked for, every kind of process, and stays valid (500 cases)', () => {
  fc.assert(
    fc.property(
      fc.oneof(arbitraryScenario, fc.constantFrom(...SCENARIOS)),
      fc.nat({ max: 400 }),
      (scenario, more) => {
        const least = scenario.processes.reduce((sum, process) => sum + lwpsEach(process), 0)
        const resized = resize(scenario, least + more)
        expect(lwpsTotal(resized)).toBe(least + more)
        expect(checkScenario(resized)).toEqual([])
        const names = new Set(resized.processes.map(({ name }) => name))
        for (const { name } of scenario.processes) expect(names).toContain(name)
      },
    ),
    { numRuns: 500 },
  )
})

test('fewer than one of each kind are refused, with the number needed', () => {
  const [scenario] = SCENARIOS
  if (scenario === undefined) throw new Error('there are no scenarios')
  expect(() => resize(scenario, 1)).toThrow(
    /^--lwps: 1 is not allowed; at least \d+, for one of each process of 'memory-pressure'$/,
  )
})
