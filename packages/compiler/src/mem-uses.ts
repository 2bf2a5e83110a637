import { type Node, child, children, identifier, memberName, nameOf, unwrap } from './ast.js'

/** How a program may hold `mem`, and how it may not. */

export const HOW_TO_HOLD =
  'allowed are `const { mem } = actor`, `const mem = actor.mem`, a parameter `mem` or `{ mem }`, `mem` as the argument for a parameter `mem`, and `{ mem }` in an object'

/** Whether the expression is `mem` or `x.mem`. */
export function isMem(node: Node | undefined): boolean {
  if (node === undefined) return false
  const bare = unwrap(node)
  return identifier(bare) === 'mem' || memberName(bare) === 'mem'
}

/** Whether the expression is a name, or names joined by dots: something that can be evaluated twice. */
export function isPath(node: Node): boolean {
  if (node.type === 'Identifier' || node.type === 'ThisExpression') return true
  return memberName(node) !== undefined && node['optional'] !== true && isPath(node['object'] as Node)
}

/** The operation of `mem.op(...)`, with the object; undefined if the call is something else. */
export function operation(call: Node): { op: string; object: Node; callee: Node } | undefined {
  const callee = unwrap(call['callee'] as Node)
  if (callee.type !== 'MemberExpression') return undefined
  const object = unwrap(callee['object'] as Node)
  if (!isMem(object)) return undefined
  return { op: memberName(callee) ?? '', object, callee }
}

/** What is wrong with how this declarator binds `mem`, if it does. */
export function misboundBy(declarator: Node, kind: unknown): boolean {
  const id = declarator['id'] as Node
  const init = child(declarator, 'init')
  if (identifier(id) === 'mem')
    return kind !== 'const' || init === undefined || memberName(unwrap(init)) !== 'mem'
  return misboundIn(id) || (kind !== 'const' && takesMem(id))
}

/** Whether a parameter binds `mem` in another way than by its name or `{ mem }`. */
export function misboundParam(param: Node): boolean {
  const pattern = param.type === 'AssignmentPattern' ? (param['left'] as Node) : param
  return identifier(pattern) !== 'mem' && misboundIn(pattern)
}

/** The name under which a function knows this parameter: `mem` for `{ mem }` too. */
export function paramName(param: Node): string | undefined {
  const pattern = param.type === 'AssignmentPattern' ? (param['left'] as Node) : param
  return identifier(pattern)
}

function takesMem(pattern: Node): boolean {
  return children(pattern, 'properties').some((property) => nameOf(child(property, 'key')) === 'mem')
}

/** In a pattern, `mem` may only be the short `{ mem }` at its top. */
function misboundIn(pattern: Node): boolean {
  switch (pattern.type) {
    case 'Identifier':
      return pattern['name'] === 'mem'
    case 'ObjectPattern':
      return children(pattern, 'properties').some((property) => {
        if (property.type === 'RestElement') return misboundIn(property['argument'] as Node)
        const value = property['value'] as Node
        const isKey = property['computed'] !== true && nameOf(child(property, 'key')) === 'mem'
        if (isKey) return identifier(value) !== 'mem'
        return misboundIn(value)
      })
    case 'ArrayPattern':
      return children(pattern, 'elements').some(misboundIn)
    case 'AssignmentPattern':
      return misboundIn(pattern['left'] as Node)
    case 'RestElement':
      return misboundIn(pattern['argument'] as Node)
    default:
      return false
  }
}
