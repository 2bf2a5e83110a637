import { emitKeypressEvents } from 'node:readline'
import type { EventRow } from '@holdfast/explorer'
import { print } from './output.js'

const OP_WIDTH = 12
const WORD_WIDTH = 28

/**
 * Shows the steps of an execution: on a terminal one for each key (space, enter: the next; a: all that are left; q: no more), else
 * all of them.
 */
export async function showRows(rows: readonly EventRow[]): Promise<void> {
  const names = Math.max(4, ...rows.map(({ actorName }) => actorName.length))
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    await print(rows.map((row) => rowText(row, names)).join('\n'))
    return
  }
  await print('space or enter: the next step; a: all; q: quit')
  const keys = new Keys()
  try {
    let all = false
    for (const row of rows) {
      if (!all) {
        const key = await keys.next()
        if (key === 'q') return
        all = key === 'a'
      }
      await print(rowText(row, names))
    }
  } finally {
    keys.close()
  }
}

/** `   12  T2   store      b            0 -> -1    reorder.ts:6  mem.store(b, -1)`, and below it what comes of it. */
function rowText(row: EventRow, names: number): string {
  const { step, actorName, op, word = '', place, old, new: now, wrote, meaning, note, left } = row
  const values =
    word === '' ? '' : wrote ? `${meaning?.old ?? old} -> ${meaning?.new ?? now}` : `${meaning?.old ?? old}`
  const at =
    place === undefined
      ? ''
      : `${place.file}:${place.line} (${place.cName})  ${place.text.replaceAll(/\s+/g, ' ')}`
  const line = [
    `${row.preempts ? '*' : ' '}${String(step + 1).padStart(5)}`,
    actorName.padEnd(names),
    op.padEnd(OP_WIDTH),
    [word, values]
      .filter((part) => part !== '')
      .join('  ')
      .padEnd(WORD_WIDTH),
    at,
    ...(note === undefined ? [] : [`[${note}]`]),
  ]
  const below = [
    ...row.reports.map((report) => `       !! ${report}`),
    ...(left?.why === 'preempted' ? [`       ~~ ${actorName} is preempted`] : []),
    ...(left?.why === 'ended' ? [`       -- ${actorName} has ended`] : []),
    ...(left?.why === 'waits'
      ? [`       -- ${actorName} waits: ${left.op} ${left.word ?? ''}`.trimEnd()]
      : []),
  ]
  return [line.join('  ').trimEnd(), ...below].join('\n')
}

/** Keys of the terminal, one by one. */
class Keys {
  private waiting: ((key: string) => void) | undefined
  private readonly onKey = (_text: string | undefined, key: { name?: string; ctrl?: boolean }): void => {
    const isQuit = key.name === 'q' || key.name === 'escape' || (key.ctrl === true && key.name === 'c')
    const { waiting } = this
    this.waiting = undefined
    waiting?.(isQuit ? 'q' : (key.name ?? ''))
  }

  constructor() {
    emitKeypressEvents(process.stdin)
    process.stdin.setRawMode(true)
    process.stdin.on('keypress', this.onKey)
    process.stdin.resume()
  }

  next(): Promise<string> {
    return new Promise((resolve) => {
      this.waiting = resolve
    })
  }

  close(): void {
    process.stdin.off('keypress', this.onKey)
    process.stdin.setRawMode(false)
    process.stdin.pause()
  }
}
