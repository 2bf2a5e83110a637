import type { Finding as MachineFinding, RecordedReason } from '@holdfast/cpu'
import type { Cost } from '../bench/recording.js'
import type { RecordedCampaign } from './recorded-campaign.js'
import type { WrittenFinding } from './recorded-finding.js'

/** What recording costs. */
export interface RecordingPrice {
  /** The kernel on one CPU, plain and recorded in turn. */
  readonly hold: Cost
  readonly swap: Cost
  /** User operations a second of the scenario, unrecorded and recorded; undefined: not measured. */
  readonly plainPerSecond: number | undefined
  readonly recordedPerSecond: number
}

/** A fault of a recorded run, with its finding if the replay shows it. */
export interface RecordedFinding {
  readonly verdict: string
  readonly message: string
  /** What the parallel machine reported, or null: the checkers of the replay alone saw it. */
  readonly parallel: Pick<MachineFinding, 'verdict' | 'cpu' | 'message'> | null
  /** The replay shows it. */
  readonly reproduced: boolean
  readonly written: WrittenFinding | undefined
}

/** What `run --record --json` prints. */
export interface RecordResult {
  readonly command: 'run'
  readonly scenario: string
  readonly cpus: number
  readonly lwps: number
  readonly seconds: number
  readonly record: {
    readonly runs: number
    readonly ends: Readonly<Partial<Record<RecordedReason, number>>>
    readonly events: number
    readonly logBytes: number
    readonly bytesPerEvent: number
    readonly replayed: number
    readonly replaySeconds: number
    readonly eventsPerSecond: number
    readonly replayedPerSecond: number
    readonly doubts: readonly string[]
    readonly cost: {
      readonly hold: number
      readonly swap: number
      readonly plainOperationsPerSecond: number | null
      readonly operationsPerSecond: number
    }
  }
  readonly findings: readonly {
    readonly verdict: string
    readonly message: string
    readonly parallel: RecordedFinding['parallel']
    readonly reproduced: boolean
    readonly run: number
    readonly steps: number | null
    readonly preemptions: number | null
    readonly schedule: string | null
    readonly file: string | null
  }[]
}

export interface Told {
  readonly scenario: string
  readonly cpus: number
  readonly lwps: number
  readonly campaign: RecordedCampaign
  readonly price: RecordingPrice
  readonly findings: readonly RecordedFinding[]
}

export function recordResult({ scenario, cpus, lwps, campaign, price, findings }: Told): RecordResult {
  const { runs, ends, events, logBytes, runSeconds, replayed, replayedEvents, replaySeconds, doubts } =
    campaign
  return {
    command: 'run',
    scenario,
    cpus,
    lwps,
    seconds: runSeconds,
    record: {
      runs,
      ends,
      events,
      logBytes,
      bytesPerEvent: events === 0 ? 0 : logBytes / events,
      replayed,
      replaySeconds,
      eventsPerSecond: runSeconds === 0 ? 0 : events / runSeconds,
      replayedPerSecond: replaySeconds === 0 ? 0 : replayedEvents / replaySeconds,
      doubts,
      cost: {
        hold: price.hold.ratio,
        swap: price.swap.ratio,
        plainOperationsPerSecond: price.plainPerSecond ?? null,
        operationsPerSecond: price.recordedPerSecond,
      },
    },
    findings: findings.map(({ verdict, message, parallel, reproduced, written }) => ({
      verdict,
      message,
      parallel,
      reproduced,
      run: (campaign.faulty?.index ?? 0) + 1,
      steps: written?.finding.length ?? null,
      preemptions: written?.finding.preemptions ?? null,
      schedule: written?.finding.schedule ?? null,
      file: written?.file ?? null,
    })),
  }
}
