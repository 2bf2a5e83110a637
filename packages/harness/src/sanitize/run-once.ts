import { type MachineOptions, type RunningMachine, startMachine } from '@holdfast/cpu'
import { NESTS } from '../explore/checkers/kernel-checkers.js'
import type { RunResult } from '../report/result.js'
import { AddressNames } from '../run/address-names.js'
import { collectResult } from '../run/collect.js'
import { operationCounts } from '../run/counts.js'
import { LiveView } from '../run/live-view.js'
import { bootMachine, type Prepared } from '../run/prepare.js'
import { progressLine } from '../run/progress-line.js'
import type { RunOptions } from '../run/run.js'
import { sampleOf } from '../run/samples.js'
import { stallMs } from '../run/stall.js'
import { watch } from '../run/watch.js'
import { SanitizeFindings } from './findings.js'
import type { SanitizeRunOptions } from './run-sanitized.js'
import { SteadyRate } from './steady-rate.js'
import { sanitizeOptions } from './words.js'

/** The same workers; `plain`: nothing watches. */
type Watching = 'sanitized' | 'plain'

/** How a machine is run once. */
export type FullOptions = SanitizeRunOptions & RunOptions

/** A run that has ended. */
export interface Ended {
  readonly result: RunResult
  /** Operations a second, once it was warm. */
  readonly rate: number
  /** Watchpoints that were set. */
  readonly watchpoints: number
}

/** Boots and runs one machine, sanitized or not. Every worker is gone when it returns. */
export async function runOnce(
  prepared: Prepared,
  options: FullOptions,
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
  const view = new LiveView(prepared, machine, { seconds, findings: () => found.found })
  const steady = new SteadyRate(seconds)
  const checks = await watch(machine, {
    seconds,
    signal: AbortSignal.any([signal, enough.signal]),
    onLook: (ranMs) => {
      steady.look(ranMs, completed(machine))
      onProgress(progressLine(prepared, machine, ranMs, seconds), () => view.look(ranMs))
      options.onSample?.(sampleOf(machine, ranMs))
    },
  }).finally(() => view.close())
  const ranMs = performance.now() - started
  const rate = steady.at(ranMs, completed(machine))
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
    rate,
    watchpoints: sanitize.watches.reduce((sum, count) => sum + count, 0),
  }
}

function completed(machine: RunningMachine): number {
  const counts = operationCounts(machine.stats().counts.kernel)
  return Object.values(counts).reduce((sum, count) => sum + count, 0)
}
