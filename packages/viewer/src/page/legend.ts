import { element } from './dom.js'

/** What is drawn among the lanes, by the class of its sample in the style sheet, or as a sign. */
const SIGNS: readonly (readonly [string, string, string])[] = [
  ['held', '', 'holds a lock'],
  ['waits', '', 'waits for one'],
  ['passed', '', 'from who released it to who took it'],
  ['preempt', '▼', 'preemption'],
  ['fault', '★', 'what the fault is about'],
  ['report', '', 'a report'],
]

/** A line below the lanes that says what their signs are. */
export function legend(): HTMLElement {
  return element(
    'ul',
    { class: 'legend', 'aria-label': 'Signs' },
    ...SIGNS.map(([kind, sign, means]) =>
      element('li', {}, element('span', { class: `sign ${kind}`, 'aria-hidden': 'true' }, sign), means),
    ),
  )
}
