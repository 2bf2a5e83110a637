import type { Command } from 'commander'
import { generate } from '../mutate/generate.js'
import type { Mutant } from '../mutate/mutant.js'
import { mutateText } from '../mutate/report-text.js'
import { resultOf } from '../mutate/report.js'
import { runMutants } from '../mutate/run-mutants.js'
import { sampleOf } from '../mutate/sample.js'
import { notAllowed, UsageError } from '../scenario/problem.js'
import { DEFAULT_EXECUTIONS, parseMutateFlags } from './mutate-command-options.js'
import type { MutateChoices, MutateFlags } from './mutate-command-options.js'
import { print, printJson } from './output.js'
import { progressOn } from './progress.js'
import { EXIT_FOUND, EXIT_OK } from './run-command.js'

/** `mutate`, with its options. */
export function addMutate(program: Command, signal: AbortSignal, exit: (code: number) => void): void {
  program
    .command('mutate')
    .description(
      "put faults into the kernel's source by rule, and see whether the checkers catch them: exit code 0 if none survives",
    )
    .option('--files <list>', 'only these source files, by name; or uvm-glue (default: all there are for it)')
    .option('--operators <list>', 'only these kinds of faults (default: all)')
    .option('--only <ids>', 'only these mutants, see --list')
    .option('--sample <n>', 'so many mutants, by chance (default: all)')
    .option('--seed <n>', 'seed of the sample and of the explorations (default: 1)')
    .option('--executions <n>', `most executions for each mutant (default: ${DEFAULT_EXECUTIONS})`)
    .option(
      '--budget <s>',
      'most seconds for each mutant; what is caught then depends on the speed of the machine',
    )
    .option('--jobs <n>', 'worker threads (default: 1)')
    .option('--list', 'print the mutants, and try none')
    .option('--json', 'print one JSON object instead of the report')
    .action(async (flags: MutateFlags) => {
      exit(await mutateCommand(parseMutateFlags(flags), signal))
    })
}

/** Makes mutants and tries them. Exit code: 0 none survived, 1 some did. */
async function mutateCommand(choices: MutateChoices, signal: AbortSignal): Promise<number> {
  const { files, operators, sample, seed, executions, seconds, jobs, json } = choices
  const all = chosen(await generate(files, operators), choices.only)
  const mutants = sample === undefined ? all : sampleOf(all, sample, seed)
  if (choices.list) {
    await (json ? printJson({ command: 'mutate', mutants }) : print(mutants.map(lineOf).join('\n')))
    return EXIT_OK
  }
  const progress = progressOn(process.stderr)
  const onProgress = (line: string, view: () => string): void => progress.update(line, view)
  const tried = await runMutants({ mutants, seed, executions, seconds, jobs, signal, onProgress })
  progress.done()
  const result = resultOf(tried)
  await (json ? printJson(result) : print(mutateText(result, mutants.length)))
  return result.survivors.length === 0 ? EXIT_OK : EXIT_FOUND
}

/** Those with these ids. Throws UsageError. */
function chosen(mutants: readonly Mutant[], only: readonly string[] | undefined): readonly Mutant[] {
  if (only === undefined) return mutants
  const unknown = only.filter((id) => !mutants.some((mutant) => mutant.id === id))
  if (unknown.length > 0)
    throw new UsageError(unknown.map((id) => notAllowed('--only', id, 'one of those that --list prints')))
  return mutants.filter(({ id }) => only.includes(id))
}

function lineOf({ id, file, line, cName }: Mutant): string {
  return `${id}  ${cName} (${file}:${line})`
}
