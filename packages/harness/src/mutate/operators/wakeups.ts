import { isWakeup } from '../kernel-names.js'
import type { Operator } from '../mutant.js'
import { nodesOf } from '../source-functions.js'

/** Sleepers that nobody wakes. */
export const skipWakeup: Operator = {
  name: 'skip-wakeup',
  about: 'whoever waits is not woken, not made runnable, or not told',
  *changes(fn) {
    for (const node of nodesOf(fn))
      if (isWakeup(node)) yield { edits: [{ start: node.start, end: node.end, text: ';' }] }
  },
}
