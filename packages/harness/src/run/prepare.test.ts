import { expect, test } from 'vitest'
import { UsageError } from '../scenario/problem.js'
import { DEFAULT_SCENARIO, SCENARIOS } from '../scenarios/index.js'
import { prepare } from './prepare.js'

test('every built-in scenario can be run on 1 to 64 CPUs, and with twice its LWPs', () => {
  for (const scenario of SCENARIOS) {
    const { lwps } = prepare(scenario, {}, 1)
    for (const cpus of [1, 2, 16, 64]) expect(prepare(scenario, { cpus }, 1).machine.cpus).toBe(cpus)
    expect(prepare(scenario, { lwps: 2 * lwps }, 1).lwps).toBe(2 * lwps)
  }
})

test('unless it is said, memory follows the CPUs and LWPs; as declared, it is as declared', () => {
  const memory = (changes: Parameters<typeof prepare>[1]) =>
    prepare(DEFAULT_SCENARIO, changes, 1).machine.memory
  const declared = DEFAULT_SCENARIO.machine?.memory as number
  expect(memory({})).toBe(declared)
  expect(memory({ cpus: 8 })).toBeGreaterThan(declared)
  expect(memory({ cpus: 1 })).toBeLessThan(declared)
  expect(memory({ lwps: 200 })).toBeGreaterThan(memory({ lwps: 150 }))
  expect(memory({ cpus: 8, memory: 900 })).toBe(900)
})

test('less memory than the kernel needs is refused, naming the option or the field', () => {
  const refused = (changes: Parameters<typeof prepare>[1], memory: number): string => {
    try {
      prepare({ ...DEFAULT_SCENARIO, machine: { memory } }, changes, 1)
      return ''
    } catch (error) {
      return (error as UsageError).message
    }
  }
  expect(refused({ memory: 100 }, 4_000)).toMatch(
    /^--memory: 100 is not allowed; at least \d+: what the kernel needs for 4 CPUs/,
  )
  expect(refused({}, 100)).toMatch(/^machine\.memory: 100 is not allowed; at least \d+/)
})
