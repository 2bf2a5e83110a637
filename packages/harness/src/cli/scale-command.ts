import { scaleReport } from '../report/scale-report.js'
import { findingReport } from '../report/finding-report.js'
import type { RunResult } from '../report/result.js'
import { prepare } from '../run/prepare.js'
import { scale } from '../run/scale.js'
import type { Scenario } from '../scenario/types.js'
import type { RunChoices } from './options.js'
import { checkWritable, writeReport } from './written-reports.js'
import { print, printJson } from './output.js'
import { progressOn } from './progress.js'
import { EXIT_FOUND, EXIT_OK, repeatOptions } from './run-command.js'

/** Runs one scenario at each size and prints the curve. Every size is checked before the first starts. */
export async function scaleCommand(
  scenario: Scenario,
  named: string,
  sizes: readonly number[],
  choices: RunChoices,
  signal: AbortSignal,
): Promise<number> {
  checkWritable('--report', choices.report)
  const prepared = sizes.map((cpus) => prepare(scenario, { ...choices, cpus }, choices.seed))
  const runs: RunResult[] = []
  const progress = progressOn(process.stderr)
  const result = await scale(prepared, {
    seconds: choices.seconds,
    seed: choices.seed,
    signal,
    repeat: `holdfast run ${named}${repeatOptions({ ...choices, cpus: undefined })}`,
    onRun: (run) => runs.push(run),
    onProgress: (line, view) => progress.update(line, view),
  }).finally(() => progress.done())
  await writeReport(choices.report, async () =>
    (await import('../report/html-scale.js')).scaleHtml(result, runs),
  )
  const found = result.findings.map((finding) => `${findingReport(finding).join('\n')}\n\n`).join('')
  await (choices.json ? printJson(result) : print(found + scaleReport(result)))
  return result.findings.length === 0 ? EXIT_OK : EXIT_FOUND
}
