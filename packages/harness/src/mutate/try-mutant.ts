import { rmSync } from 'node:fs'
import { CompileError, codeHash } from '@holdfast/compiler'
import type { Patch } from '@holdfast/compiler'
import { Profile, World, makeStrategy } from '@holdfast/explorer'
import { kernelBuild } from '../explore/machine/kernel-build.js'
import type { KernelBuild } from '../explore/machine/kernel-build.js'
import { subjectOfBuild } from '../explore/subject/kernel-subject.js'
import { SMALL_SCENARIOS } from '../explore/scenarios/index.js'
import { patchesOf } from '../explore/subject/variants.js'
import type { Work } from '../report/work-progress.js'
import type { Scenario } from '../scenario/types.js'
import { Exploration, STEP_LIMIT } from './battery.js'
import type { Focus } from './focus.js'
import type { Shown, Step } from './battery.js'
import { CORRECTED } from './corrected.js'
import { NOWHERE } from './focus.js'
import { reachOf } from './coverage.js'
import type { Reach } from './coverage.js'
import { mutantFolder } from './mutant-folder.js'
import type { Outcome } from './outcome.js'
import { ProgramBattery, isOfLocks } from './program-battery.js'

export interface TryOptions {
  readonly patches: readonly Patch[]
  readonly focus: Focus
  /** Names of scenarios, in the order in which they are tried. */
  readonly scenarios: readonly string[]
  /** How many of them, the first, are tried in all rounds; the others in the first few. Default: all. */
  readonly nearest?: number
  /** Whether any was seen to reach the place of the mutant. */
  readonly reached: boolean
  readonly seed: number
  /** Most executions. */
  readonly executions: number
  /** Most seconds; undefined: no limit. */
  readonly seconds: number | undefined
  /** Called after each step, of the twin too, with what it came to. */
  readonly alive: (work: Work) => void
}

/** In so many executions the twin must have come to its end, each time, for one of a mutant that does not to mean anything. */
const TWIN_ENDS = 120

/** The kernel without a fault, and what it has shown so far: kept from one mutant to the next. */
class Twin {
  readonly build: KernelBuild
  private readonly seed: number
  private readonly known = new Map<string, { exploration: Exploration; steps: Step[] }>()
  private readonly profiles = new Map<string, Profile>()
  private readonly ending = new Map<string, boolean>()

  constructor(build: KernelBuild, seed: number) {
    this.build = build
    this.seed = seed
  }

  /** What is known of a scenario: of the twin alone, as some mutants have no execution that ends. */
  profile(scenario: Scenario): Profile {
    const known = this.profiles.get(scenario.name)
    if (known !== undefined) return known
    const profile = new Profile()
    const { target, options } = subjectOfBuild(scenario, this.build)
    makeStrategy('pct', { seed: this.seed, profile }).learn?.(new World(target, options))
    this.profiles.set(scenario.name, profile)
    return profile
  }

  /**
   * Whether it comes to its end under a scenario, whatever is done near a mutant: in {@link TWIN_ENDS} executions. With very little memory the swapper and the
   * pagedaemon may be at it for ever, once in many executions.
   */
  ends(scenario: Scenario, alive: (work: Work) => void): boolean {
    const known = this.ending.get(scenario.name)
    if (known !== undefined) return known
    const { seed, build } = this
    const options = { seed, focus: NOWHERE, profile: this.profile(scenario) }
    const exploration = new Exploration(scenario, build, options)
    let ends = true
    for (let executions = 0; ends && executions < TWIN_ENDS; ) {
      const step = exploration.step()
      alive(step)
      executions += step.executions
      ends = !step.shown.some(({ key }) => key === STEP_LIMIT)
    }
    this.ending.set(scenario.name, ends)
    return ends
  }

  /** Whether it shows that too in the first `steps` steps under a scenario; or may not end there either, if that is what was shown. */
  shows(
    { key }: Shown,
    scenario: Scenario,
    focus: Focus,
    steps: number,
    alive: (work: Work) => void,
  ): boolean {
    if (key === STEP_LIMIT && !this.ends(scenario, alive)) return true
    const name = [scenario.name, focus.file, focus.function, focus.line, focus.lastLine].join(' ')
    const { seed, build } = this
    const known = this.known.get(name) ?? {
      exploration: new Exploration(scenario, build, { seed, focus, profile: this.profile(scenario) }),
      steps: [],
    }
    this.known.set(name, known)
    while (known.steps.length < steps) {
      const step = known.exploration.step()
      known.steps.push(step)
      alive(step)
    }
    return known.steps.slice(0, steps).some(({ shown }) => shown.some((each) => each.key === key))
  }
}

let twin: { readonly seed: number; readonly made: Promise<Twin> } | undefined

function twinOf(seed: number): Promise<Twin> {
  if (twin?.seed !== seed)
    twin = { seed, made: kernelBuild(patchesOf(CORRECTED)).then((build) => new Twin(build, seed)) }
  return twin.made
}

let programBattery: { readonly seed: number; readonly made: Promise<ProgramBattery> } | undefined

function programsOf(seed: number): Promise<ProgramBattery> {
  if (programBattery?.seed !== seed) programBattery = { seed, made: ProgramBattery.make(seed) }
  return programBattery.made
}

function scenarioNamed(name: string): Scenario {
  const found = SMALL_SCENARIOS.find((each) => each.name === name)
  if (found === undefined) throw new RangeError(`no small scenario is called '${name}'`)
  return found
}

/** What a scenario reaches of the kernel without a fault. */
export async function reach(name: string, seed: number): Promise<Reach> {
  const { build } = await twinOf(seed)
  return reachOf(scenarioNamed(name), build, seed)
}

/** Compiles a mutant and runs the battery on it, scenario after scenario and round after round, until it shows what its twin does not. */
export async function tryMutant(options: TryOptions): Promise<Outcome> {
  const own = await twinOf(options.seed)
  const folder = mutantFolder()
  try {
    const build = await kernelBuild([...patchesOf(CORRECTED), ...options.patches], folder)
    options.alive(NOTHING)
    const by = isOfLocks(options.focus)
      ? await (await programsOf(options.seed)).find(options, folder)
      : undefined
    if (by !== undefined) return { status: 'caught', by, executions: 0 }
    if (codeHash(build.compiled.url) === codeHash(own.build.compiled.url))
      return { status: 'equivalent', reason: 'compiles to the same code' }
    if (options.scenarios.length === 0)
      return {
        status: 'survived',
        reason: 'not reached: no scenario calls anything in the file',
        executions: 0,
      }
    const outcome = battery(build, own, options)
    if (outcome.status !== 'survived' || options.reached) return outcome
    return { ...outcome, reason: `${outcome.reason}; no scenario was seen to come to the place` }
  } catch (error) {
    if (error instanceof CompileError) return { status: 'rejected', reason: error.message }
    throw error
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const NOTHING: Work = { executions: 0, traces: 0, points: 0 }

/** Rounds in which all scenarios are tried. */
const FIRST_ROUNDS = 2

function battery(build: KernelBuild, own: Twin, options: TryOptions): Outcome {
  const started = performance.now()
  const explorations = new Map<string, Exploration>()
  let executions = 0
  const { scenarios, nearest } = options
  for (let round = 0; ; round++)
    for (const name of round < FIRST_ROUNDS ? scenarios : scenarios.slice(0, nearest)) {
      const scenario = scenarioNamed(name)
      const { seed, focus } = options
      const profile = own.profile(scenario)
      const exploration = explorations.get(name) ?? new Exploration(scenario, build, { seed, focus, profile })
      explorations.set(name, exploration)
      while (exploration.rounds === round) {
        if (executions >= options.executions)
          return { status: 'survived', reason: 'nothing was found', executions }
        if (options.seconds !== undefined && performance.now() - started >= options.seconds * 1000)
          return { status: 'survived', reason: 'nothing was found in time', executions }
        const step = exploration.step()
        executions += step.executions
        options.alive(step)
        for (const shown of step.shown) {
          if (own.shows(shown, scenario, focus, exploration.steps, options.alive)) continue
          const { verdict, message, strategy, execution } = shown
          return {
            status: 'caught',
            by: { scenario: scenario.name, strategy, execution, verdict, message },
            executions,
          }
        }
      }
    }
}
