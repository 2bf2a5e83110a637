import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { arbitraryScenario } from '../testing/arbitrary-scenario.js'
import { parseScenario, parseScenarioText } from './load.js'
import { UsageError } from './problem.js'

/** Every problem of a value, as `path: message`. */
function problemsOf(data: unknown): string[] {
  try {
    parseScenario(data)
    return []
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    return error.problems.map(({ path, message }) => `${path}: ${message}`)
  }
}

const program = [{ op: 'yield' }]
const valid = {
  name: 'valid',
  description: 'one LWP that yields',
  channels: ['bell'],
  programs: { child: [{ op: 'exit' }] },
  processes: [{ name: 'only', pages: 4, lwps: [{ program }] }],
}

function withProgram(...operations: unknown[]): unknown {
  return { ...valid, processes: [{ name: 'only', pages: 4, lwps: [{ program: operations }] }] }
}

test('300 generated scenarios are accepted and survive JSON unchanged', () => {
  fc.assert(
    fc.property(arbitraryScenario, (scenario) => {
      expect(parseScenario(scenario)).toEqual(scenario)
      expect(parseScenarioText(JSON.stringify(scenario), 'test')).toEqual(scenario)
    }),
    { numRuns: 300 },
  )
})

/** How a valid scenario is spoilt, the field that is named for it, and what is said. */
const SPOILT: readonly (readonly [unknown, string])[] = [
  [{ ...valid, machine: { cpus: 0 } }, 'machine.cpus: 0 is not allowed; 1 to 256'],
  [{ ...valid, machine: { cpus: 257 } }, 'machine.cpus: 257 is not allowed; 1 to 256'],
  [{ ...valid, machine: { cpus: 1.5 } }, 'machine.cpus: 1.5 is not allowed; a whole number, 1 to 256'],
  [{ ...valid, machine: { cpus: '4' } }, 'machine.cpus: "4" is not allowed; a whole number, 1 to 256'],
  [{ ...valid, machine: { cpus: null } }, 'machine.cpus: null is not allowed; a whole number, 1 to 256'],
  [{ ...valid, machine: { memory: 63 } }, 'machine.memory: 63 is not allowed; 64 to 65,536'],
  [{ ...valid, machine: { clockRate: 0 } }, 'machine.clockRate: 0 is not allowed; 0.01 to 10,000'],
  [{ ...valid, machine: { kpreempt: 1 } }, 'machine.kpreempt: 1 is not allowed; true or false'],
  [
    { ...valid, machine: { debug: { swapdebug: ['all'] } } },
    `machine.debug.swapdebug[0]: "all" is not allowed; 'follow', 'swapin' or 'swapout'`,
  ],
  [{ ...valid, machine: [] }, 'machine: [] is not allowed; an object'],
  [{ ...valid, machine: 4 }, 'machine: 4 is not allowed; an object'],
  [{ ...valid, description: '   ' }, 'description: "   " is not allowed; a text of 1 to 2,000 characters'],
  [{ ...valid, channels: ['bell', 'bell'] }, 'channels[1]: "bell" is not allowed; a name not used before'],
  [{ ...valid, processes: [] }, 'processes: [] is not allowed; a list of 1 to 64 processes'],
  [{ ...valid, processes: 'many' }, 'processes: "many" is not allowed; a list of 1 to 64 processes'],
  [
    { ...valid, processes: [{ name: 'only', lwps: [] }] },
    'processes[0].lwps: [] is not allowed; a list of 1 to 1,000 LWPs',
  ],
  [
    { ...valid, processes: [{ name: 'p', lwps: [{}] }] },
    'processes[0].lwps[0].program: missing; a list of operations, or the name of a program',
  ],
  [
    { ...valid, processes: [{ name: 'p', lwps: [{ program: 'chld' }] }] },
    `processes[0].lwps[0].program: "chld" is not allowed; 'child'`,
  ],
  [
    { ...valid, processes: [{ name: 'p', count: 1000, lwps: [{ count: 2, program }] }] },
    'processes: 2000 LWPs in all are not allowed; 1 to 1,000',
  ],
  [
    withProgram({ op: 'touch', page: 4 }),
    "processes[0].lwps[0].program[0].page: 4 is not allowed; process 'only' has 4 pages",
  ],
  [
    withProgram({ op: 'vslock', page: 2, pages: 3 }),
    "processes[0].lwps[0].program[0].pages: 3 is not allowed; process 'only' has 4 pages",
  ],
  [
    withProgram({ op: 'compute' }),
    'processes[0].lwps[0].program[0].units: missing; a whole number, 1 to 1,000,000',
  ],
  [
    withProgram({ op: 'compute', units: 0 }),
    'processes[0].lwps[0].program[0].units: 0 is not allowed; 1 to 1,000,000',
  ],
  [
    withProgram({ op: 'wakeup', channel: 'gong' }),
    `processes[0].lwps[0].program[0].channel: "gong" is not allowed; 'bell'`,
  ],
  [
    withProgram({ op: 'sleep', ticks: 1, seconds: 1 }),
    'processes[0].lwps[0].program[0]: seconds and ticks are both given; one of them is allowed',
  ],
  [
    withProgram({ op: 'hold', process: 'nobody' }),
    `processes[0].lwps[0].program[0].process: "nobody" is not allowed; 'only', 'self' or 'any'`,
  ],
  [
    withProgram({ op: 'hold', process: 'only', lwp: 1 }),
    "processes[0].lwps[0].program[0].lwp: 1 is not allowed; 0 to 0, or 'any'",
  ],
  [
    withProgram({ op: 'fork', program: 'nobody' }),
    `processes[0].lwps[0].program[0].program: "nobody" is not allowed; 'child'`,
  ],
  [
    withProgram({ op: 'yield' }, { op: 'loop', count: 0, body: program }),
    "processes[0].lwps[0].program[1].count: 0 is not allowed; 1 to 1,000,000, or 'forever'",
  ],
  [
    withProgram({ op: 'loop', count: 2, body: [] }),
    'processes[0].lwps[0].program[0].body: [] is not allowed; a list of 1 to 256 operations',
  ],
  [
    withProgram({ op: 'choice', of: [{ body: [{ op: 'nap' }] }] }),
    'processes[0].lwps[0].program[0].of[0].body[0].op: "nap" is not allowed; one of compute',
  ],
  [{ ...valid, machne: {} }, 'machne: there is no such field; the fields are name, description, machine'],
  [{ ...valid, programs: { any: [] } }, 'programs.any: "any" is not allowed; a name of'],
  [[], 'scenario: [] is not allowed; an object'],
  [null, 'scenario: null is not allowed; an object'],
]

test.each(SPOILT.map(([data, expected]) => ({ data, expected })))(
  'refused: $expected',
  ({ data, expected }) => {
    expect(problemsOf(data)).toEqual([expect.stringContaining(expected)])
  },
)

test('nine counted loops inside one another are refused, eight and any number for ever are not', () => {
  const nest = (depth: number, count: number | 'forever'): unknown =>
    depth === 0 ? { op: 'yield' } : { op: 'loop', count, body: [nest(depth - 1, count)] }
  expect(problemsOf(withProgram(nest(8, 2)))).toEqual([])
  expect(problemsOf(withProgram(nest(12, 'forever')))).toEqual([])
  expect(problemsOf(withProgram(nest(9, 2)))[0]).toMatch(/body\[0\]: 9 is not allowed; 0 to 8 counted loops/)
})

test('300 generated scenarios with one wrong field anywhere are refused, naming the field', () => {
  fc.assert(
    fc.property(arbitraryScenario, fc.nat(), (scenario, pick) => {
      const spoilt = structuredClone(scenario)
      const places = objectsIn(spoilt, '')
      const [path, place] = places[pick % places.length] as [string, Record<string, unknown>]
      place['bogus field'] = 1
      const at = path === '' ? 'bogus field' : `${path}.bogus field`
      const problems = problemsOf(spoilt)
      expect(problems.length).toBeGreaterThan(0)
      expect(problems[0]).toContain(at)
    }),
    { numRuns: 300 },
  )
})

/** Every object in a value with its path, maps of names left out. */
function objectsIn(value: unknown, path: string): [string, Record<string, unknown>][] {
  if (Array.isArray(value)) return value.flatMap((each, index) => objectsIn(each, `${path}[${index}]`))
  if (typeof value !== 'object' || value === null) return []
  const inside = Object.entries(value).flatMap(([key, each]) =>
    objectsIn(each, path === '' ? key : `${path}.${key}`),
  )
  return path === 'programs' ? inside : [[path, value as Record<string, unknown>], ...inside]
}

test('malformed JSON is refused, naming the source', () => {
  expect(() => parseScenarioText('{"name": ', 'mine.json')).toThrow(/^mine\.json: is not JSON: /)
})
