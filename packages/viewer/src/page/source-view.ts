import type { Execution } from '../model/execution.js'
import { element } from './dom.js'

/** Lines shown before and after the one at hand. */
const AROUND = 6

/** Where a step is: the calls it is in, the line of the source, and beside it that of the original. */
export class SourceView {
  readonly root: HTMLElement
  private readonly calls = element('div', {
    class: 'calls',
    role: 'group',
    'aria-label': 'Calls, innermost first',
  })
  private readonly ours = element('div', { class: 'source' })
  private readonly original = element('div', { class: 'source' })
  private readonly execution: Execution
  private readonly files: ReadonlyMap<string, ReadonlyMap<number, string>>
  private stack: readonly number[] = []

  constructor(execution: Execution) {
    this.execution = execution
    this.files = new Map(execution.files.map(({ name, lines }) => [name, new Map(lines)]))
    this.root = element(
      'section',
      { class: 'sources', 'aria-label': 'Sources' },
      this.calls,
      element('div', { class: 'pair' }, this.ours, this.original),
    )
  }

  show(event: number): void {
    const { events, stacks } = this.execution
    this.stack = stacks[events.stack[event] as number] ?? []
    this.choose(events.inner[event] as number)
  }

  private choose(frame: number): void {
    const { places } = this.execution
    this.calls.replaceChildren(
      ...this.stack.map((number, at) => {
        const place = places[number]
        const name = `${place?.function}:${place?.line}`
        const made = element(
          'button',
          { type: 'button', 'aria-pressed': at === frame ? 'true' : 'false' },
          name,
        )
        made.addEventListener('click', () => {
          this.choose(at)
          ;(this.calls.children[at] as HTMLElement | undefined)?.focus()
        })
        return made
      }),
    )
    const place = places[this.stack[frame] ?? -1]
    this.ours.hidden = place === undefined
    if (place !== undefined) this.ours.replaceChildren(...this.listing(place.file, place.line, place.line))
    // Of what has no original itself, such as the code of a lock, that of who calls it.
    const from = this.stack.slice(frame).map((number) => places[number]?.original)
    const original = from.find((each) => each !== undefined)
    this.original.hidden = original === undefined
    if (original !== undefined)
      this.original.replaceChildren(...this.listing(original.file, original.from, original.to))
  }

  private listing(file: string, from: number, to: number): HTMLElement[] {
    const lines = this.files.get(file)
    const rows: HTMLElement[] = []
    const isWhole = to > from
    const around = isWhole ? 0 : AROUND
    const shown: [number, string][] = []
    for (let line = from - around; line <= to + around; line++) {
      const text = lines?.get(line)
      if (text !== undefined) shown.push([line, text])
    }
    const indent = indentOf(shown.map(([, text]) => text))
    for (const [line, text] of shown) {
      const isHere = !isWhole && line === from
      rows.push(
        element(
          'span',
          { class: isHere ? 'line here' : 'line', 'aria-current': isHere ? 'true' : undefined },
          element('span', { class: 'no' }, String(line)),
          `${text.startsWith(indent) ? text.slice(indent.length) : text}\n`,
        ),
      )
    }
    const where = isWhole ? `${file}:${from}-${to}` : `${file}:${from}`
    return [
      element('h3', {}, where),
      element('pre', { tabindex: 0, 'aria-label': where }, element('code', {}, ...rows)),
    ]
  }
}

/** The white space that all lines begin with, but for empty ones and directives of C: without it, code that stands deep is seen too. */
function indentOf(lines: readonly string[]): string {
  const [first = '', ...others] = lines.filter((line) => line.trim() !== '' && !line.startsWith('#'))
  let indent = first.slice(0, first.search(/\S|$/))
  for (const line of others) while (!line.startsWith(indent)) indent = indent.slice(0, -1)
  return indent
}
