import { mismatch } from './match.js'
import { type Ended, PageFolder } from './page-folder.js'
import { type ShownCommand, parsePage } from './page.js'
import { withOptions } from './run-options.js'

const MOST_LINES = 200

/**
 * Writes the files of a page and runs its commands, but for those that it says are skipped, in a fresh folder, in order. Throws an Error at the first
 * that prints something else than is shown, or ends otherwise: it begins with `path:line`, and has both texts.
 */
export async function checkPage(path: string, text: string): Promise<void> {
  const steps = parsePage(path, text)
  const folder = new PageFolder()
  try {
    for (const step of steps) {
      if (step.kind === 'file') folder.write(step.name, step.text)
      if (step.kind === 'command' && step.options.skip === undefined) await checkCommand(folder, path, step)
    }
  } finally {
    folder.remove()
  }
}

async function checkCommand(folder: PageFolder, path: string, shown: ShownCommand): Promise<void> {
  const { line, output, options } = shown
  const command = withOptions(shown.command, options.with)
  const ended = await folder.run(command, options.seconds)
  const fail = (at: number, what: string): never => {
    throw new Error(`${path}:${at}: ${what}\n$ ${command}\n${bothTexts(output, at - line - 1, ended)}`)
  }
  if (ended.code === null) fail(line, `it did not end within ${options.seconds} s`)
  const allowed = options.exit === 'any' ? [0, 1] : [options.exit]
  if (!allowed.includes(ended.code as number))
    fail(line, `exit code ${ended.code}, not ${allowed.join(' or ')}`)
  if (output.length === 0) return
  const at = mismatch(output, ended, options.numbersVary)
  if (at === undefined) return
  fail(line + 1 + at, at < output.length ? 'this is not what comes next' : 'more is printed than is shown')
}

/** What is shown, with a mark at line `at`, and what was printed. */
function bothTexts(output: readonly string[], at: number, { stdout, stderr }: Ended): string {
  const shown = output.map((line, n) => `${n === at ? '>' : ' '} ${line}`)
  const printed = Object.entries({ stdout, stderr }).flatMap(([name, text]) =>
    text.trim() === '' ? [] : [`--- printed (${name})`, ...excerpt(text.trimEnd().split('\n'))],
  )
  return ['--- shown', ...shown, ...(printed.length === 0 ? ['--- nothing printed'] : printed)].join('\n')
}

function excerpt(lines: readonly string[]): readonly string[] {
  const left = lines.length - MOST_LINES
  return left <= 0
    ? lines
    : [...lines.slice(0, MOST_LINES / 2), `… ${left} lines …`, ...lines.slice(-MOST_LINES / 2)]
}
