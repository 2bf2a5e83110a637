import { partsOf } from '../model/execution.js'
import type { Execution } from '../model/execution.js'
import type { Filter } from '../model/filter.js'
import { button, element } from './dom.js'

/** What the toolbar can ask for. */
export interface Commands {
  go(event: number): void
  by(steps: number): void
  next(by: 1 | -1): void
  marked(by: 1 | -1): void
  /** Returns how many events of each execution pass, undefined: all. */
  filter(filter: Filter): readonly (number | undefined)[]
  zoom(factor: number): void
  fit(): void
  help(): void
}

/** Steps, filters, the search. */
export class Toolbar {
  readonly root: HTMLElement
  private readonly number: HTMLInputElement
  private readonly search: HTMLInputElement
  private readonly selects: readonly (readonly [keyof Filter, HTMLSelectElement])[]
  private readonly passing = element('output', { class: 'count' })
  private readonly commands: Commands

  constructor(executions: readonly Execution[], commands: Commands) {
    this.commands = commands
    const length = Math.max(...executions.map((each) => each.length))
    this.number = element('input', { type: 'number', min: 1, max: length, 'aria-label': 'Step' })
    this.number.addEventListener('change', () => commands.go(Number(this.number.value) - 1))
    this.search = element('input', { type: 'search', placeholder: 'Search ( / )', 'aria-label': 'Search' })
    this.search.addEventListener('input', () => this.filtered())
    this.search.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') commands.next(event.shiftKey ? -1 : 1)
      if (event.key === 'Escape') this.search.blur()
    })
    this.selects = [
      [
        'actor',
        choice(
          'CPU',
          names(executions, ({ actors }) => actors),
        ),
      ],
      [
        'task',
        choice(
          'LWP',
          names(executions, ({ tasks }) => tasks),
        ),
      ],
      [
        'lock',
        choice(
          'lock',
          names(executions, ({ words }) => words.filter(({ isLock }) => isLock).map(({ name }) => name)),
        ),
      ],
      [
        'field',
        choice(
          'field',
          names(executions, ({ words }) => words.map(({ name }) => partsOf(name).field)),
        ),
      ],
    ]
    for (const [, select] of this.selects) select.addEventListener('change', () => this.filtered())
    this.root = element(
      'div',
      { class: 'toolbar', role: 'group', 'aria-label': 'Steps and filters' },
      element(
        'div',
        { class: 'steps' },
        button('|◀', 'First step (Home)', () => commands.go(0)),
        button('◀', 'Step back (←)', () => commands.by(-1)),
        this.number,
        element('span', { class: 'of' }, `of ${length}`),
        button('▶', 'Step forward (→)', () => commands.by(1)),
        button('▶|', 'Last step (End)', () => commands.go(length - 1)),
        button('★', 'Next event that matters (n)', () => commands.marked(1)),
      ),
      element(
        'div',
        { class: 'filters' },
        ...this.selects.filter(([, select]) => select.length > 1).map(([, select]) => select),
        this.search,
        this.passing,
      ),
      element(
        'div',
        { class: 'zoom' },
        button('−', 'Smaller (-)', () => commands.zoom(1 / 1.5)),
        button('+', 'Larger (+)', () => commands.zoom(1.5)),
        button('↔', 'All of it (0)', () => commands.fit()),
        button('?', 'Keys (?)', () => commands.help()),
      ),
    )
  }

  show(event: number): void {
    this.number.value = String(event + 1)
  }

  focusSearch(): void {
    this.search.focus()
    this.search.select()
  }

  private filtered(): void {
    const chosen = this.selects.map(([name, select]) => [
      name,
      select.value === '' ? undefined : select.value,
    ])
    const text = this.search.value.trim()
    const filter = { ...(Object.fromEntries(chosen) as Filter), text: text === '' ? undefined : text }
    const counts = this.commands.filter(filter).filter((count) => count !== undefined)
    const passing = counts.map((count) => count.toLocaleString('en')).join(' and ')
    this.passing.textContent = passing === '' ? '' : `${passing} events`
  }
}

function names(executions: readonly Execution[], of: (execution: Execution) => readonly string[]): string[] {
  return [...new Set(executions.flatMap(of))].sort((one, other) =>
    one.localeCompare(other, 'en', { numeric: true }),
  )
}

function choice(what: string, values: readonly string[]): HTMLSelectElement {
  return element(
    'select',
    { 'aria-label': `Only this ${what}` },
    element('option', { value: '' }, `any ${what}`),
    ...values.map((value) => element('option', { value }, value)),
  )
}
