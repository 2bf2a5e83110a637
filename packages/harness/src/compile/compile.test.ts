import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  CHANNELS,
  INSTRUCTION_WORDS,
  OP_BRANCH,
  OP_COMPUTE,
  OP_COUNT,
  OP_END,
  OP_HOLD,
  OP_JUMP,
  OP_LOOP,
  OP_RELE,
  OP_SETCLASS,
  OP_SLEEP,
  OP_WAKEUP,
  RANDOM,
  REGISTERS,
  SCHED_FIFO,
} from '@holdfast/kernel'
import type { Program, Scenario } from '../scenario/types.js'
import { parseScenario } from '../scenario/load.js'
import { SCENARIOS } from '../scenarios/index.js'
import { arbitraryScenario } from '../testing/arbitrary-scenario.js'
import { compileScenario } from './compile.js'

function scenarioOf(program: Program, more: Partial<Scenario> = {}): Scenario {
  return parseScenario({
    name: 'x',
    description: 'x',
    channels: ['red', 'green'],
    processes: [
      { name: 'first', lwps: [{ program }] },
      { name: 'pair', count: 2, lwps: [{ program: [] }] },
    ],
    ...more,
  })
}

/** The instructions of the first LWP's program. */
function instructionsOf(program: Program, more?: Partial<Scenario>): number[][] {
  const workload = compileScenario(scenarioOf(program, more), 1)
  return instructions(workload.programs[workload.processes[0]?.lwps[0]?.program ?? -1] ?? [])
}

function instructions(words: readonly number[]): number[][] {
  return Array.from({ length: words.length / INSTRUCTION_WORDS }, (_, n) =>
    words.slice(n * INSTRUCTION_WORDS, (n + 1) * INSTRUCTION_WORDS),
  )
}

test('the built-in and 300 generated scenarios compile, the same each time, to programs whose every operand is in range', () => {
  for (const scenario of SCENARIOS) checkWorkload(scenario)
  fc.assert(fc.property(arbitraryScenario, checkWorkload), { numRuns: 300 })
})

function checkWorkload(scenario: Scenario): void {
  const workload = compileScenario(scenario, 7)
  expect(compileScenario(structuredClone(scenario), 7)).toEqual(workload)
  expect(JSON.parse(JSON.stringify(workload))).toEqual(workload)
  expect(workload.processes.length).toBe(scenario.processes.reduce((sum, { count = 1 }) => sum + count, 0))
  for (const { nice, lwps } of workload.processes) {
    expect(nice >= 0 && nice <= 39).toBe(true)
    for (const lwp of lwps) expect(workload.programs[lwp.program]).toBeDefined()
  }
  for (const program of workload.programs) {
    const code = instructions(program)
    expect(code.at(-1)?.[0]).toBe(OP_END)
    for (const [op = -1, a = 0, b = 0, c = 0] of code) {
      expect(op >= 0 && op < OP_COUNT && [a, b, c].every(Number.isInteger)).toBe(true)
      if (op === OP_JUMP) expect(a < code.length).toBe(true)
      if (op === OP_BRANCH) expect(a >= 1 && a <= 99 && b < code.length).toBe(true)
      if (op === OP_LOOP) expect(a > 0 && b < code.length && c < REGISTERS).toBe(true)
      if (op === OP_SLEEP || op === OP_WAKEUP) expect(a >= 0 && a < CHANNELS).toBe(true)
      if (op === OP_HOLD) expect(a < workload.processes.length).toBe(true)
    }
  }
}

test('a counted loop runs its body, then jumps back; one for ever only jumps', () => {
  const compute = { op: 'compute', units: 9 } as const
  expect(instructionsOf([{ op: 'loop', count: 3, body: [compute, compute] }])).toEqual([
    [OP_COMPUTE, 9, 0, 0],
    [OP_COMPUTE, 9, 0, 0],
    [OP_LOOP, 3, 0, 0],
    [OP_END, 0, 0, 0],
  ])
  expect(instructionsOf([compute, { op: 'loop', count: 'forever', body: [compute] }]).slice(1)).toEqual([
    [OP_COMPUTE, 9, 0, 0],
    [OP_JUMP, 1, 0, 0],
    [OP_END, 0, 0, 0],
  ])
})

test('nested counted loops have registers of their own', () => {
  const inner = { op: 'loop', count: 2, body: [{ op: 'yield' }] } as const
  const loops = instructionsOf([{ op: 'loop', count: 3, body: [inner, inner] }]).filter(
    ([op]) => op === OP_LOOP,
  )
  expect(loops.map(([, , , register]) => register)).toEqual([1, 1, 0])
})

test('a choice takes each alternative as often as its weight says', () => {
  const alternative = (units: number, weight: number) => ({
    weight,
    body: [{ op: 'compute', units }] as Program,
  })
  const code = instructionsOf([
    { op: 'choice', of: [alternative(1, 1), alternative(2, 1), alternative(3, 2)] },
  ])
  expect(reachedWith(code)).toEqual(
    new Map(
      [
        [1, 0.25],
        [2, 0.25],
        [3, 0.5],
      ].map(([units = 0, share = 0]) => [units, expect.closeTo(share, 1)]),
    ),
  )
})

/** Probability of reaching each OP_COMPUTE of a program without loops, by its units. */
function reachedWith(code: readonly number[][]): Map<number, number> {
  const reached = new Map<number, number>()
  const walk = (at: number, share: number): void => {
    const [op, a = 0, b = 0] = code[at] ?? [OP_END]
    if (op === OP_END) return
    if (op === OP_JUMP) return walk(a, share)
    if (op === OP_BRANCH) {
      walk(b, (share * a) / 100)
      return walk(at + 1, (share * (100 - a)) / 100)
    }
    if (op === OP_COMPUTE) reached.set(a, (reached.get(a) ?? 0) + share)
    walk(at + 1, share)
  }
  walk(0, 1)
  return reached
}

test('a process that there are several of is drawn anew each time, each as likely', () => {
  const code = instructionsOf([
    { op: 'hold', process: 'pair' },
    { op: 'rele', process: 'pair' },
  ])
  expect(code).toEqual([
    [OP_BRANCH, 50, 3, 0],
    [OP_HOLD, 1, RANDOM, 0],
    [OP_JUMP, 4, 0, 0],
    [OP_HOLD, 2, RANDOM, 0],
    [OP_RELE, RANDOM, 0, 0],
    [OP_END, 0, 0, 0],
  ])
})

test('a hold and its release on one LWP of one process name both', () => {
  const target = { process: 'first', lwp: 0 } as const
  expect(
    instructionsOf([
      { op: 'hold', ...target },
      { op: 'rele', ...target },
    ]).slice(0, 2),
  ).toEqual([
    [OP_HOLD, 0, 0, 0],
    [OP_RELE, 0, 0, 0],
  ])
})

test('a sleep without a channel takes one that no wakeup names, and lasts at least a tick', () => {
  const code = instructionsOf(
    [
      { op: 'sleep', seconds: 0 },
      { op: 'sleep', seconds: 2 },
      { op: 'sleep', channel: 'green' },
    ],
    {
      machine: { hz: 50 },
    },
  )
  expect(code.slice(0, 3)).toEqual([
    [OP_SLEEP, 2, 1, 0],
    [OP_SLEEP, 2, 100, 0],
    [OP_SLEEP, 1, 0, 0],
  ])
})

test('real-time priorities stand above all others', () => {
  const [code] = instructionsOf([{ op: 'setclass', process: 'self', class: 'fifo', priority: 5 }])
  expect(code).toEqual([OP_SETCLASS, -2, RANDOM, SCHED_FIFO | ((128 + 5) << 8)])
})
