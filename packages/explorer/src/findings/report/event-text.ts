import type { EventRow, Pending } from './events.js'
import { valueOf } from './value-text.js'

/** What a step does, in parts: `write`, `l_flag`, `4 -> 0`. */
export interface EventText {
  readonly op: string
  readonly word: string
  readonly values: string
}

export function eventText(row: EventRow): EventText {
  if (row.remark !== undefined) return { op: '', word: row.remark.text, values: '' }
  const { op, word = '', word2, note } = row
  const other = word2 === undefined ? '' : `, ${word2}`
  const range = row.words > 1 ? `, ${row.words} words` : ''
  return { op: plainOp(op), word: `${word}${other}${range}`, values: note ?? valuesOf(row) }
}

/** Names of operations that only this project has are given in the words of the machine. */
function plainOp(op: string): string {
  return op === 'spinWhile' || op === 'spinWhileBoth' ? 'spin' : op
}

function valuesOf(row: EventRow): string {
  const { op, word, wrote, meaning } = row
  if (word === undefined) return ''
  const before = meaning?.old ?? valueOf(row.old)
  const after = meaning?.new ?? valueOf(row.new)
  switch (op) {
    case 'lock':
    case 'unlock':
    case 'cvWait':
    case 'notify':
      return ''
    case 'tryLock':
      return wrote ? 'taken' : 'not free'
    case 'cvSignal':
    case 'cvBroadcast':
      return row.old === row.new ? 'nobody waits' : `wakes ${row.old - row.new}`
    case 'cas':
      return wrote ? `${before} -> ${after}` : `is ${before}: fails`
    case 'fill':
    case 'copy':
      return ''
    case 'drain':
      return `${before} -> ${after}: its store reaches memory`
    default:
      return wrote ? `${before} -> ${after}` : `= ${before}`
  }
}

/** What an actor waits for: `lock m, held by T2`. */
export function pendingText({ op, word, value, meaning, holder }: Pending): string {
  const what = word === undefined ? '' : ` ${word}`
  const is = value === undefined ? '' : `, which is ${meaning ?? valueOf(value)}`
  const held = holder === undefined ? '' : `, held by ${holder}`
  return `${waitName(op)}${what}${is}${held}`
}

/** What an actor that is preempted would have done next: `setter:11 store b`. */
export function nextText({ op, place, word }: Pending): string {
  return [place === undefined ? '' : `${place.cName}:${place.line}`, plainOp(op), word ?? '']
    .filter((part) => part !== '')
    .join(' ')
}

function waitName(op: string): string {
  if (op === 'wake' || op === 'cvWake') return 'a wake-up on'
  return plainOp(op)
}
