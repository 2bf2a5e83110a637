import { type Command, CommanderError } from 'commander'
import { asUsageError } from '../explore/subject/subject-of.js'
import { UsageError } from '../scenario/problem.js'
import { abortOnSignals } from './interrupt.js'
import { printJson } from './output.js'
import { buildProgram } from './program.js'
import { EXIT_OK, EXIT_USAGE } from './run-command.js'
import { tellError } from './tell-error.js'

/** Runs the command line; returns the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  let code = EXIT_OK
  const { signal, listen } = abortOnSignals()
  const program = buildProgram(signal, (exit) => {
    code = exit
  })
  program.hook('preAction', (_, command) => {
    if (!endsAtOnce(command)) listen()
  })
  for (const command of [program, ...program.commands]) quiet(command)
  try {
    await program.parseAsync(args, { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError) return await tellUsage(error, program, args)
    const told = asUsageError(error)
    if (!(told instanceof UsageError)) throw error
    tellError(told)
    await tellPrograms(args, told.message)
    return EXIT_USAGE
  }
}

/** Commands that work on the main thread, and have nothing to report when they are interrupted: they just end. */
const AT_ONCE = new Set(['replay', 'view', 'export', 'scenarios', 'schema'])

/** Findings that are made anew or shrunk are written one by one, each whole: those that are done stay. */
function endsAtOnce(command: Command): boolean {
  const { rewrite, shrink } = command.opts<{ rewrite?: unknown; shrink?: unknown }>()
  const writes = rewrite !== undefined || shrink !== undefined
  return AT_ONCE.has(command.name()) || (command.name() === 'findings' && writes)
}

/** Errors are thrown, not exits. */
function quiet(command: Command): void {
  command.exitOverride()
}

/** Commander has said what is wrong; this adds what is allowed. Help that was asked for is no error. */
async function tellUsage(error: CommanderError, program: Command, args: readonly string[]): Promise<number> {
  const { code, exitCode, message } = error
  const [name] = args
  if (exitCode === 0) return EXIT_OK
  const command = program.commands.find((each) => each.name() === name)
  if (code === 'commander.unknownOption' && command !== undefined) {
    const options = command.options.map(({ long }) => long).join(', ')
    process.stderr.write(`holdfast: the options of ${command.name()} are ${options}\n`)
  }
  if (code === 'commander.unknownCommand') {
    const commands = program.commands.map((each) => each.name()).join(', ')
    process.stderr.write(`holdfast: the commands are ${commands}\n`)
  }
  await tellPrograms(args, message)
  return EXIT_USAGE
}

/** Whoever reads JSON is told that way too: one object, the last on stdout. */
async function tellPrograms(args: readonly string[], error: string): Promise<void> {
  if (args.includes('--json')) await printJson({ command: args[0], error })
}
