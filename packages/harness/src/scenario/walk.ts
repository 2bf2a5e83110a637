import type { Operation, Program, Scenario } from './types.js'

/** Keys that lead from the scenario to one of its parts. */
export type Keys = readonly (string | number)[]

/** Every operation of a program with the keys that lead to it, those in loops and choices included. */
export function* operationsOf(program: Program, at: Keys): Generator<{ operation: Operation; at: Keys }> {
  for (const [index, operation] of program.entries()) {
    const here = [...at, index]
    yield { operation, at: here }
    if (operation.op === 'loop') yield* operationsOf(operation.body, [...here, 'body'])
    if (operation.op === 'choice') {
      for (const [branch, { body }] of operation.of.entries()) {
        yield* operationsOf(body, [...here, 'of', branch, 'body'])
      }
    }
  }
}

/** Every program of the scenario: the named ones, then those written inside LWPs. */
export function* programsOf(scenario: Scenario): Generator<{ program: Program; at: Keys }> {
  for (const [name, program] of Object.entries(scenario.programs ?? {})) {
    yield { program, at: ['programs', name] }
  }
  for (const [p, process] of scenario.processes.entries()) {
    for (const [l, lwp] of process.lwps.entries()) {
      if (typeof lwp.program !== 'string') {
        yield { program: lwp.program, at: ['processes', p, 'lwps', l, 'program'] }
      }
    }
  }
}

/** LWPs of one process of this kind when it starts. */
export function lwpsEach(process: Scenario['processes'][number]): number {
  return process.lwps.reduce((sum, { count = 1 }) => sum + count, 0)
}

/** User LWPs of the whole scenario when it starts. */
export function lwpsTotal(scenario: Scenario): number {
  return scenario.processes.reduce((sum, process) => sum + (process.count ?? 1) * lwpsEach(process), 0)
}
