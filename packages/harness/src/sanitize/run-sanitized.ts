import type { Patch } from '@holdfast/compiler'
import type { RunResult } from '../report/result.js'
import { type Changes, prepare, type Prepared } from '../run/prepare.js'
import type { RunOptions } from '../run/run.js'
import type { Scenario } from '../scenario/types.js'
import { type FullOptions, runOnce } from './run-once.js'
import { workerBundle } from './worker-bundle.js'

/** How a run is bounded and watched. */
export interface SanitizeRunOptions extends Partial<Omit<RunOptions, 'seconds'>> {
  /** Wall-clock seconds, of the plain run before it not counted. */
  readonly seconds: number
  /** Corrections and mutants of the kernel: its workers are compiled with them. The machine is booted without. */
  readonly patches?: readonly Patch[]
  /** Their names, for the report. */
  readonly variant?: string
  /** Watch at all; if not, it is a plain run of the patched kernel. Default true. */
  readonly sanitize?: boolean
  /** Random delays and priorities at synchronisation points. Default false. */
  readonly chaos?: boolean
  /** Report also what is unlocked by design. Default false. */
  readonly all?: boolean
  /** End when something was found. Default false: go on until the time is up. */
  readonly untilFound?: boolean
  /** Seconds of a plain run before it, for the slowdown; 0 makes none. Default: a quarter of `seconds`, at most 3. */
  readonly plainSeconds?: number
}

const LONGEST_PLAIN_S = 3
const NEVER = new AbortController().signal

/** How a scenario is run whose machine is not prepared yet. */
export interface SanitizeScenarioOptions extends SanitizeRunOptions {
  /** Of the scenario's choices, the sanitizer's and those of chaos. Default 1. */
  readonly seed?: number
  /** What is changed of the scenario's machine: CPUs, LWPs, memory. */
  readonly changes?: Changes
}

/**
 * Runs a scenario on a machine whose CPUs watch each other: races, lock rules and the order of locks. What they find does not
 * end the run, but for panics and the like. Every worker is gone when it returns. Throws UsageError where the scenario cannot
 * run, and CompileError where a patch does not apply.
 */
export async function runSanitized(scenario: Scenario, options: SanitizeScenarioOptions): Promise<RunResult> {
  return runPreparedSanitized(prepare(scenario, options.changes ?? {}, options.seed ?? 1), options)
}

/** The same, of a machine that is prepared. */
export async function runPreparedSanitized(
  prepared: Prepared,
  given: SanitizeRunOptions,
): Promise<RunResult> {
  const options = { signal: NEVER, repeat: '', onProgress: (): void => {}, ...given }
  const { seconds, signal, variant = '', chaos = false, sanitize = true } = options
  const plainSeconds = options.plainSeconds ?? Math.min(LONGEST_PLAIN_S, seconds / 4)
  const worker = await workerBundle(options.patches ?? [])
  if (!sanitize) return (await runOnce(prepared, options, worker, 'plain')).result
  const plain =
    plainSeconds === 0 || signal.aborted
      ? null
      : await runOnce(prepared, calibration(options, plainSeconds), worker, 'plain')
  const { result, rate, watchpoints } = await runOnce(prepared, options, worker, 'sanitized')
  const plainRate = plain === null ? null : plain.rate
  const slowdown = plainRate === null || rate === 0 ? null : plainRate / rate
  // What the plain run found counts as well.
  const findings = [...(plain?.result.findings ?? []), ...result.findings]
  const outcome = findings.length > 0 ? 'found' : result.outcome
  return {
    ...result,
    findings,
    outcome,
    sanitize: { chaos, variant, plainRate, rate, slowdown, watchpoints },
  }
}

/** A plain run before the other, so that both are of one machine and one moment. */
function calibration(options: FullOptions, seconds: number): FullOptions {
  const { onProgress } = options
  return { ...options, seconds, onProgress: (line) => onProgress(`plain, for comparison: ${line}`) }
}
