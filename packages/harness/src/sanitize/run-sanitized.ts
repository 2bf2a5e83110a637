import { type MachineOptions, startMachine } from '@holdfast/cpu'
import type { Patch } from '@holdfast/compiler'
import { NESTS } from '../explore/kernel-checkers.js'
import { type RunResult, totalOperations } from '../report/result.js'
import { AddressNames } from '../run/address-names.js'
import { collectResult } from '../run/collect.js'
import { bootMachine, type Prepared } from '../run/prepare.js'
import { progressLine } from '../run/progress-line.js'
import type { RunOptions } from '../run/run.js'
import { stallMs } from '../run/stall.js'
import { watch } from '../run/watch.js'
import { SanitizeFindings } from './findings.js'
import { sanitizeOptions } from './words.js'
import { workerBundle } from './worker-bundle.js'

/** How a run is watched. */
export interface SanitizeRunOptions extends RunOptions {
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

/** The same workers, of which nothing watches. */
type Watching = 'sanitized' | 'plain'

const LONGEST_PLAIN_S = 3

/**
 * Runs a scenario on a machine whose CPUs watch each other: races, lock rules and the order of locks. What they find does not
 * end the run, but for panics and the like. Every worker is gone when it returns. Throws CompileError where a patch does not
 * apply.
 */
export async function runSanitized(prepared: Prepared, options: SanitizeRunOptions): Promise<RunResult> {
  const { seconds, signal, variant = '', chaos = false, sanitize = true } = options
  const plainSeconds = options.plainSeconds ?? Math.min(LONGEST_PLAIN_S, seconds / 4)
  const worker = await workerBundle(options.patches ?? [])
  if (!sanitize) return (await runOnce(prepared, options, worker, 'plain')).result
  const plain =
    plainSeconds === 0 || signal.aborted
      ? null
      : await runOnce(prepared, calibration(options, plainSeconds), worker, 'plain')
  const { result, watchpoints } = await runOnce(prepared, options, worker, 'sanitized')
  const plainRate = plain === null ? null : rateOf(plain.result)
  const rate = rateOf(result)
  const slowdown = plainRate === null || rate === 0 ? null : plainRate / rate
  return { ...result, sanitize: { chaos, variant, plainRate, rate, slowdown, watchpoints } }
}

/** A plain run before the other, so that both are of one machine and one moment. */
function calibration(options: SanitizeRunOptions, seconds: number): SanitizeRunOptions {
  const { onProgress } = options
  return { ...options, seconds, onProgress: (line) => onProgress(`plain, for comparison: ${line}`) }
}

function rateOf(result: RunResult): number {
  return result.seconds === 0 ? 0 : totalOperations(result) / result.seconds
}

interface Ended {
  readonly result: RunResult
  readonly watchpoints: number
}

async function runOnce(
  prepared: Prepared,
  options: SanitizeRunOptions,
  worker: URL,
  watching: Watching,
): Promise<Ended> {
  const { seconds, signal, repeat, onProgress, chaos = false, all = false, untilFound = false } = options
  onProgress(`${prepared.scenario.name}  booting`)
  const image = bootMachine(prepared)
  let started = performance.now()
  const found = new SanitizeFindings(() => performance.now() - started, NESTS)
  const enough = new AbortController()
  const sanitize = sanitizeOptions(image, { seed: prepared.seed, chaos, all })
  const sanitized: MachineOptions = {
    sanitize,
    onReport: (report) => {
      found.add(report)
      if (untilFound && found.found > 0) enough.abort()
    },
  }
  const machine = await startMachine(image, {
    worker,
    lockstat: true,
    stallMs: stallMs(prepared),
    ...(watching === 'plain' ? {} : sanitized),
  })
  started = performance.now()
  const checks = await watch(machine, {
    seconds,
    signal: AbortSignal.any([signal, enough.signal]),
    onLook: (ranMs) => onProgress(progressLine(prepared, machine, ranMs, seconds)),
  })
  const ranMs = performance.now() - started
  const outcome = await machine.stop(signal.aborted ? 'interrupted' : 'time')
  const result = collectResult({ prepared, machine, outcome, ranMs, checks, repeat })
  const names = new AddressNames(image.regions)
  const words = {
    name: (addr: number) => names.name(addr),
    value: (addr: number) => machine.mem.load(addr),
  }
  const told = found.tell(words, { seed: prepared.seed, command: repeat })
  const findings = [...result.findings, ...told]
  return {
    result: { ...result, findings, outcome: findings.length > 0 ? 'found' : result.outcome },
    watchpoints: sanitize.watches.reduce((sum, count) => sum + count, 0),
  }
}
