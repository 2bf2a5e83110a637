import { Recorders } from '@holdfast/cpu'
import type { RecordOptions, RecordedRun } from '@holdfast/cpu'
import type { Subject } from '@holdfast/explorer'
import { NPROCS } from '@holdfast/kernel'
import { kernelSubject } from '../explore/subject/kernel-subject.js'
import { MachineTarget } from '../explore/machine/machine-target.js'
import { RECORDED_DISK, RECORDED_TICKS } from '../explore/subject/scenario-query.js'
import { patchesNamed } from '../explore/subject/own-variant.js'
import { lwpsTotal } from '../scenario/walk.js'
import type { Scenario } from '../scenario/types.js'
import { recorderBuild } from './recorder-build.js'

export interface RecordedScenarioOptions {
  /** Names of variants, separated by commas. */
  readonly variant?: string | undefined
  /** Bytes of all logs together; default 256 MB. */
  readonly logBytes?: number
  /** Host nanoseconds in a tick; default: as the scenario says. */
  readonly tickNs?: number
  /** Report accesses that are unlocked by design too. */
  readonly all?: boolean
}

/** One parallel run, with the kernel it is of. */
export interface Recorded {
  /** Id and hash of the subject in whose executions it can be found again. */
  readonly subject: string
  readonly hash: string
  readonly run: RecordedRun
}

/** A tick of small machines: they mostly wait for the next. */
export const FAST_TICK_NS = 50_000
const DEFAULT_LOG_BYTES = 256 << 20

/**
 * A scenario whose runs on parallel workers are recorded, and the same machine under the explorer. The workers stay from one run to the
 * next; each run begins with the memory as it was booted.
 */
export class RecordedScenario {
  readonly scenario: Scenario
  readonly variant: string | undefined
  /** The same machine as the explorer has it, with as many ticks at any point as an execution may want. */
  readonly subject: Subject
  readonly target: MachineTarget
  private readonly recorders: Recorders
  private readonly systemProcs: number

  /** Throws UsageError, RangeError, CompileError. */
  static async open(scenario: Scenario, options: RecordedScenarioOptions = {}): Promise<RecordedScenario> {
    const { variant, all = false } = options
    const subject = await kernelSubject(scenario, {
      ...(variant === undefined ? {} : { variant }),
      all,
      time: { ticks: RECORDED_TICKS.max, disk: RECORDED_DISK },
    })
    const worker = await recorderBuild(await patchesNamed(variant))
    return new RecordedScenario(scenario, subject, worker, options)
  }

  private constructor(scenario: Scenario, subject: Subject, worker: URL, options: RecordedScenarioOptions) {
    const { target } = subject
    if (!(target instanceof MachineTarget)) throw new TypeError(`${subject.id} is no machine`)
    this.scenario = scenario
    this.variant = options.variant
    this.subject = subject
    this.target = target
    const { machine: image } = target
    const { tickNs = image.machine.tickNs, logBytes = DEFAULT_LOG_BYTES } = options
    const timed = { ...image, machine: { ...image.machine, tickNs } }
    this.recorders = new Recorders(worker, timed, target.local, logBytes)
    this.systemProcs = (target.image[NPROCS] as number) - processes(scenario)
  }

  /** Runs it once in parallel. */
  async run(options: Omit<RecordOptions, 'systemProcs'>): Promise<Recorded> {
    const { subject, systemProcs } = this
    const run = await this.recorders.run({ ...options, systemProcs })
    return { subject: subject.id, hash: subject.hash, run }
  }

  /** Ends the workers. */
  close(): Promise<void> {
    return this.recorders.close()
  }

  get lwps(): number {
    return lwpsTotal(this.scenario)
  }
}

function processes({ processes: all }: Scenario): number {
  return all.reduce((sum, { count = 1 }) => sum + count, 0)
}
