import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { CPUS, LWPS, MEMORY, rangeText } from '../scenario/limits.js'
import { SCENARIOS } from '../scenarios/index.js'
import { findScenario } from './find-scenario.js'
import { DEFAULT_SECONDS, DEFAULT_SEED, parseCpuList, parseRunFlags, type RunFlags } from './options.js'
import { print, printJson } from './output.js'
import { runCommand } from './run-command.js'
import { scaleCommand } from './scale-command.js'
import { describeScenario, listScenarios } from './scenarios-command.js'

const START_CPUS = '4'
const START_SECONDS = 60
const SCALE_CPUS = '1,2,4,8'
const SCALE_SECONDS = 5

const EXAMPLES = `
Examples:
  holdfast start                                   the demonstration: memory pressure on four CPUs
  holdfast run hold-storm --cpus 8 --seconds 30    one scenario, larger and longer
  holdfast run mine.json --json                    a scenario of your own, report as JSON
  holdfast scale --cpus 1,2,4,8                    how it scales

Exit code: 0 nothing was found, 1 something was, 2 wrong usage.`

/** The commands and their options. Each sets the exit code through `exit`. */
export function buildProgram(signal: AbortSignal, exit: (code: number) => void): Command {
  const program = new Command('holdfast')
    .description(
      'A laboratory for kernel locking protocols: runs a model of the NetBSD 5 kernel on simulated CPUs, ' +
        'each a worker thread over one shared memory, and watches its u-area swapping.',
    )
    .showHelpAfterError('(holdfast --help tells more)')
    .addHelpText('after', EXAMPLES)

  withRunOptions(program.command('start'), START_CPUS, String(START_SECONDS))
    .description(`run the default scenario on ${START_CPUS} CPUs for ${START_SECONDS} s and print the report`)
    .action(async (flags: RunFlags) => {
      const choices = parseRunFlags({ cpus: START_CPUS, ...flags }, START_SECONDS)
      const scenario = await findScenario(undefined)
      exit(await runCommand(scenario, scenario.name, choices, signal))
    })

  withRunOptions(program.command('run'), 'of the scenario', String(DEFAULT_SECONDS))
    .description('run a scenario and print the report')
    .argument('[scenario]', 'name of a built-in scenario, or path of a JSON or TypeScript file')
    .action(async (name: string | undefined, flags: RunFlags) => {
      const choices = parseRunFlags(flags)
      const scenario = await findScenario(name)
      exit(await runCommand(scenario, name ?? scenario.name, choices, signal))
    })

  const scale = program
    .command('scale')
    .description('run a scenario at several numbers of CPUs and print the curve')
    .argument('[scenario]', 'name of a built-in scenario, or path of a JSON or TypeScript file')
    .option('--cpus <list>', `numbers of CPUs, each ${rangeText(CPUS)}`, SCALE_CPUS)
  withWorkloadOptions(scale, String(SCALE_SECONDS)).action(
    async (name: string | undefined, flags: RunFlags) => {
      const { cpus, ...others } = flags
      const choices = parseRunFlags(others, SCALE_SECONDS)
      const sizes = parseCpuList(cpus ?? SCALE_CPUS)
      const scenario = await findScenario(name)
      exit(await scaleCommand(scenario, name ?? scenario.name, sizes, choices, signal))
    },
  )

  program
    .command('scenarios')
    .description('list the built-in scenarios, or describe one')
    .argument('[scenario]', 'name of a scenario, or path of a JSON or TypeScript file')
    .option('--json', 'print JSON: one scenario as a file for run, or all of them')
    .action(async (name: string | undefined, { json }: { json?: boolean }) => {
      if (name === undefined) {
        await (json ? printJson({ command: 'scenarios', scenarios: SCENARIOS }) : print(listScenarios()))
        return
      }
      const scenario = await findScenario(name)
      await (json ? printJson(scenario) : print(describeScenario(scenario)))
    })

  program
    .command('schema')
    .description('print the JSON Schema of scenario files')
    .option('--json', 'the same on one line')
    .action(async ({ json }: { json?: boolean }) => {
      const text = readFileSync(new URL('../../schema/scenario.schema.json', import.meta.url), 'utf8')
      await (json ? printJson(JSON.parse(text) as object) : print(text))
    })

  return program
}

function withRunOptions(command: Command, cpus: string, seconds: string): Command {
  command.option('--cpus <n>', `simulated CPUs, ${rangeText(CPUS)} (default: ${cpus})`)
  return withWorkloadOptions(command, seconds)
}

function withWorkloadOptions(command: Command, seconds: string): Command {
  return command
    .option('--lwps <n>', `user LWPs, ${rangeText(LWPS)} (default: of the scenario)`)
    .option('--memory <pages>', `page frames of 4,096 bytes, ${rangeText(MEMORY)} (default: of the scenario)`)
    .option(
      '--maxslp <s>',
      'simulated seconds asleep before an LWP is swapped out (default: of the scenario)',
    )
    .option('--clock-rate <x>', 'simulated seconds in a second (default: of the scenario)')
    .option('--preempt', 'kernel preemption on (default: of the scenario)')
    .option('--no-preempt', 'kernel preemption off')
    .option('--seconds <s>', `how long to run (default: ${seconds})`)
    .option('--seed <n>', `seed of every random choice (default: ${DEFAULT_SEED})`)
    .option('--json', 'print one JSON object instead of the report')
}
