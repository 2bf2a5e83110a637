import { startMachine } from '@holdfast/cpu'
import type { RunResult } from '../report/result.js'
import { collectResult } from './collect.js'
import { LiveView } from './live-view.js'
import { bootMachine, type Prepared } from './prepare.js'
import { progressLine } from './progress-line.js'
import { sampleOf } from './samples.js'
import type { RunSample } from './samples.js'
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
  /** `view`: the same in several lines, for a terminal. */
  readonly onProgress: (line: string, view?: () => string) => void
  /** Called a few times a second; undefined: nobody wants it. */
  readonly onSample?: (sample: RunSample) => void
}

/** Runs a scenario on a machine of its own. Every worker is gone when it returns. */
export async function run(prepared: Prepared, options: RunOptions): Promise<RunResult> {
  const { seconds, signal, repeat, onProgress } = options
  onProgress(`${prepared.scenario.name}  booting`)
  let found = 0
  const machine = await startMachine(bootMachine(prepared), {
    lockstat: true,
    stallMs: stallMs(prepared),
    onFinding: () => found++,
  })
  const view = new LiveView(prepared, machine, { seconds, findings: () => found })
  const started = performance.now()
  const checks = await watch(machine, {
    seconds,
    signal,
    onLook(ranMs) {
      onProgress(progressLine(prepared, machine, ranMs, seconds), () => view.look(ranMs))
      options.onSample?.(sampleOf(machine, ranMs))
    },
  }).finally(() => view.close())
  const ranMs = performance.now() - started
  const outcome = await machine.stop(signal.aborted ? 'interrupted' : 'time')
  return collectResult({ prepared, machine, outcome, ranMs, checks, repeat })
}
