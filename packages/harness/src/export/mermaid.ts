import { reportTable } from '@holdfast/explorer'
import type { Finding, ReportLine } from '@holdfast/explorer'

type Step = Extract<ReportLine, { kind: 'step' }>

/** Steps that are shown, about: more is no picture. */
const ROWS = 40
/** Characters of a line of text. */
const LONGEST = 120

/** A finding as a sequence diagram: the steps of its report, a participant for each CPU or thread. */
export function mermaidOf(finding: Finding): string {
  const { columns, lines } = reportTable(finding, { rows: ROWS })
  const all = columns.length < 2 ? 'P0' : `P0,P${columns.length - 1}`
  const steps = lines.flatMap((line) => {
    if (line.kind === 'function') return []
    const who = line.column < 0 ? all : `P${line.column}`
    if (line.kind !== 'step') return [`Note over ${who}: ${escaped(line.text)}`]
    const { op, word, values } = line.text
    const what = [op, word, values].filter((part) => part !== '').join(' ')
    const step = `${who}->>${who}: ${escaped(`${line.row.step + 1} ${functionOf(line)}${what}`)}`
    return line.fault ? [step, `Note over ${who}: ${escaped(`here: ${finding.verdict}`)}`] : [step]
  })
  const { verdict, message } = finding
  return [
    'sequenceDiagram',
    ...columns.map(({ name }, n) => `participant P${n} as ${escaped(name)}`),
    ...steps,
    `Note over ${all}: ${escaped(message.startsWith(`${verdict}:`) ? message : `${verdict}: ${message}`)}`,
  ]
    .join('\n  ')
    .concat('\n')
}

/** The function that a reader knows the step by: the innermost outside the code of locks. */
function functionOf({ row: { place, callers, inner } }: Step): string {
  const outer = place === undefined ? undefined : [place, ...callers][inner]
  return outer === undefined ? '' : `${outer.cName}:${outer.line} `
}

/** Characters that end a text, or begin something else, are written as entities; long texts are cut. */
export function escaped(text: string): string {
  const plain = text.replaceAll(/\s+/g, ' ').trim()
  const cut = plain.length <= LONGEST ? plain : `${plain.slice(0, LONGEST - 1)}…`
  return cut.replaceAll(/[#;<>{}%&"\\]/g, (each) => `#${each.codePointAt(0)};`)
}
