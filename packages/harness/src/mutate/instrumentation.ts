import { child } from '@holdfast/compiler'
import type { Node, Source } from '@holdfast/compiler'
import { callOf, calleeName } from './kernel-names.js'

/**
 * What the kernel measures and prints, and assertions that are off by default. A fault there is none of the protocol: it shows at once (there are no
 * statistics under control), or never (nobody checks what is printed).
 */
const MEASURES = /\blockstat\b|\bconfig\.debug\b|\bconfig\.kdassert\b/

/** A branch that depends on instrumentation. */
export function isInstrumentation(source: Source, node: Node): boolean {
  if (node.type !== 'IfStatement' && node.type !== 'ConditionalExpression') return false
  const { start, end } = child(node, 'test') as Node
  return MEASURES.test(source.text.slice(start, end))
}

/** A statement that no other CPU can tell from nothing: instrumentation, a note for the trace, an assertion. */
export function isInert(source: Source, statement: Node): boolean {
  if (isInstrumentation(source, statement)) return true
  const call = callOf(statement)
  return call !== undefined && /^(kassert|events\.\w+)$/.test(calleeName(call))
}
