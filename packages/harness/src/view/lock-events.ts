import type { EventRow } from '@holdfast/explorer'
import { ACQUIRES, RELEASES, WAITS } from '@holdfast/viewer'

/** What a step does to a lock. */
export interface LockEvent {
  readonly addr: number
  /** ACQUIRES, RELEASES or WAITS. */
  readonly what: number
}

/** What a step does to locks: of a machine by its remark, of a program by its operation. `addressOf`: of a word, by its name. */
export function lockEventsOf(
  row: EventRow,
  isMachine: boolean,
  addressOf: (name: string) => number | undefined,
): LockEvent[] {
  return isMachine ? byRemark(row) : byOperation(row, addressOf)
}

/** The words of KernelNarrator. */
function byRemark({ remark, addr }: EventRow): LockEvent[] {
  if (remark === undefined || addr === undefined) return []
  if (remark.opens !== undefined) return [{ addr, what: ACQUIRES }]
  if (remark.closes !== undefined || remark.text.startsWith('hands ')) return [{ addr, what: RELEASES }]
  return remark.text.startsWith('waits for ') ? [{ addr, what: WAITS }] : []
}

function byOperation(
  { op, addr, wrote, word2, left }: EventRow,
  addressOf: (name: string) => number | undefined,
): LockEvent[] {
  const found: LockEvent[] = []
  const add = (lock: number | undefined, what: number): void => {
    if (lock !== undefined) found.push({ addr: lock, what })
  }
  const mutex = word2 === undefined ? undefined : addressOf(word2)
  // A waiter that was signalled takes its mutex again.
  if (op === 'lock' || op === 'cvWake' || (op === 'tryLock' && wrote)) add(addr, ACQUIRES)
  if (op === 'unlock') add(addr, RELEASES)
  if (op === 'cvWait') add(mutex, RELEASES)
  if (left?.why === 'waits' && left.op === 'lock') add(left.addr, WAITS)
  return found
}
