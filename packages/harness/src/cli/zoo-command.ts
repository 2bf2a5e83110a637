import { writeFileSync } from 'node:fs'
import type { Command } from 'commander'
import { Jobs } from '../explore/campaign/jobs.js'
import { RUN_SECONDS, SEED } from '../scenario/limits.js'
import { choices, notAllowed, UsageError } from '../scenario/problem.js'
import { MUTANTS } from '../zoo/index.js'
import type { Mutant } from '../zoo/mutant.js'
import { parallelCatch } from '../zoo/parallel.js'
import { runZoo } from '../zoo/run-zoo.js'
import { zooPage } from '../zoo/zoo-page.js'
import { isSound, zooJson, zooReport } from '../zoo/zoo-report.js'
import { JOBS } from './explore-command-options.js'
import { ZOO_PAGE, checkInRepository } from './findings-command-folder.js'
import { parseNumber } from './options.js'
import { print, printJson } from './output.js'
import { progressOn } from './progress.js'
import { EXIT_FOUND, EXIT_OK } from './run-command.js'

/** Options as they come. */
interface ZooFlags {
  readonly quick?: boolean
  readonly seed?: string
  readonly jobs?: string
  readonly budget?: string
  readonly write?: boolean
  readonly json?: boolean
}

/** Executions of a scenario by each strategy, with `--quick`. */
const QUICK_EXECUTIONS = 50

/** Adds `holdfast zoo`. */
export function addZoo(program: Command, signal: AbortSignal, exit: (code: number) => void): void {
  program
    .command('zoo')
    .description(
      'run the historic faults of the zoo: exit code 0 if every one is caught as expected, and nothing is found without them',
    )
    .argument('[ids...]', 'some of docs/zoo.md; left out: all')
    .option('--quick', 'only those that take seconds')
    .option('--seed <n>', 'seed of strategies that choose by chance (default: 1)')
    .option('--jobs <n>', 'worker threads (default: 2); what is found does not depend on it')
    .option(
      '--budget <s>',
      'most seconds of each strategy on each mutant (default: executions are the only limit)',
    )
    .option('--write', 'rewrite docs/zoo.md')
    .option('--json', 'print one JSON object instead of the table')
    .action(async (ids: string[], flags: ZooFlags) => {
      exit(await zooCommand(ids, flags, signal))
    })
}

/** Exit code: 0 all were caught as expected and every twin is clean; 1 otherwise, or when it was interrupted. Throws UsageError. */
async function zooCommand(ids: readonly string[], flags: ZooFlags, signal: AbortSignal): Promise<number> {
  const mutants = chosen(ids, flags.quick === true)
  const seed = flags.seed === undefined ? 1 : parseNumber('--seed', flags.seed, SEED, true)
  const count = flags.jobs === undefined ? 2 : parseNumber('--jobs', flags.jobs, JOBS, true)
  const seconds =
    flags.budget === undefined ? undefined : parseNumber('--budget', flags.budget, RUN_SECONDS, false)
  if (flags.write === true && mutants.length < MUTANTS.length)
    throw new UsageError([notAllowed('--write', mutants.length, `all ${MUTANTS.length} mutants at once`)])
  if (flags.write === true) checkInRepository('--write', ZOO_PAGE)
  const jobs = new Jobs(count)
  const progress = progressOn(process.stderr)
  try {
    const zoo = await runZoo({
      mutants,
      seed,
      seconds,
      jobs,
      signal,
      parallel: flags.quick === true ? undefined : parallelCatch,
      onProgress: (line, view) => progress.update(line, view),
    })
    progress.done()
    if (flags.write === true && !zoo.interrupted) writeFileSync(ZOO_PAGE, zooPage(zoo))
    await (flags.json === true ? printJson(zooJson(zoo)) : print(zooReport(zoo)))
    return isSound(zoo) && zoo.shown.length === mutants.length ? EXIT_OK : EXIT_FOUND
  } finally {
    progress.done()
    await jobs.close()
  }
}

function chosen(ids: readonly string[], quick: boolean): readonly Mutant[] {
  const known = MUTANTS.map(({ id }) => id)
  const wrong = ids.find((id) => !known.includes(id))
  if (wrong !== undefined) throw new UsageError([notAllowed('mutant', wrong, choices(known))])
  if (ids.length > 0) return MUTANTS.filter(({ id }) => ids.includes(id))
  return quick ? MUTANTS.filter((mutant) => mutant.quick === true).map(shortened) : MUTANTS
}

/** Its scenario is run for less: those that are quick are caught early. */
function shortened(mutant: Mutant): Mutant {
  return mutant.target.startsWith('scenario:') ? { ...mutant, executions: QUICK_EXECUTIONS } : mutant
}
