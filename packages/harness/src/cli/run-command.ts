import { runReport } from '../report/run-report.js'
import { prepare } from '../run/prepare.js'
import { run } from '../run/run.js'
import { runPreparedSanitized } from '../sanitize/run-sanitized.js'
import type { RunSample } from '../run/samples.js'
import type { Scenario } from '../scenario/types.js'
import type { RunChoices } from './options.js'
import { checkWritable, writeReport } from './written-reports.js'
import { print, printJson, terminalWidth } from './output.js'
import { type SanitizeChoices, NOT_SANITIZED, sanitizeText } from './run-command-sanitize.js'
import { progressOn } from './progress.js'

export const EXIT_OK = 0
export const EXIT_FOUND = 1
export const EXIT_USAGE = 2

/** Runs one scenario and prints its report. Returns the exit code. Throws UsageError before anything starts. */
export async function runCommand(
  scenario: Scenario,
  named: string,
  choices: RunChoices,
  signal: AbortSignal,
  sanitize: SanitizeChoices = NOT_SANITIZED,
): Promise<number> {
  checkWritable('--report', choices.report)
  const prepared = prepare(scenario, choices, choices.seed)
  const progress = progressOn(process.stderr)
  const samples: RunSample[] = []
  const options = {
    seconds: choices.seconds,
    signal,
    repeat: `holdfast run ${named}${repeatOptions(choices)}${sanitizeText(sanitize)}`,
    onSample: (sample: RunSample) => samples.push(sample),
    onProgress: (line: string, view?: () => string) => progress.update(line, view),
  }
  const plain = !sanitize.sanitize && sanitize.variant === ''
  const running = plain ? run(prepared, options) : runPreparedSanitized(prepared, { ...options, ...sanitize })
  const result = await running.finally(() => progress.done())
  await writeReport(choices.report, async () =>
    (await import('../report/html-run.js')).runHtml(result, samples),
  )
  await (choices.json ? printJson(result) : print(runReport(result, terminalWidth())))
  return result.findings.length === 0 ? EXIT_OK : EXIT_FOUND
}

/** The options that make a run what it is, as they are given on the command line. */
export function repeatOptions(choices: Omit<RunChoices, 'json' | 'report'>): string {
  const given: readonly (readonly [string, number | undefined])[] = [
    ['--cpus', choices.cpus],
    ['--lwps', choices.lwps],
    ['--memory', choices.memory],
    ['--maxslp', choices.maxslp],
    ['--clock-rate', choices.clockRate],
    ['--seconds', choices.seconds],
    ['--seed', choices.seed],
  ]
  const options = given.flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${value}`]))
  if (choices.preempt !== undefined) options.push(choices.preempt ? '--preempt' : '--no-preempt')
  return options.map((option) => ` ${option}`).join('')
}
