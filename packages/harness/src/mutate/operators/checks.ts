import { child } from '@holdfast/compiler'
import type { Node } from '@holdfast/compiler'
import { isPanic, leaves } from '../kernel-names.js'
import type { Operator } from '../mutant.js'
import { nodesOf, textOf } from '../source-functions.js'
import type { SourceFunction } from '../source-functions.js'

/** Tests that are not made, or come out the other way. */

const TESTED = /^(IfStatement|WhileStatement|DoWhileStatement|ConditionalExpression|ForStatement)$/

const HOLDS = 'an assertion, which holds: to leave it out changes no execution'

/** The tests of a function. */
function* tests(fn: SourceFunction): Generator<{ node: Node; test: Node }> {
  for (const node of nodesOf(fn)) {
    if (!TESTED.test(node.type)) continue
    const test = child(node, 'test')
    if (test !== undefined) yield { node, test }
  }
}

export const negateCondition: Operator = {
  name: 'negate-condition',
  about: 'a condition is negated',
  *changes(fn) {
    for (const { node, test } of tests(fn)) {
      if (node.type === 'ForStatement') continue
      yield { edits: [{ start: test.start, end: test.end, text: `!(${textOf(fn, test)})` }] }
    }
  },
}

export const dropCheck: Operator = {
  name: 'drop-check',
  about: 'a test is not made: what it guards is done always, or, if it is a way out, never',
  *changes(fn) {
    for (const { node } of tests(fn)) {
      const consequent = child(node, 'consequent')
      if (node.type !== 'IfStatement' || consequent === undefined || child(node, 'alternate') !== undefined)
        continue
      const text = leaves(consequent) ? ';' : textOf(fn, consequent)
      const edits = [{ start: node.start, end: node.end, text }]
      yield isPanic(consequent) ? { edits, equivalent: HOLDS } : { edits }
    }
  },
}

export const dropOperand: Operator = {
  name: 'drop-operand',
  about: 'one part of a condition with `&&` or `||` is left out',
  *changes(fn) {
    for (const { test } of tests(fn))
      for (const { node, one, other } of operands(test)) {
        yield { edits: [{ start: node.start, end: node.end, text: `(${textOf(fn, other)})` }] }
        yield { edits: [{ start: node.start, end: node.end, text: `(${textOf(fn, one)})` }] }
      }
  },
}

/** The `&&` and `||` of a condition. */
function* operands(test: Node): Generator<{ node: Node; one: Node; other: Node }> {
  if (test.type !== 'LogicalExpression') return
  const one = child(test, 'left') as Node
  const other = child(test, 'right') as Node
  yield* operands(one)
  yield { node: test, one, other }
  yield* operands(other)
}
