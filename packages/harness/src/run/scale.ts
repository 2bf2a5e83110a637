import { availableParallelism } from 'node:os'
import { scalePoint, type ScalePoint, type ScaleResult } from '../report/scale-report.js'
import type { Finding, RunResult } from '../report/result.js'
import { type Prepared } from './prepare.js'
import { run, type RunOptions } from './run.js'

/** Runs one workload at each size of the machine, one after the other; a finding or an interruption ends it. */
export async function scale(
  sizes: readonly Prepared[],
  options: RunOptions & { readonly seed: number; readonly onRun?: (result: RunResult) => void },
): Promise<ScaleResult> {
  const points: ScalePoint[] = []
  let findings: readonly Finding[] = []
  let outcome: ScaleResult['outcome'] = 'time'
  for (const prepared of sizes) {
    const result = await run(prepared, {
      ...options,
      repeat: `${options.repeat} --cpus ${prepared.machine.cpus}`,
    })
    points.push(scalePoint(result, points[0]))
    options.onRun?.(result)
    findings = result.findings
    outcome = result.outcome
    if (outcome === 'found' || outcome === 'interrupted') break
  }
  return {
    command: 'scale',
    scenario: sizes[0]?.scenario.name ?? '',
    seconds: options.seconds,
    seed: options.seed,
    hostCores: availableParallelism(),
    points,
    findings,
    outcome,
  }
}
