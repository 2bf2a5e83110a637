import { startMachine } from '@holdfast/cpu'
import type { RunResult } from '../report/result.js'
import { collectResult } from './collect.js'
import { bootMachine, type Prepared } from './prepare.js'
import { progressLine } from './progress-line.js'
import { stallMs } from './stall.js'
import { watch } from './watch.js'

/** How a run is bounded and watched. */
export interface RunOptions {
  /** Wall-clock seconds. */
  readonly seconds: number
  /** Ends the run early; the result is of what ran so far. */
  readonly signal: AbortSignal
  /** The command that runs the same again. */
  readonly repeat: string
  readonly onProgress: (line: string) => void
}

/** Runs a scenario on a machine of its own. Every worker is gone when it returns. */
export async function run(prepared: Prepared, options: RunOptions): Promise<RunResult> {
  const { seconds, signal, repeat, onProgress } = options
  onProgress(`${prepared.scenario.name}  booting`)
  const machine = await startMachine(bootMachine(prepared), { lockstat: true, stallMs: stallMs(prepared) })
  const started = performance.now()
  const checks = await watch(machine, {
    seconds,
    signal,
    onLook: (ranMs) => onProgress(progressLine(prepared, machine, ranMs, seconds)),
  })
  const ranMs = performance.now() - started
  const outcome = await machine.stop(signal.aborted ? 'interrupted' : 'time')
  return collectResult({ prepared, machine, outcome, ranMs, checks, repeat })
}
