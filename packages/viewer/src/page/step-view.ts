import type { Execution } from '../model/execution.js'
import type { Memory } from '../model/memory.js'
import { eventText, sentence, valueText } from '../model/texts.js'
import { element } from './dom.js'

/** Changes of one step that are listed; a page that is filled has more. */
const MOST_CHANGES = 12

/** What happens at a step: in a sentence (which is read out), and what it means, changes and ends. */
export class StepView {
  readonly root: HTMLElement
  private readonly heading = element('p', { class: 'now', 'aria-live': 'polite', 'aria-atomic': true })
  private readonly details = element('div')
  private readonly execution: Execution
  private readonly memory: Memory

  constructor(execution: Execution, memory: Memory) {
    this.execution = execution
    this.memory = memory
    this.root = element('section', { class: 'step', 'aria-label': 'This step' }, this.heading, this.details)
  }

  /** Shows an event; returns its sentence. */
  show(event: number): string {
    const text = eventText(this.execution, event)
    const spoken = sentence(text)
    this.heading.replaceChildren(
      element('span', { class: 'number' }, `Step ${text.step}`),
      ' ',
      element('strong', {}, text.who),
      ` ${text.op} `,
      element('code', {}, [text.word, text.values].filter((part) => part !== '').join('  ')),
      ...(text.preempts ? [' ', element('span', { class: 'tag preempt' }, 'preempts')] : []),
      ...(this.execution.focus.includes(event)
        ? [' ', element('span', { class: 'tag fault' }, 'the fault is about this')]
        : []),
    )
    const notes = (this.execution.notesOf.get(event) ?? []).map(({ kind, text: each }) =>
      element('li', { class: kind }, each),
    )
    this.details.replaceChildren(element('ul', { class: 'notes' }, ...notes), ...this.changes(event))
    return spoken
  }

  private changes(event: number): HTMLElement[] {
    const { execution } = this
    const changes = this.memory.changedBy(event)
    if (changes.length === 0) return [element('p', { class: 'none' }, 'Memory stays as it is.')]
    const rows = changes
      .slice(0, MOST_CHANGES)
      .map(({ word, old, new: now }) =>
        element(
          'tr',
          {},
          element('th', { scope: 'row' }, execution.words[word]?.name ?? ''),
          element('td', {}, valueText(execution, word, old)),
          element('td', {}, `→ ${valueText(execution, word, now)}`),
        ),
      )
    const more = changes.length - rows.length
    const table = element('table', { class: 'changes' }, element('caption', {}, 'Changes'), ...rows)
    return more > 0 ? [table, element('p', { class: 'none' }, `and ${more} more`)] : [table]
  }
}
