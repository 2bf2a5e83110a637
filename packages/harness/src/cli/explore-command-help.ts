import { STRATEGIES, programNames } from '@holdfast/explorer'

const WIDTH = 96

/** What the help of explore says below its options. */
export function exploreHelp(): string {
  const strategies = STRATEGIES.filter(({ name }) => name !== 'replay').map(
    ({ name, about }) => `  ${name.padEnd(18)}${about}`,
  )
  return [
    '',
    'Strategies (default: dpor for a program; for a scenario several in turn):',
    ...strategies,
    '',
    'Programs:',
    ...wrapped(programNames().join(' ')),
    '',
    'Within a number of executions the findings are the same for the same seed, whatever the number of jobs; with --seconds they',
    'depend on the machine. dpor, dfs and the bounded searches go from one execution to the next, and run in one job.',
    'Ctrl-C ends it and reports what was found.',
    '',
  ].join('\n')
}

function wrapped(text: string): string[] {
  const lines: string[] = []
  let line = ' '
  for (const word of text.split(' ')) {
    if (line.length + 1 + word.length > WIDTH) {
      lines.push(line)
      line = ' '
    }
    line += ` ${word}`
  }
  return [...lines, line]
}
