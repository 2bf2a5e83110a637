import { child } from '@holdfast/compiler'
import type { Node } from '@holdfast/compiler'
import type { Operator } from '../mutant.js'
import { nodesOf, textOf } from '../source-functions.js'

/** Loops that look once. */
export const whileToIf: Operator = {
  name: 'while-to-if',
  about: 'what waits in a loop for a condition looks at it once',
  *changes(fn) {
    for (const node of nodesOf(fn)) {
      if (node.type !== 'WhileStatement' && node.type !== 'DoWhileStatement') continue
      const body = textOf(fn, child(node, 'body') as Node)
      const test = textOf(fn, child(node, 'test') as Node)
      // A loop still, so that `continue` and `break` in it mean something.
      const text =
        node.type === 'WhileStatement' ? `while (${test}) { ${body}\nbreak }` : `do { ${body} } while (false)`
      yield { edits: [{ start: node.start, end: node.end, text }] }
    }
  },
}
