import { expect, test } from 'vitest'
import { parseScenario } from '../scenario/load.js'
import { lwpsTotal } from '../scenario/walk.js'
import { DEFAULT_SCENARIO, SCENARIOS } from './index.js'

test('there are at least ten, with names of their own, and the default is one of them', () => {
  expect(SCENARIOS.length).toBeGreaterThanOrEqual(10)
  expect(new Set(SCENARIOS.map(({ name }) => name)).size).toBe(SCENARIOS.length)
  expect(SCENARIOS).toContain(DEFAULT_SCENARIO)
})

test.each(SCENARIOS)(
  '$name is valid, says in a paragraph what it exercises, and fits a machine of its own',
  (scenario) => {
    expect(parseScenario(JSON.parse(JSON.stringify(scenario)))).toEqual(scenario)
    expect(scenario.description.split(/\s+/).length).toBeGreaterThan(30)
    expect(lwpsTotal(scenario)).toBeLessThanOrEqual(500)
  },
)
