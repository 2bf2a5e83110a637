import { partsOf } from '../model/execution.js'
import type { Execution } from '../model/execution.js'
import type { Memory } from '../model/memory.js'
import { valueText } from '../model/texts.js'
import { element } from './dom.js'

interface Cell {
  readonly word: number
  readonly row: HTMLElement
  readonly value: HTMLElement
  shown: number | undefined
}

/** Groups that are open when the page is. */
const OPEN = 3

/**
 * The words of memory as they are after a step, by kind and by record, those first that the fault names: the words that matter, or all that are
 * touched.
 */
export class MemoryView {
  readonly root: HTMLElement
  private readonly execution: Execution
  private readonly memory: Memory
  private readonly body = element('div')
  private readonly all = element('input', { type: 'checkbox' })
  private readonly groups: { readonly details: HTMLDetailsElement; readonly cells: Cell[] }[] = []
  private event = -1
  private field: string | undefined

  constructor(execution: Execution, memory: Memory) {
    this.execution = execution
    this.memory = memory
    const keys = execution.words.filter(({ isKey }) => isKey === true).length
    const hasKeys = keys > 0 && keys < execution.words.length
    this.all.checked = !hasKeys
    this.all.addEventListener('change', () => this.build())
    this.root = element(
      'section',
      { class: 'memory', 'aria-label': 'Memory' },
      element('h2', {}, 'Memory'),
      ...(hasKeys ? [element('label', {}, this.all, ' all words that are touched')] : []),
      this.body,
    )
    this.build()
  }

  show(event: number): void {
    this.event = event
    for (const { details, cells } of this.groups) if (details.open) this.update(cells)
  }

  /** Shows the words of one field only; undefined: all. */
  filter(field: string | undefined): void {
    if (field === this.field) return
    this.field = field
    this.build()
  }

  private update(cells: readonly Cell[]): void {
    const { execution, memory, event } = this
    for (const cell of cells) {
      const value = memory.valueAt(cell.word, event)
      const isChanged = memory.valueAt(cell.word, event - 1) !== value
      if (cell.row.classList.contains('changed') !== isChanged)
        cell.row.classList.toggle('changed', isChanged)
      if (cell.shown === value) continue
      cell.shown = value
      cell.value.textContent = valueText(execution, cell.word, value)
    }
  }

  private build(): void {
    const { execution } = this
    this.groups.length = 0
    const byGroup = execution.groups.map((): number[] => [])
    for (const [word, { group, isKey, name }] of execution.words.entries()) {
      if (!this.all.checked && isKey !== true) continue
      if (this.field !== undefined && partsOf(name).field !== this.field) continue
      byGroup[group]?.push(word)
    }
    const blocks: HTMLElement[] = []
    for (const [group, words] of byGroup.entries()) {
      if (words.length === 0) continue
      const { details, cells } = this.group(execution.groups[group] ?? '', words, blocks.length < OPEN)
      details.addEventListener('toggle', () => this.update(cells))
      this.groups.push({ details, cells })
      blocks.push(details)
    }
    this.body.replaceChildren(...blocks)
    this.show(this.event)
  }

  private group(
    name: string,
    words: readonly number[],
    isOpen: boolean,
  ): { details: HTMLDetailsElement; cells: Cell[] } {
    const cells: Cell[] = []
    const table = element('table', {}, element('caption', { class: 'unseen' }, name))
    const parted = words.map((word) => ({ word, ...partsOf(this.execution.words[word]?.name ?? '') }))
    const { message = '' } = this.execution
    const isNamed = (record: string): number => (record !== '' && message.includes(record) ? 0 : 1)
    const records = [...new Set(parted.map(({ record }) => record))].sort(
      (one, other) => isNamed(one) - isNamed(other) || one.localeCompare(other, 'en', { numeric: true }),
    )
    for (const record of records) {
      const body = element('tbody')
      if (record !== '')
        body.append(
          element('tr', { class: 'record' }, element('th', { scope: 'rowgroup', colspan: 2 }, record)),
        )
      for (const { word, field, record: of } of parted) {
        if (of !== record) continue
        const value = element('td')
        const row = element('tr', {}, element('th', { scope: 'row' }, field), value)
        cells.push({ word, row, value, shown: undefined })
        body.append(row)
      }
      table.append(body)
    }
    const summary = element(
      'summary',
      {},
      `${name} `,
      element('span', { class: 'count' }, String(words.length)),
    )
    return { details: element('details', { open: isOpen }, summary, table), cells }
  }
}
