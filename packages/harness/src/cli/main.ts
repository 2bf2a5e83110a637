import { type Command, CommanderError } from 'commander'
import { asUsageError } from '../explore/subject-of.js'
import { UsageError } from '../scenario/problem.js'
import { abortOnSignals } from './interrupt.js'
import { buildProgram } from './program.js'
import { EXIT_OK, EXIT_USAGE } from './run-command.js'

/** Runs the command line; returns the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  let code = EXIT_OK
  const program = buildProgram(abortOnSignals(), (exit) => {
    code = exit
  })
  for (const command of [program, ...program.commands]) quiet(command)
  try {
    await program.parseAsync(args, { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError) return tellUsage(error, program, args[0])
    const told = asUsageError(error)
    if (!(told instanceof UsageError)) throw error
    process.stderr.write(`${told.message.replaceAll(/^/gm, 'holdfast: ')}\n`)
    return EXIT_USAGE
  }
}

/** Errors are thrown, not exits. */
function quiet(command: Command): void {
  command.exitOverride()
}

/** Commander has said what is wrong; this adds what is allowed. Help that was asked for is no error. */
function tellUsage({ code, exitCode }: CommanderError, program: Command, name: string | undefined): number {
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
  return EXIT_USAGE
}
