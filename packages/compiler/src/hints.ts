import { type Node, child, identifier, memberName, unwrap } from './ast.js'

const CLOCKS = new Set([
  'Date.now',
  'performance.now',
  'process.hrtime',
  'process.hrtime.bigint',
  'Math.random',
])
const CRYPTO = new Set(['randomUUID', 'getRandomValues', 'randomBytes', 'randomInt', 'randomFillSync'])

/** What the expression asks of the host that another run would answer differently; undefined if it does not. */
export function nondeterminism(node: Node): string | undefined {
  if (node.type === 'NewExpression') {
    const isNow =
      identifier(child(node, 'callee')) === 'Date' && (node['arguments'] as unknown[]).length === 0
    return isNow ? 'new Date()' : undefined
  }
  if (node.type !== 'CallExpression') return undefined
  const path = dotted(unwrap(node['callee'] as Node))
  if (path === undefined) return undefined
  if (path === 'Date' || CLOCKS.has(path) || CRYPTO.has(path.split('.').at(-1) ?? '')) return `${path}()`
  return undefined
}

function dotted(node: Node): string | undefined {
  const own = identifier(node)
  if (own !== undefined) return own
  const name = memberName(node)
  const object = name === undefined ? undefined : dotted(unwrap(node['object'] as Node))
  return object === undefined ? undefined : `${object.replace(/^globalThis\./, '')}.${name}`
}
