import type { Range } from '../scenario/limits.js'
import { notAllowed, UsageError } from '../scenario/problem.js'
import { DEFAULT_OUT } from './explore-command-options.js'
import { DEFAULT_SEED, parseNumber, parseRunFlags } from './options.js'
import type { RunChoices, RunFlags } from './options.js'

/** Options of `run --record` as they come. */
export interface RecordFlags extends RunFlags {
  readonly record?: boolean
  readonly repeat?: string
  readonly logSize?: string
  readonly shrink?: boolean
  readonly out?: string
}

/** The same, checked. */
export interface RecordChoices extends RunChoices {
  /** Most runs; undefined: one, by the clock of the scenario. */
  readonly repeat: number | undefined
  readonly variant: string | undefined
  /** Bytes of all logs of a run together. */
  readonly logBytes: number
  readonly shrink: boolean
  readonly out: string
}

export const DEFAULT_LOG_MB = 256
const REPEAT: Range = { min: 1, max: 1_000_000_000 }
const LOG_MB: Range = { min: 1, max: 4_096 }
const MB = 1 << 20

/** Options that say nothing without --record, by their names as flags. */
const ONLY_RECORDED = {
  repeat: '--repeat',
  logSize: '--log-size',
  out: '--out',
} as const

/** Checks all options at once. Throws UsageError. */
export function parseRecordFlags(flags: RecordFlags): RecordChoices {
  const choices = parseRunFlags(flags)
  if (choices.seed !== DEFAULT_SEED) {
    const allowed = `${DEFAULT_SEED} with --record: the explorer has no other`
    throw new UsageError([notAllowed('--seed', choices.seed, allowed)])
  }
  for (const name of ['sanitize', 'chaos', 'all'] as const) {
    if (flags[name] === true) throw new UsageError([{ path: `--${name}`, message: 'is not for --record' }])
  }
  if (flags.report !== undefined) throw new UsageError([{ path: '--report', message: 'is not for --record' }])
  const { repeat, logSize = String(DEFAULT_LOG_MB) } = flags
  return {
    ...choices,
    repeat: repeat === undefined ? undefined : parseNumber('--repeat', repeat, REPEAT, true),
    variant: flags.variant,
    logBytes: parseNumber('--log-size', logSize, LOG_MB, true) * MB,
    shrink: flags.shrink ?? true,
    out: flags.out ?? DEFAULT_OUT,
  }
}

/** Refuses options of a recording where none is asked for. Throws UsageError. */
export function refuseRecordFlags(flags: RecordFlags): void {
  for (const [name, option] of Object.entries(ONLY_RECORDED)) {
    const given = flags[name as keyof typeof ONLY_RECORDED]
    if (given !== undefined) throw new UsageError([notAllowed(option, given, 'with --record only')])
  }
  if (flags.shrink === false) throw new UsageError([{ path: '--no-shrink', message: 'is for --record only' }])
}
