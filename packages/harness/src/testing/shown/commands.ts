/** What pages say about commands of holdfast beside those that are run. */
import { buildProgram } from '../../cli/program.js'
import { inlineCodes } from './inline-code.js'
import { parsePage } from './page.js'

const COMMAND = /^(?:npx -y pnpm@[\d.]+ |pnpm (?:-s )?)?holdfast ([a-z]+)/
/** A line of a block that looks like a command. */
const COMMAND_LINE = /^\s*(?:\$ )?(?:(?:npx -y )?pnpm\b|holdfast [a-z]+(?: |$))/
const OPTION = /(?<![\w-])--[a-z][\w-]*/g

/** `path:line` of the block, and the command, for each in a block of code that is not run. */
export function commandsNotRun(path: string, text: string): string[] {
  return parsePage(path, text).flatMap((step) => {
    if (step.kind !== 'other') return []
    const lines = step.text.split('\n').filter((line) => COMMAND_LINE.test(line))
    return lines.map((line) => `${path}:${step.line}: ${line.trim()}`)
  })
}

/** The reasons for which a page's commands are skipped, and how many by each. */
export function skipped(path: string, text: string): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const step of parsePage(path, text)) {
    const reason = step.kind === 'command' ? step.options.skip : undefined
    if (reason !== undefined) counts[reason] = (counts[reason] ?? 0) + 1
  }
  return counts
}

/** `path:line` of commands and options within sentences that this version does not have; in a table, the options in a command's row are its own. */
export function unknownInText(path: string, text: string): string[] {
  const known = knownOptions()
  const lines = text.split('\n')
  let row: { line: number; options: ReadonlySet<string>; name: string } | undefined
  return inlineCodes(text).flatMap((code) => {
    const name = COMMAND.exec(code.text)?.[1]
    const options = name === undefined ? undefined : known.get(name)
    if (name !== undefined && options === undefined)
      return [`${path}:${code.line}: holdfast has no command ${name}`]
    if (name !== undefined && options !== undefined) row = { line: code.line, options, name }
    const inRow = row?.line === code.line && lines[code.line - 1]?.startsWith('|') === true
    if (row === undefined || (name === undefined && !(inRow && code.text.startsWith('--')))) return []
    const { options: allowed, name: command } = row
    return (code.text.match(OPTION) ?? [])
      .filter((option) => !allowed.has(option))
      .map((option) => `${path}:${code.line}: holdfast ${command} has no option ${option}`)
  })
}

function knownOptions(): Map<string, ReadonlySet<string>> {
  const program = buildProgram(new AbortController().signal, () => undefined)
  return new Map(
    program.commands.map((command) => [
      command.name(),
      new Set(['--help', ...command.options.flatMap(({ long }) => long ?? [])]),
    ]),
  )
}
