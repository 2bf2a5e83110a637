import type { Workload, WorkloadLwp, WorkloadProcess } from '@holdfast/kernel'
import { DEFAULT_PAGES } from '../scenario/check.js'
import { withDefaults } from '../scenario/machine-schema.js'
import type { LwpSpec, ProcessSpec, Program, Scenario } from '../scenario/types.js'
import { Assembler } from './assembler.js'
import { compileProgram, type Names } from './compile-operation.js'
import { CLASS_NUMBER, KERNEL_NZERO, priorityNumber } from './numbers.js'

/** Compiles a checked scenario to what the kernel runs. The same scenario and seed give the same workload. */
export function compileScenario(scenario: Scenario, seed: number): Workload {
  const programs = new ProgramTable()
  const names: Omit<Names, 'variant'> = {
    hz: withDefaults(scenario.machine).hz,
    channels: scenario.channels ?? [],
    processes: numberProcesses(scenario),
    programs: new Map(Object.keys(scenario.programs ?? {}).map((name, index) => [name, index])),
  }
  for (const program of Object.values(scenario.programs ?? {})) {
    programs.push(assemble(program, { ...names, variant: programs.size }))
  }
  const processes: WorkloadProcess[] = []
  for (const process of scenario.processes) {
    for (let replica = 0; replica < (process.count ?? 1); replica++) {
      processes.push(compileProcess(process, { ...names, variant: processes.length }, programs))
    }
  }
  return { seed, programs: programs.list, processes }
}

function compileProcess(process: ProcessSpec, names: Names, programs: ProgramTable): WorkloadProcess {
  return {
    nice: (process.nice ?? 0) + KERNEL_NZERO,
    pages: process.pages ?? DEFAULT_PAGES,
    lwps: process.lwps.flatMap((lwp) => {
      const compiled = compileLwp(lwp, names, programs)
      return Array.from({ length: lwp.count ?? 1 }, () => compiled)
    }),
  }
}

function compileLwp(lwp: LwpSpec, names: Names, programs: ProgramTable): WorkloadLwp {
  const schedClass = lwp.class ?? 'other'
  const program =
    typeof lwp.program === 'string'
      ? (names.programs.get(lwp.program) as number)
      : programs.intern(assemble(lwp.program, names))
  return { class: CLASS_NUMBER[schedClass], priority: priorityNumber(schedClass, lwp.priority), program }
}

function assemble(program: Program, names: Names): number[] {
  const out = new Assembler()
  compileProgram(out, program, names)
  out.end()
  return out.words()
}

function numberProcesses(scenario: Scenario): Map<string, number[]> {
  let next = 0
  return new Map(
    scenario.processes.map(({ name, count = 1 }) => [name, Array.from({ length: count }, () => next++)]),
  )
}

/** The programs of a workload; equal ones are kept once. */
class ProgramTable {
  readonly list: number[][] = []
  private readonly numbers = new Map<string, number>()

  get size(): number {
    return this.list.length
  }

  push(words: number[]): number {
    return this.list.push(words) - 1
  }

  intern(words: number[]): number {
    const key = words.join()
    const number = this.numbers.get(key) ?? this.push(words)
    this.numbers.set(key, number)
    return number
  }
}
