import type { EventText } from './event-text.js'
import type { Finding } from '../finding.js'
import { fileName, outerPlaces } from './place-text.js'
import { howItWasFound, replayLine, wordText } from './report.js'
import { reportTable } from './report-lines.js'
import type { ReportLine } from './report-lines.js'

const DEFAULT_ROWS = 60

/** A finding as Markdown: the sentence, a table with a column for each actor, the words, how it was found, the replay line. */
export function reportMarkdown(
  finding: Finding,
  { rows = DEFAULT_ROWS }: { readonly rows?: number } = {},
): string {
  const { columns, lines } = reportTable(finding, { rows })
  const empty = columns.map(() => '')
  const row = (step: string, cells: readonly string[]): string => `| ${[step, ...cells].join(' | ')} |`
  const table = [
    row(
      'step',
      columns.map(({ name }) => escaped(name)),
    ),
    row(
      '---:',
      columns.map(() => '---'),
    ),
    ...lines.flatMap((line) => {
      const cell = cellOf(line)
      if (cell === undefined) return []
      return [row(stepOf(line), empty.with(Math.max(0, line.column), cell))]
    }),
  ]
  const words = finding.words.map(
    (word) =>
      `- ${code(word.name)}: ${wordText(word)}${word.changed === undefined ? '' : `; ${escaped(word.changed)}`}`,
  )
  return [
    `**${finding.verdict}**: ${escaped(finding.message)}`,
    '',
    ...table,
    '',
    ...(words.length > 0 ? ['At the end:', '', ...words, ''] : []),
    howItWasFound(finding),
    '',
    '```sh',
    replayLine(finding),
    '```',
    '',
  ].join('\n')
}

function stepOf(line: ReportLine): string {
  if (line.kind !== 'step') return ''
  return line.fault ? `**${line.row.step + 1}**` : String(line.row.step + 1)
}

/** A function has no row of its own: each step names it. */
function cellOf(line: ReportLine): string | undefined {
  switch (line.kind) {
    case 'function':
      return undefined
    case 'step': {
      const { text, row, fault } = line
      const [place] = outerPlaces(row)
      const what = row.remark === undefined ? codeOf(text) : escaped(row.remark.text)
      const where = place === undefined ? '' : `${code(place.cName)} `
      const at = place === undefined ? '' : ` (${fileName(place.file)}:${place.line})`
      return `${where}${fault ? `**${what}**` : what}${at}`
    }
    case 'note':
      return `*${escaped(line.text)}*${line.at === '' ? '' : ` (${escaped(line.at)})`}`
    case 'runs':
      return `*runs ${escaped(line.text)}*`
    case 'skipped':
      return escaped(line.text)
    case 'left':
      return line.preempted ? `**${escaped(line.text)}**` : `*${escaped(line.text)}*`
    default:
      return `**${escaped(line.text)}**`
  }
}

function codeOf({ op, word, values }: EventText): string {
  return code([op, word, values].filter((part) => part !== '').join(' '))
}

function code(text: string): string {
  return `\`${text.replaceAll('|', '\\|').replaceAll('`', "'")}\``
}

function escaped(text: string): string {
  return text.replace(/[|*_`<>[\]\\]/g, (char) => `\\${char}`)
}
