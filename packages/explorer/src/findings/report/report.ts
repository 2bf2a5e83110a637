import { styleText } from 'node:util'
import type { Site } from '@holdfast/compiler'
import { valueOf } from './value-text.js'
import type { EventText } from './event-text.js'
import type { EventRow } from './events.js'
import type { Finding, WordState } from '../finding.js'
import { fileName, outerPlaces, placeText } from './place-text.js'
import { reportTable } from './report-lines.js'
import type { ReportLine, ReportTable } from './report-lines.js'

/** What a report shows. */
export interface ReportOptions {
  /** Columns of the terminal; 80 to 200, default 120. */
  readonly width?: number
  readonly colour?: boolean
  /** Steps that are shown, about; default 60. */
  readonly rows?: number
}

const DEFAULT_WIDTH = 120
const DEFAULT_ROWS = 60
const STEP_WIDTH = 6
const WIDEST_COLUMN = 64
type Style = Parameters<typeof styleText>[0]
type Paint = (style: Style | undefined, text: string) => string

/** A finding for people: what is wrong in one sentence, who did what in which order, what the words hold, how to have it again. */
export function reportText(finding: Finding, options: ReportOptions = {}): string {
  const width = Math.min(200, Math.max(80, options.width ?? DEFAULT_WIDTH))
  const paint: Paint = (style, text) =>
    options.colour === true && style !== undefined ? styleText(style, text, { validateStream: false }) : text
  const table = reportTable(finding, { rows: options.rows ?? DEFAULT_ROWS })
  return [
    ...headline(finding, width, paint),
    '',
    ...tableLines(table, width, paint),
    '',
    ...wordLines(finding.words),
    ...(finding.words.length > 0 ? [''] : []),
    ...wrapped(howItWasFound(finding), width),
    '',
    replayLine(finding),
    '',
  ].join('\n')
}

/** The command that shows the finding again. */
export function replayLine({ schedule }: Finding): string {
  return `holdfast replay ${schedule}`
}

/** `1 preemption, the fewest with which it can be shown; 3 steps. Found by pct, seed 1, in execution 12 after 0.1 s.` */
export function howItWasFound(finding: Finding): string {
  const { preemptions, minimal, atLeast, length, strategy, seed, execution, found, after } = finding
  const count = `${preemptions} preemption${preemptions === 1 ? '' : 's'}`
  const fewest =
    preemptions === 0
      ? ''
      : minimal
        ? ', the fewest that show it (proven)'
        : `, the fewest found (${atLeast === 0 ? 'not proven' : `proven: at least ${atLeast}`})`
  const by = seed === undefined ? strategy : `${strategy}, seed ${seed},`
  const first = `Found by ${by} in execution ${execution + 1} of ${found.executions}, after ${found.seconds.toFixed(1)} s.`
  const others =
    after.length === 0
      ? ''
      : ` It takes ${after.length + 1} executions to see it: this is the last, the file has the schedules of the others too.`
  return `${count}${fewest}; ${length} step${length === 1 ? '' : 's'}. ${first}${others}`
}

function headline({ verdict, message, sites }: Finding, width: number, paint: Paint): string[] {
  const lines = wrapped(`${verdict}: ${message}`, width).map((line) => paint(['bold', 'red'], line))
  const places = sites.map((site) => `    at ${placeText(site)}: ${site.text.replace(/\s+/g, ' ')}`)
  return [...lines, ...places.map((line) => paint('dim', fitted(line, width)))]
}

/** Lines of the table; the step number, then a column for each actor. */
function tableLines({ columns, lines }: ReportTable, width: number, paint: Paint): string[] {
  if (columns.length === 0) return ['(before the first step)']
  const each = Math.floor((width - STEP_WIDTH) / columns.length) - 3
  const column = Math.min(WIDEST_COLUMN, each)
  const blank = ' '.repeat(column)
  const row = (step: string, cells: readonly string[]): string =>
    `${step.padStart(STEP_WIDTH)} | ${cells.join(' | ')}`.trimEnd()
  const header = row(
    'step',
    columns.map(({ name }) => paint('bold', padded(name, column))),
  )
  const rule = row(
    '-'.repeat(STEP_WIDTH - 1),
    columns.map(() => '-'.repeat(column)),
  )
  const body = lines.map((line) => {
    if (line.column < 0)
      return paint('dim', fitted(`${' '.repeat(STEP_WIDTH)} | ${cellText(line, width)}`, width))
    return cellLines(line, column)
      .map((text, n) => {
        const cells = columns.map((_, i) =>
          i === line.column ? paint(styleOf(line), padded(text, column)) : blank,
        )
        return row(n === 0 ? stepText(line) : '', cells)
      })
      .join('\n')
  })
  return [header, rule, ...body]
}

function stepText(line: ReportLine): string {
  return line.kind === 'step' ? `${line.row.step + 1}${line.fault ? '*' : ' '}` : ''
}

/** What is said in words takes as many lines as it needs. */
function cellLines(line: ReportLine, width: number): string[] {
  const isTold =
    line.kind === 'note' || line.kind === 'left' || (line.kind === 'step' && line.row.remark !== undefined)
  if (!isTold) return [cellText(line, width)]
  const text = cellText(line, Infinity)
  if (text.length <= width) return [text]
  const indent = '         '
  const [first = '', ...rest] = wrapped(text.trimStart(), width - indent.length)
  const start = ' '.repeat(text.length - text.trimStart().length)
  return [start + first, ...rest.map((each) => indent + each)]
}

function cellText(line: ReportLine, width: number): string {
  switch (line.kind) {
    case 'step':
      return line.alone ? loneCell(line, width) : stepCell(place(line.row)?.line, line.text, width)
    case 'note':
      return `  ** ${line.text}${line.at === '' ? '' : `  (${line.at})`}`
    case 'function':
      return functionText(line, width)
    case 'runs':
      return `== ${line.text} ==`
    case 'skipped':
      return `  ${line.text}`
    case 'left':
      return line.preempted ? `  ~~ ${line.text} ~~` : `  -- ${line.text} --`
    default:
      return `  ## ${line.text}`
  }
}

/** `mutex_enter (kern-mutex.ts) < uvm_lwp_hold:120`: as many callers as there is room for. */
function functionText(line: ReportLine & { kind: 'function' }, width: number): string {
  let text = `${line.name} (${line.file})`
  for (const caller of line.callers) {
    if (text.length + 3 + caller.length > width) break
    text += ` < ${caller}`
  }
  return text
}

/** `uvm_swapout:310 write lwp1.l_flag  4 -> 0 < uvm_swapout_threads:190`: the caller, or else the file, if there is room. */
function loneCell({ row, text }: ReportLine & { kind: 'step' }, width: number): string {
  const { op, word, values } = text
  const [at, caller] = outerPlaces(row)
  const start = `${at?.cName ?? ''}:${at?.line ?? ''} ${op}${op === '' ? '' : ' '}`
  const end = values === '' ? '' : `  ${values}`
  const cell = `${start}${fitted(word, Math.max(8, width - start.length - end.length))}${end}`
  const file = at === undefined ? '' : `  (${fileName(at.file)})`
  if (width === Infinity) return cell
  const from = caller === undefined ? file : `  < ${caller.cName}:${caller.line}`
  return cell.length + from.length <= width ? cell + from : cell
}

/** `  :310  write  lwp1.l_flag  4 -> 0`; a name that is too long is cut before the values are. */
function stepCell(line: number | undefined, { op, word, values }: EventText, width: number): string {
  const start = `  ${(line === undefined ? '' : `:${line}`).padEnd(5)} ${op === '' ? '' : `${op.padEnd(5)} `}`
  const end = values === '' ? '' : `  ${values}`
  const room = Math.max(8, width - start.length - end.length)
  return `${start}${fitted(word, room)}${end}`
}

function place(row: EventRow): Site | undefined {
  return outerPlaces(row)[0]
}

function styleOf(line: ReportLine): Style | undefined {
  switch (line.kind) {
    case 'step':
      return line.fault ? ['bold', 'red'] : undefined
    case 'function':
    case 'runs':
      return 'cyan'
    case 'left':
      return line.preempted ? ['bold', 'yellow'] : 'dim'
    case 'stuck':
      return ['bold', 'red']
    default:
      return 'dim'
  }
}

function wordLines(words: readonly WordState[]): string[] {
  if (words.length === 0) return []
  const widest = Math.max(...words.map(({ name }) => name.length))
  return [
    'at the end',
    ...words.flatMap((word) => [
      `    ${word.name.padEnd(widest)}  ${wordText(word)}`,
      ...(word.changed === undefined ? [] : [`    ${' '.repeat(widest)}  ${word.changed}`]),
    ]),
  ]
}

/** `4  (was 0)`, or `4` if it is as it was. */
export function wordText({ before, after, meaning }: WordState): string {
  const old = meaning?.old ?? valueOf(before)
  const now = meaning?.new ?? valueOf(after)
  return before === after ? now : `${now}  (was ${old})`
}

function padded(text: string, width: number): string {
  return fitted(text, width).padEnd(width)
}

function fitted(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`
}

/** Lines of at most `width` characters, broken at spaces. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}
