import { table } from '../report/table.js'
import { scoreOf } from './report.js'
import type { Counts, MutateResult } from './report.js'

const LONGEST = 240

/** A result for people. `asked`: mutants that there were to try. */
export function mutateText(result: MutateResult, asked: number): string {
  const { generated, caught, equivalent, rejected, survivors, score } = result
  const tried = generated + rejected
  const lines = [
    ...countTable('Operator', result.operators),
    '',
    ...countTable('File', result.files),
    '',
    `Caught by: ${Object.entries(result.verdicts)
      .sort(([, one], [, other]) => other - one)
      .map(([verdict, count]) => `${verdict} ${count}`)
      .join(', ')}`,
  ]
  if (survivors.length > 0) {
    lines.push('', 'Survivors:')
    for (const { id, place, reason, before, after } of survivors)
      lines.push(`  ${id}  ${place}`, `    ${reason}`, `    - ${cut(before)}`, `    + ${cut(after)}`)
  }
  const known = [`${caught} caught`, `${equivalent} equivalent`, `${survivors.length} survived`]
  if (rejected > 0) known.push(`${rejected} more do not compile`)
  lines.push('', `${generated} mutants: ${known.join(', ')}. Score: ${percent(score)}.`)
  if (tried < asked) lines.push(`Interrupted: ${asked - tried} were not tried.`)
  return lines.join('\n')
}

function countTable(title: string, counts: Readonly<Record<string, Counts>>): string[] {
  return table<readonly [string, Counts]>(
    [
      { title, align: 'left', cell: ([name]) => name },
      { title: 'Mutants', align: 'right', cell: ([, { generated }]) => String(generated) },
      { title: 'Equivalent', align: 'right', cell: ([, { equivalent }]) => String(equivalent) },
      { title: 'Caught', align: 'right', cell: ([, { caught }]) => String(caught) },
      { title: 'Score', align: 'right', cell: ([, each]) => percent(scoreOf(each)) },
    ],
    Object.entries(counts),
  )
}

function percent(score: number | null): string {
  return score === null ? '-' : `${(score * 100).toFixed(1)} %`
}

function cut(text: string): string {
  const line = text.replace(/\s+/g, ' ')
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line
}
