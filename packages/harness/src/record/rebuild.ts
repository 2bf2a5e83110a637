import type { Finding as MachineFinding } from '@holdfast/cpu'
import { World } from '@holdfast/explorer'
import type { Outcome, Report, Subject } from '@holdfast/explorer'
import type { MachineTarget } from '../explore/machine/machine-target.js'
import { LogFollower } from './log-follower.js'
import type { LogDrift } from './log-follower.js'
import type { Recorded } from './recorded-scenario.js'

/** A recording of another kernel, or of another machine. */
export class RecordingError extends Error {
  override readonly name = 'RecordingError'
}

export interface RebuildOptions {
  /** Run the checkers of the subject too. Default true. */
  readonly check?: boolean
}

/** Steps after the end of the logs at most: enough for a machine to be found to stand still. */
const MORE_STEPS = 500_000

/** A parallel run, executed again one event at a time. */
export interface Rebuilt {
  readonly outcome: Outcome
  /** What was chosen, by step. */
  readonly choices: Uint16Array
  readonly reports: readonly Report[]
  /** Steps of which the order is the recorded one for certain. */
  readonly certain: number
  readonly drift: LogDrift | undefined
  /** Events that each CPU executed within those steps. */
  readonly events: readonly number[]
  /** Ticks that came at a point where a CPU had something to do. */
  readonly ticks: number
  readonly seconds: number
}

/**
 * Executes a recorded run again in the explorer, event for event, and goes on without preemption where the logs end, if the machine
 * was found to stand still or a worker was lost: to see what comes of it.
 *
 * Throws {@link RecordingError} if the recording is not of this subject.
 */
export function rebuild(
  subject: Subject,
  { hash, subject: id, run }: Recorded,
  options: RebuildOptions = {},
): Rebuilt {
  if (hash !== subject.hash || id !== subject.id)
    throw new RecordingError(
      `the recording is of ${id}, build ${hash}; this is ${subject.id}, build ${subject.hash}: its events are others`,
    )
  const started = performance.now()
  const goesOn = run.reason === 'stalled' || run.reason === 'died'
  const follower = new LogFollower(run.logs, goesOn ? 'nonpreemptive' : 'stop')
  const recorded = run.logs.reduce((all, { events }) => all + events, 0)
  const world = new World(subject.target, { ...subject.options, stepLimit: recorded + MORE_STEPS })
  const checkers = options.check === false ? [] : subject.observers()
  const outcome = world.run(follower, [...checkers, follower])
  const { drift } = follower
  return {
    outcome,
    choices: world.schedule.slice(0, world.steps),
    reports: world.reports.filter(({ byDesign }) => byDesign === undefined),
    certain: drift === undefined ? (follower.end >= 0 ? follower.end : world.steps) : drift.step,
    drift,
    events: [...follower.events],
    ticks: (subject.target as MachineTarget).hidden(),
    seconds: (performance.now() - started) / 1000,
  }
}

/** What a machine that stands still is called. */
const STANDSTILL: ReadonlySet<string> = new Set(['deadlock', 'lostWakeup', 'livelock'])

/**
 * The report that is what the parallel run found: the same verdict on the same CPU after the same event, in the same words if it is a
 * panic; of a run that stood still, why nothing can go on. undefined: the execution does not show it.
 */
export function confirmed(found: MachineFinding, { run }: Recorded, rebuilt: Rebuilt): Report | undefined {
  const { reports, outcome, events, drift } = rebuilt
  if (drift !== undefined) return undefined
  if (found.verdict === 'stalled')
    return outcome === 'blocked' ? reports.find(({ verdict }) => STANDSTILL.has(verdict)) : undefined
  if (outcome !== 'failed' || events[found.cpu] !== run.logs[found.cpu]?.events) return undefined
  return reports.find(
    ({ verdict, message }) =>
      verdict === found.verdict &&
      message.startsWith(`CPU${found.cpu} `) &&
      (verdict !== 'panic' || message.includes(found.message)),
  )
}
