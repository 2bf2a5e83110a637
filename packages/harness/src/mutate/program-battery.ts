import type { Patch } from '@holdfast/compiler'
import { Profile, explore, makeStrategy, programSubject } from '@holdfast/explorer'
import type { Subject } from '@holdfast/explorer'
import { withProgramCheckers } from '../explore/subject/subject-of-checkers.js'
import { patchesOf } from '../explore/subject/variants.js'
import { packagePath } from '../packages.js'
import { stepOf } from './battery.js'
import type { Shown, Step } from './battery.js'
import { CORRECTED } from './corrected.js'
import { Coverage, ReachNotes } from './coverage.js'
import type { Work } from '../report/work-progress.js'
import type { Focus } from './focus.js'
import type { Catch } from './outcome.js'

/** The locks themselves are in a package that small programs use too, whose interleavings take microseconds. */
const LOCKS = 'atomics-sync/'
const ENTRY = packagePath('explorer/programs/lib/locks.ts')

/** Programs on locks, with parameters for which the kernel's twin is clean. The cheapest first. */
const PROGRAMS = [
  'sync-mutex-rules',
  'sync-rwlock-rules',
  'sync-mutex?n=2',
  'sync-mutex-try?spin=0&n=1&q=1',
  'sync-mutex-try?spin=1&n=1&q=1',
  'sync-mutex-nap?n=1&k=1',
  'sync-rwlock?r=1&w=1',
  'sync-rwlock?r=0&w=2',
  'sync-rwlock-upgrade?u=1&q=1&w=0',
  'sync-rwlock-upgrade?u=2&q=0&w=0',
  'sync-rwlock-nap?as=0&r=0&w=1&q=0&g=0',
  'sync-rwlock-nap?as=1&r=1&w=0&q=0&g=0',
  'sync-rwlock-nap?as=1&r=0&w=0&q=1&g=0',
  'sync-rwlock-nap?as=1&r=0&w=0&q=0&g=1',
  'sync-rwlock-nap?as=0&r=1&w=0&q=0&g=1',
  'sync-rwlock-nap?as=2&r=1&w=0&q=0&g=0',
  'sync-rwlock-queue',
  'sync-rwlock-crowd',
  'sync-condvar',
  'sync-mutex-try?spin=1&n=2&q=1',
  'sync-mutex-try?spin=0&n=2&q=1',
  'sync-mutex-nap?n=2&k=0',
  'sync-rwlock-nap?as=0&r=1&w=1&q=0&g=0',
  'sync-rwlock-nap?as=1&r=1&w=1&q=0&g=0',
  'sync-rwlock-nap?as=2&r=1&w=1&q=0&g=0',
  'sync-rwlock-nap?as=0&r=1&w=2&q=0&g=0',
  'sync-rwlock-nap?as=1&r=2&w=1&q=0&g=0',
  'sync-rwlock-nap?as=2&r=0&w=2&q=1&g=0',
  'sync-rwlock?r=2&w=1',
  'sync-rwlock-upgrade?u=1&q=1&w=1',
  'sync-rwlock-upgrade?u=2&q=0&w=1',
  'sync-condvar-twice',
  'sync-condvar-late?timed=1&n=1',
  'sync-condvar-late?timed=0&n=2',
  'sync-mutex-asleep',
] as const

/**
 * What programs are explored with, one after the other: all that reach the mutant's file with the first, and then those that reach its function. (A function
 * that does no more than call others is not known to be reached.)
 */
const LEGS = [
  { name: 'random', executions: 60 },
  { name: 'dpor', executions: 400 },
  { name: 'pct', depth: 3, executions: 600 },
  { name: 'random', executions: 2_000 },
  { name: 'dpor', executions: 4_000 },
] as const

/** A program that does not end within so many operations is stuck. */
const STEP_LIMIT = 5_000
const LOOKS = 60

/** Whether there are programs for the place of a mutant. */
export function isOfLocks({ file }: Focus): boolean {
  return file.startsWith(LOCKS)
}

/** The programs without a fault, and with one. */
export class ProgramBattery {
  private readonly seed: number
  private readonly twins: ReadonlyMap<string, Subject>
  private readonly coverage: Coverage
  private readonly known = new Map<string, readonly Shown[]>()

  private constructor(seed: number, twins: ReadonlyMap<string, Subject>, coverage: Coverage) {
    this.seed = seed
    this.twins = twins
    this.coverage = coverage
  }

  /** Compiles the programs, and looks what they reach. */
  static async make(seed: number): Promise<ProgramBattery> {
    const twins = await lockPrograms([])
    const first = [...twins.values()][0] as Subject
    const reaches = [...twins].map(([name, { target, options, sites }]) => {
      const notes = new ReachNotes(sites)
      const strategy = makeStrategy('random', { seed })
      explore(target, { strategy, observers: [notes], engine: options, executions: LOOKS })
      return notes.reach(name)
    })
    return new ProgramBattery(seed, twins, new Coverage(reaches, first.sites))
  }

  /**
   * Runs the programs that come near the place of a mutant, until it shows what its twin does not. Undefined: it does not, or no program comes there.
   * `alive` is called after each step, with what it came to. Throws CompileError.
   */
  async find({ patches, focus, alive }: ProgramMutant, cacheDir: string): Promise<Catch | undefined> {
    const near = this.coverage.reaching(focus.file, focus.function)
    const ofFile = this.coverage.reaching(focus.file)
    const mutant = await lockPrograms(patches, cacheDir)
    for (const [leg, { name: strategy }] of LEGS.entries())
      for (const name of leg === 0 || near.length === 0 ? ofFile : near) {
        const step = this.step(mutant.get(name) as Subject, leg)
        alive(step)
        for (const each of step.shown) {
          if (this.twinShows(name, leg, each)) continue
          const { verdict, message, execution } = each
          return { scenario: `program:${name}`, strategy, execution, verdict, message }
        }
      }
    return undefined
  }

  private twinShows(name: string, leg: number, { key }: Shown): boolean {
    const id = `${leg} ${name}`
    const known = this.known.get(id) ?? this.step(this.twins.get(name) as Subject, leg).shown
    this.known.set(id, known)
    return known.some((each) => each.key === key)
  }

  /** A leg of the battery, which ends at its first fault. */
  private step(subject: Subject, leg: number): Step {
    const { target, options, sites } = subject
    const { name, executions, ...more } = LEGS[leg] as (typeof LEGS)[number]
    const { seed } = this
    const strategy = makeStrategy(name, { seed, profile: new Profile(), ...more })
    const observers = subject.observers()
    const explored = explore(target, {
      strategy,
      observers,
      engine: { ...options, stepLimit: STEP_LIMIT },
      executions,
      maxFindings: 1,
    })
    return stepOf(explored, sites, name, 0)
  }
}

/** A mutant, as the battery needs it. */
export interface ProgramMutant {
  readonly patches: readonly Patch[]
  readonly focus: Focus
  readonly alive: (work: Work) => void
}

/** The programs with these patches, by name. Throws CompileError. */
export async function lockPrograms(
  patches: readonly Patch[],
  cacheDir?: string,
): Promise<Map<string, Subject>> {
  const all = [...patchesOf(CORRECTED).filter(({ file }) => file.startsWith(LOCKS)), ...patches]
  const made = new Map<string, Subject>()
  for (const name of PROGRAMS) {
    const subject = await programSubject(
      `${ENTRY}#${name}`,
      {},
      {
        patches: all,
        ...(cacheDir === undefined ? {} : { cacheDir }),
      },
    )
    made.set(name, withProgramCheckers(subject))
  }
  return made
}
