import type { Commands } from './toolbar.js'
import { button, element } from './dom.js'

/** What each key does, for the list of keys and for who presses them. */
const KEYS: readonly {
  readonly keys: readonly string[]
  readonly does: string
  act(commands: Keyed, shift: boolean): void
}[] = [
  {
    keys: ['ArrowRight', 'l'],
    does: 'the next step (of those the filter wants)',
    act: (c, shift) => c.by(shift ? 10 : 1),
  },
  {
    keys: ['ArrowLeft', 'h'],
    does: 'the step before; with shift ten',
    act: (c, shift) => c.by(shift ? -10 : -1),
  },
  { keys: ['PageDown'], does: 'a hundred steps on', act: (c) => c.by(100) },
  { keys: ['PageUp'], does: 'a hundred steps back', act: (c) => c.by(-100) },
  { keys: ['Home'], does: 'the first step', act: (c) => c.go(0) },
  { keys: ['End'], does: 'the last step', act: (c) => c.go(Number.MAX_SAFE_INTEGER) },
  {
    keys: ['n'],
    does: 'the next preemption, report or access that the fault is about',
    act: (c) => c.marked(1),
  },
  { keys: ['p'], does: 'the one before', act: (c) => c.marked(-1) },
  { keys: ['+', '='], does: 'larger', act: (c) => c.zoom(1.5) },
  { keys: ['-'], does: 'smaller', act: (c) => c.zoom(1 / 1.5) },
  { keys: ['0'], does: 'all of it', act: (c) => c.fit() },
  { keys: ['/'], does: 'search (Enter: the next, with shift the one before)', act: (c) => c.search() },
  { keys: ['?'], does: 'these keys', act: (c) => c.help() },
]

/** Commands, and where to type a search. */
export interface Keyed extends Commands {
  search(): void
}

/** Listens to the keyboard, except where one types, or scrolls a listing. */
export function followKeys(commands: Keyed): void {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
    const found = KEYS.find(({ keys }) => keys.includes(event.key))
    if (found === undefined || isScrolling(event.target, event.key)) return
    event.preventDefault()
    found.act(commands, event.shiftKey)
  })
}

/** Whether a key moves what is wider or higher than its frame: lines of code. */
function isScrolling(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLPreElement)) return false
  if (key === 'ArrowLeft' || key === 'ArrowRight') return target.scrollWidth > target.clientWidth
  return /^(Page|Home|End)/.test(key) && target.scrollHeight > target.clientHeight
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.closest('input, select, textarea, dialog[open]') !== null || target.isContentEditable)
  )
}

/** The list of keys, as a dialog. */
export function keysDialog(): HTMLDialogElement {
  const rows = KEYS.map(({ keys, does }) =>
    element(
      'tr',
      {},
      element('th', { scope: 'row' }, ...keys.flatMap((key) => [element('kbd', {}, key), ' '])),
      element('td', {}, does),
    ),
  )
  const close = button('Close', 'Close', () => dialog.close())
  const dialog = element(
    'dialog',
    { 'aria-label': 'Keys' },
    element('table', {}, ...rows),
    element('p', {}, 'Drag to move; ctrl and the wheel, or two fingers, to enlarge.'),
    close,
  )
  return dialog
}
