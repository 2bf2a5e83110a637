import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { SCENARIOS } from '../scenarios/index.js'
import { arbitraryScenario } from '../testing/arbitrary-scenario.js'
import { scenarioJsonSchema } from './json-schema.js'

const published = new URL('../../schema/scenario.schema.json', import.meta.url)
const validate = new Ajv2020({ strict: false }).compile(scenarioJsonSchema())

test('the published schema is the one made from the code (pnpm --filter @holdfast/harness schema)', () => {
  expect(JSON.parse(readFileSync(published, 'utf8'))).toEqual(scenarioJsonSchema())
})

test('every built-in and 200 generated scenarios satisfy the published schema', () => {
  for (const scenario of SCENARIOS) expect([validate(scenario), validate.errors]).toEqual([true, null])
  fc.assert(
    fc.property(arbitraryScenario, (scenario) =>
      validate({ $schema: './scenario.schema.json', ...scenario }),
    ),
    { numRuns: 200 },
  )
})

test('what it refuses: no CPUs, an unknown operation, an unknown field, a reserved word for a number', () => {
  const scenario = (operation: unknown): unknown => ({
    name: 'x',
    description: 'x',
    processes: [{ name: 'p', lwps: [{ program: [operation] }] }],
  })
  expect(validate(scenario({ op: 'yield' }))).toBe(true)
  expect(validate(scenario({ op: 'jump' }))).toBe(false)
  expect(validate(scenario({ op: 'yield', to: 1 }))).toBe(false)
  expect(validate(scenario({ op: 'touch', page: 'all' }))).toBe(false)
  expect(validate({ ...(scenario({ op: 'yield' }) as object), machine: { cpus: 0 } })).toBe(false)
})
