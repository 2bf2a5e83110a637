/** What the rules about shared state look for in a syntax tree. */
import { type Node, isNode } from './sources.js'

/** The operations of the seam. */
export const OPS = new Set([
  'read',
  'write',
  'fill',
  'copy',
  'load',
  'store',
  'add',
  'sub',
  'or',
  'and',
  'exchange',
  'cas',
  'fence',
  'spinWhile',
  'spinWhileBoth',
  'wait',
  'notify',
])

/** The identifier's name, if `node` is one. */
export function name(node: unknown): string | undefined {
  return isNode(node) && node.type === 'Identifier' ? (node['name'] as string) : undefined
}

/** The operation's name if `node` is `mem.op(...)` or `x.mem.op(...)`. */
export function access(node: Node): string | undefined {
  if (node.type !== 'CallExpression') return undefined
  const callee = node['callee'] as Node
  if (callee.type !== 'MemberExpression') return undefined
  const op = name(callee['property'])
  const object = callee['object'] as Node
  const isMem =
    name(object) === 'mem' || (object.type === 'MemberExpression' && name(object['property']) === 'mem')
  return isMem && op !== undefined && OPS.has(op) ? op : undefined
}
