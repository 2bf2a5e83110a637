import type { Execution } from '../model/execution.js'
import { lowerBound } from '../model/execution.js'
import { eventText } from '../model/texts.js'
import { element } from './dom.js'

/** Height of a row in pixels, as in the style sheet. */
const ROW = 24
/** Rows made before and after those in view. */
const SPARE = 8

/** The events as a table, for who cannot or would not read the lanes: of those the filter wants, the rows in view. */
export class EventList {
  readonly root: HTMLElement
  private readonly execution: Execution
  private readonly choose: (event: number) => void
  private readonly frame = element('div', {
    class: 'frame',
    tabindex: 0,
    role: 'table',
    'aria-label': 'Events',
  })
  private readonly room = element('div', { class: 'room', role: 'rowgroup' })
  private readonly count = element('span', { class: 'count' })
  private events: Int32Array
  private cursor = 0

  constructor(execution: Execution, choose: (event: number) => void) {
    this.execution = execution
    this.choose = choose
    this.events = Int32Array.from({ length: execution.length }, (_, event) => event)
    this.frame.append(headings(), this.room)
    this.frame.addEventListener('scroll', () => this.draw())
    this.root = element(
      'section',
      { class: 'events', 'aria-label': 'Events' },
      element('h2', {}, 'Events ', this.count),
      this.frame,
    )
    new ResizeObserver(() => this.draw()).observe(this.frame)
    this.resize()
  }

  filter(wanted: Uint8Array | undefined): void {
    const { length } = this.execution
    const events: number[] = []
    for (let event = 0; event < length; event++)
      if (wanted === undefined || wanted[event] === 1) events.push(event)
    this.events = Int32Array.from(events)
    this.resize()
    this.go(this.cursor)
  }

  go(event: number): void {
    this.cursor = event
    const at = lowerBound(this.events, event) * ROW
    const { scrollTop, clientHeight } = this.frame
    if (at < scrollTop || at + 3 * ROW > scrollTop + clientHeight)
      this.frame.scrollTop = at - clientHeight / 2
    this.draw()
  }

  private resize(): void {
    const { length } = this.events
    this.room.style.height = `${length * ROW}px`
    this.frame.setAttribute('aria-rowcount', String(length))
    this.count.textContent =
      length === this.execution.length ? String(length) : `${length} of ${this.execution.length}`
    this.draw()
  }

  private draw(): void {
    const { scrollTop, clientHeight } = this.frame
    const first = Math.max(0, Math.floor(scrollTop / ROW) - SPARE)
    const last = Math.min(this.events.length, Math.ceil((scrollTop + clientHeight) / ROW) + SPARE)
    const rows: HTMLElement[] = []
    for (let at = first; at < last; at++) rows.push(this.row(this.events[at] as number, at))
    this.room.replaceChildren(...rows)
  }

  private row(event: number, at: number): HTMLElement {
    const { step, who, op, word, values, place, preempts } = eventText(this.execution, event)
    const isHere = event === this.cursor
    const cells = [String(step), `${preempts ? '▼ ' : ''}${who}`, op, word, values, place]
    const row = element(
      'div',
      {
        role: 'row',
        class: isHere ? 'row here' : 'row',
        'aria-rowindex': at + 1,
        'aria-current': isHere ? 'step' : undefined,
        style: `top: ${at * ROW}px`,
      },
      ...cells.map((text) => element('span', { role: 'cell', title: text }, text)),
    )
    row.addEventListener('click', () => this.choose(event))
    return row
  }
}

const COLUMNS = ['step', 'who', 'does', 'word', 'values', 'where']

function headings(): HTMLElement {
  const cells = COLUMNS.map((text) => element('span', { role: 'columnheader' }, text))
  return element('div', { role: 'row', class: 'head' }, ...cells)
}
