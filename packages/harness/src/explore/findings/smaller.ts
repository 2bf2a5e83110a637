import { checkScenario } from '../../scenario/check.js'
import type { Scenario } from '../../scenario/types.js'

/**
 * Scenarios that are smaller by one step: without one process, one LWP of several, or one operation of a program, in this order. Each is to be tried for
 * the same fault. Those in which an operation names what is gone are left out.
 */
export function* smallerScenarios(scenario: Scenario): Generator<Scenario> {
  for (const each of steps(scenario)) if (checkScenario(each).length === 0) yield each
}

function* steps(scenario: Scenario): Generator<Scenario> {
  const { processes } = scenario
  for (const [p, process] of processes.entries()) {
    if (processes.length > 1) yield { ...scenario, processes: processes.filter((_, at) => at !== p) }
    if ((process.count ?? 1) > 1)
      yield withProcess(scenario, p, { ...process, count: (process.count ?? 1) - 1 })
    for (const [n, lwp] of process.lwps.entries()) {
      if (process.lwps.length > 1)
        yield withProcess(scenario, p, { ...process, lwps: process.lwps.filter((_, at) => at !== n) })
      if ((lwp.count ?? 1) > 1) yield withLwp(scenario, p, n, { ...lwp, count: (lwp.count ?? 1) - 1 })
      if (typeof lwp.program === 'string') continue
      const { program } = lwp
      for (const at of program.keys())
        yield withLwp(scenario, p, n, { ...lwp, program: program.filter((_, other) => other !== at) })
    }
  }
}

type Process = Scenario['processes'][number]

function withProcess(scenario: Scenario, at: number, process: Process): Scenario {
  return { ...scenario, processes: scenario.processes.map((each, n) => (n === at ? process : each)) }
}

function withLwp(scenario: Scenario, p: number, at: number, lwp: Process['lwps'][number]): Scenario {
  const process = scenario.processes[p] as Process
  return withProcess(scenario, p, {
    ...process,
    lwps: process.lwps.map((each, n) => (n === at ? lwp : each)),
  })
}
