import { Command } from 'commander'
import { CPUS, LWPS, MEMORY, rangeText } from '../scenario/limits.js'
import { SMALL_SCENARIOS } from '../explore/scenarios/index.js'
import { SCENARIOS } from '../scenarios/index.js'
import { DEFAULT_OUT, parseExploreFlags } from './explore-command-options.js'
import type { ExploreFlags } from './explore-command-options.js'
import { exploreCommand } from './explore-command.js'
import { exploreHelp } from './explore-command-help.js'
import { ciChoices, JUNIT } from './written-reports.js'
import { addExport } from './export-command.js'
import { findScenario } from './find-scenario.js'
import { findingsCommand } from './findings-command.js'
import type { FindingsFlags } from './findings-command.js'
import { addMutate } from './mutate-command.js'
import { DEFAULT_SECONDS, DEFAULT_SEED, parseCpuList, parseRunFlags, type RunFlags } from './options.js'
import { print, printJson } from './output.js'
import { recordCommand } from './record-command.js'
import { DEFAULT_LOG_MB, parseRecordFlags, refuseRecordFlags } from './record-command-options.js'
import type { RecordFlags } from './record-command-options.js'
import { replayCommand } from './replay-command.js'
import type { ReplayFlags } from './replay-command.js'
import { runCommand } from './run-command.js'
import { parseSanitizeFlags } from './run-command-sanitize.js'
import { addView } from './view-command.js'
import { verifyCommand } from './verify-command.js'
import type { VerifyFlags } from './verify-command.js'
import { addZoo } from './zoo-command.js'
import { addSchema } from './schema-command.js'
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
  holdfast run --sanitize --chaos                  races and lock rules, watched while it runs
  holdfast run mine.json --json                    a scenario of your own, report as JSON
  holdfast run hold-vs-memory --record --repeat 1000 --seconds 60   parallel runs, replayed until one fails
  holdfast scale --cpus 1,2,4,8                    how it scales
  holdfast explore program:reorder --param s=3     every interleaving of a small program
  holdfast explore ./my-program.ts                 of one of your own
  holdfast replay holdfast-findings/x.json         a finding again, step for step
  holdfast view holdfast-findings/x.json           a page with its lanes, locks, memory and sources

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
    .option('--sanitize', 'watch for data races, broken lock rules and locks taken in a cycle, meanwhile')
    .option('--chaos', 'with --sanitize: random delays and priorities at synchronisation points')
    .option('--all', 'with --sanitize: report accesses that are unlocked by design too')
    .option(
      '--variant <names>',
      'corrections or mutants of the kernel, or paths of your own, separated by commas',
    )
    .option(
      '--record',
      'record the order of all accesses, replay the run in the explorer, and check it there',
    )
    .option('--repeat <n>', 'with --record: run after run of a small scenario, until one shows a fault')
    .option(
      '--log-size <mb>',
      `with --record: megabytes of log at which a run ends (default: ${DEFAULT_LOG_MB})`,
    )
    .option('--no-shrink', 'with --record: leave schedules as they were found')
    .option('--out <dir>', `with --record: folder of the finding files (default: ${DEFAULT_OUT})`)
    .action(async (name: string | undefined, flags: RecordFlags & RunFlags) => {
      if (flags.record === true) {
        const choices = parseRecordFlags(flags)
        exit(await recordCommand(await findScenario(name), choices, signal))
        return
      }
      refuseRecordFlags(flags)
      const choices = parseRunFlags(flags)
      const sanitize = await parseSanitizeFlags(flags)
      const scenario = await findScenario(name)
      exit(await runCommand(scenario, name ?? scenario.name, choices, signal, sanitize))
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

  addExplorer(program, signal, exit)
  addZoo(program, signal, exit)
  addMutate(program, signal, exit)
  addView(program, exit)
  addExport(program, exit)

  program
    .command('scenarios')
    .description('list the built-in scenarios, or describe one')
    .argument('[scenario]', 'name of a scenario, or path of a JSON or TypeScript file')
    .option(
      '--json',
      'print JSON: one scenario as a file for run, or all of them, those for explore under "small"',
    )
    .action(async (name: string | undefined, { json }: { json?: boolean }) => {
      if (name === undefined) {
        await (json
          ? printJson({ command: 'scenarios', scenarios: SCENARIOS, small: SMALL_SCENARIOS })
          : print(listScenarios()))
        return
      }
      const scenario = await findScenario(name)
      await (json ? printJson(scenario) : print(describeScenario(scenario)))
    })

  addSchema(program)

  return program
}

/** explore, replay, findings. */
function addExplorer(program: Command, signal: AbortSignal, exit: (code: number) => void): void {
  program
    .command('explore')
    .description(
      'choose the interleavings of a program, or of the kernel under a scenario, and report what goes wrong',
    )
    .argument('<target>', 'program:<name>, path of a program (.ts, .js), name or path of a scenario')
    .option('--strategy <name>', 'how interleavings are chosen, see below; or the path of one of your own')
    .option('--seed <n>', 'seed of strategies that choose by chance (default: 1)')
    .option('--executions <n>', 'most executions')
    .option('--seconds <s>', 'most seconds; what is found then depends on the speed of the machine')
    .option('--bound <n>', 'most preemptions or delays, of the bounded strategies')
    .option('--preemptions <n>', 'the same as --strategy preemption-bound --bound <n>')
    .option('--delays <n>', 'the same as --strategy delay-bound --bound <n>')
    .option('--depth <d>', 'depth of the faults that pct looks for (default: 3)')
    .option('--param <name=number>', 'a parameter of a program; may be repeated', collect, [])
    .option('--jobs <n>', 'worker threads (default: 1)')
    .option('--expiry <when>', 'when timed waits may run out: always, or idle, when nothing else can run')
    .option('--wake <whom>', 'whom a signal wakes: fifo, the one that waits longest, or any')
    .option('--spurious <n>', 'spurious wake-ups that an execution may have (default: 0)')
    .option(
      '--step-limit <n>',
      'operations after which an execution is cut off (default: 100,000; scenarios 200,000)',
    )
    .option(
      '--memory-model <model>',
      'sc, or tso: plain stores of a CPU reach memory later, as on x86 (default: sc)',
    )
    .option(
      '--ticks <n>',
      'of a scenario: clock ticks at any point, besides those of an idle machine (default: 2)',
    )
    .option(
      '--disk <when>',
      'of a scenario: transfers complete when due (default), or any time from their start on',
    )
    .option('--interrupts <when>', 'of a scenario: taken at any point (default), or polled, as dpor needs it')
    .option(
      '--variant <names>',
      'corrections or mutants of the kernel, or paths of your own, separated by commas',
    )
    .option(
      '--checker <file>',
      'a checker of your own, besides those that are on; may be repeated',
      collect,
      [],
    )
    .option('--all', 'report accesses that are unlocked by design too')
    .option('--max-findings <n>', 'end when so many different faults are known')
    .option('--no-shrink', 'leave schedules as they were found')
    .option('--out <dir>', `folder of the finding files (default: ${DEFAULT_OUT})`)
    .option('--json', 'print one JSON object instead of the report')
    .option('--junit <file>', JUNIT)
    .option('--github', 'print annotations for GitHub Actions (default: if it runs there)')
    .option('--no-github', 'print none')
    .addHelpText('after', exploreHelp)
    .action(async (target: string, flags: ExploreFlags) => {
      exit(await exploreCommand(target, parseExploreFlags(flags), signal, ciChoices(flags)))
    })

  program
    .command('replay')
    .description(
      'run a recorded execution again: exit code 1 if it shows a fault, 2 if the program is not as it was',
    )
    .argument('<schedule>', 'a finding file, a name of docs/findings, or a schedule (hf1+...)')
    .option('--step', 'show it step by step')
    .option('--force', 'go on where the program has drifted, as far as that is possible')
    .option('--json', 'print one JSON object instead of the report')
    .action(async (what: string, flags: ReplayFlags) => {
      exit(await replayCommand(what, flags))
    })

  program
    .command('findings')
    .description('replay every finding listed in docs/findings: exit code 0 if all are reproduced')
    .option('--dir <dir>', 'folder of the finding files (default: docs/findings)')
    .option(
      '--rewrite [ids...]',
      'find, shrink and correct them anew, and rewrite docs/findings (minutes each)',
    )
    .option(
      '--shrink [ids...]',
      'shrink them further, from the schedules they have, and rewrite docs/findings',
    )
    .option('--seconds <s>', 'of --rewrite and --shrink: for each finding to be shrunk (default: 60)')
    .option('--json', 'print one JSON object instead of the table')
    .option('--junit <file>', JUNIT)
    .action(async (flags: FindingsFlags) => {
      exit(await findingsCommand(flags, signal))
    })

  program
    .command('verify')
    .description(
      'explore what was verified to hold, and the faults planted against it: exit code 0 if all hold and are found',
    )
    .argument('[claim]', 'one of docs/verified.md; left out: all, which takes long')
    .option('--quick', 'only those that take seconds')
    .option(
      '--variant <names>',
      'of a claim about a correction: explored with these in its place, names or paths',
    )
    .option('--json', 'print one JSON object instead of the table')
    .option('--markdown', 'print the table of docs/verified.md')
    .option('--junit <file>', JUNIT)
    .action(async (claim: string | undefined, flags: VerifyFlags) => {
      exit(await verifyCommand(claim, flags, signal))
    })
}

function collect(value: string, before: readonly string[]): string[] {
  return [...before, value]
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
    .option('--report <file>', 'write the lock report there too: one HTML page')
    .option('--json', 'print one JSON object instead of the report')
}
