import { createHash } from 'node:crypto'
import { codeHash } from '@holdfast/compiler'
import type { EngineOptions, Subject } from '@holdfast/explorer'
import { bootMachine, prepare } from '../../run/prepare.js'
import { choices, notAllowed, UsageError } from '../../scenario/problem.js'
import type { Scenario } from '../../scenario/types.js'
import { kernelBuild } from '../machine/kernel-build.js'
import type { KernelBuild } from '../machine/kernel-build.js'
import { kernelCheckers } from '../checkers/kernel-checkers.js'
import { MachineTarget } from '../machine/machine-target.js'
import { boundText } from '../machine/machine-time.js'
import type { MachineTime } from '../machine/machine-time.js'
import { queryText, timeOf } from './scenario-query.js'
import type { TimeChoices } from './scenario-query.js'
import { ALL_SCENARIOS } from '../scenarios/index.js'
import { smallerScenarios } from '../findings/smaller.js'
import { patchesNamed } from './own-variant.js'
import { releasesPlainly } from './weak-variants.js'

/** How the kernel is built and explored. */
export interface KernelSubjectOptions {
  /** Variants, separated by commas: names of corrections or mutants, or paths of modules. */
  readonly variant?: string
  /** Report accesses that are unlocked by design too. */
  readonly all?: boolean
  readonly engine?: Partial<EngineOptions>
  readonly time?: TimeChoices
}

const STEP_LIMIT = 200_000
/** Too many ticks to leave out one by one. */
const MANY_TICKS = 8
/** Choices of the programs themselves (`any`). */
const SEED = 1

/** The kernel running a scenario under control. Throws UsageError, RangeError, CompileError. */
export async function kernelSubject(
  scenario: Scenario | string,
  options: KernelSubjectOptions = {},
): Promise<Subject> {
  const build = await kernelBuild(await patchesNamed(options.variant))
  const found = typeof scenario === 'string' ? findScenario(scenario) : scenario
  return subjectOfBuild(found, build, options)
}

/** The same of a kernel that is compiled already: `variant` gives its name alone. Throws UsageError, RangeError. */
export function subjectOfBuild(
  scenario: Scenario,
  build: KernelBuild,
  options: KernelSubjectOptions = {},
): Subject {
  const machine = bootMachine(prepare(scenario, {}, SEED))
  const time = timeOf(options.time ?? {})
  const target = new MachineTarget(scenario, machine, build, time)
  const { sites } = build.compiled
  const image = createHash('sha256').update(new Uint8Array(machine.buffer)).digest('hex')
  const { variant } = options
  const query = queryText({ ...options.time, ...(variant === undefined ? {} : { variant }) })
  return {
    id: `scenario:${scenario.name}${query}`,
    hash: hashOf(codeHash(build.compiled.url), image, time),
    target,
    options: { stepLimit: STEP_LIMIT, ...options.engine },
    sites,
    data: scenario,
    bound: boundText(time),
    observers() {
      target.listeners.length = 0
      return kernelCheckers(target, sites, options.all === true, releasesPlainly(options.variant))
    },
    *smaller() {
      for (const each of simpler(time)) yield subjectOfBuild(scenario, build, { ...options, time: each })
      for (const each of smallerScenarios(scenario)) {
        const subject = subjectIfPossible(each, build, options)
        if (subject !== undefined) yield subject
      }
    },
  }
}

/** The same with a tick less (of many, as parallel runs have them, none or half), or transfers that complete when they are due. */
function* simpler({ freeTicks: ticks, disk, interrupts }: MachineTime): Generator<TimeChoices> {
  if (ticks > MANY_TICKS) for (const fewer of [0, ticks >> 1]) yield { ticks: fewer, disk, interrupts }
  if (ticks > 0) yield { ticks: ticks - 1, disk, interrupts }
  if (disk !== 'due') yield { ticks, disk: 'due', interrupts }
}

/** Undefined if what is left of a scenario makes no machine: an operation names a process that is gone, say. */
function subjectIfPossible(
  scenario: Scenario,
  build: KernelBuild,
  options: KernelSubjectOptions,
): Subject | undefined {
  try {
    return subjectOfBuild(scenario, build, options)
  } catch (error) {
    if (error instanceof UsageError || error instanceof RangeError) return undefined
    throw error
  }
}

/** A scenario that comes with Holdfast. Throws UsageError. */
function findScenario(name: string): Scenario {
  const plain = name.replace(/^scenario:/, '').replace(/\?.*$/, '')
  const found = ALL_SCENARIOS.find((each) => each.name === plain)
  if (found !== undefined) return found
  const names = choices(ALL_SCENARIOS.map((each) => each.name))
  throw new UsageError([notAllowed('scenario', plain, names)])
}

/** Of what the schedule of a subject means: the compiled code, memory at the start, and how time passes. */
function hashOf(...parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 8)
}
