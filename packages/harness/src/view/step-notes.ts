import type { EventRow } from '@holdfast/explorer'
import type { TraceNote } from '@holdfast/viewer'

/** What is to be said of a step; `faults`: what was reported at it. */
export function notesOf(row: EventRow, event: number, faults: readonly string[]): TraceNote[] {
  const { remark, note, notes } = row
  const end = endOf(row)
  return [
    ...faults.map((text) => ({ event, kind: 'report' as const, text })),
    ...(remark === undefined ? [] : [{ event, kind: 'remark' as const, text: remark.text }]),
    ...(note === undefined ? [] : [{ event, kind: 'note' as const, text: note }]),
    ...notes.map(({ text }) => ({ event, kind: 'note' as const, text })),
    ...(end === undefined ? [] : [{ event, ...end }]),
  ]
}

/** Why its actor goes no further. */
function endOf({ left, actorName }: EventRow): Pick<TraceNote, 'kind' | 'text'> | undefined {
  if (left === undefined) return undefined
  if (left.why === 'ended') return { kind: 'left', text: `${actorName} has ended` }
  if (left.why === 'preempted') return { kind: 'left', text: `${actorName} is preempted` }
  const holder = left.holder === undefined ? '' : `, held by ${left.holder}`
  const what = `${left.op} ${left.word ?? ''}`.trimEnd()
  return { kind: 'waits', text: `${actorName} waits: ${what}${holder}` }
}
