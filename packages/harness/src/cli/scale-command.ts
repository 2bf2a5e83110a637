import { scaleReport } from '../report/scale-report.js'
import { findingReport } from '../report/finding-report.js'
import { prepare } from '../run/prepare.js'
import { scale } from '../run/scale.js'
import type { Scenario } from '../scenario/types.js'
import type { RunChoices } from './options.js'
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
  const prepared = sizes.map((cpus) => prepare(scenario, { ...choices, cpus }, choices.seed))
  const progress = progressOn(process.stderr)
  const result = await scale(prepared, {
    seconds: choices.seconds,
    seed: choices.seed,
    signal,
    repeat: `holdfast run ${named}${repeatOptions({ ...choices, cpus: undefined })}`,
    onProgress: (line, view) => progress.update(line, view),
  }).finally(() => progress.done())
  const found = result.findings.map((finding) => `${findingReport(finding).join('\n')}\n\n`).join('')
  await (choices.json ? printJson(result) : print(found + scaleReport(result)))
  return result.findings.length === 0 ? EXIT_OK : EXIT_FOUND
}
