/**
 * The rules on which the explorer's compiler rests: shared state is reached in one form only, from named functions,
 * and what may sleep is always called with `yield*`.
 */
import { expect, test } from 'vitest'
import { type Node, type Source, isNode, place, sources, walk } from './sources.js'

const MEM = 'packages/atomics-sync/src/mem.ts'
const OPS = new Set([
  'read',
  'write',
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
/** The parts that are compiled for the explorer too. The host's side of the machine is not. */
function compiled(source: Source): boolean {
  return (
    ['atomics-sync', 'mm', 'kernel', 'cpu'].includes(source.pkg) &&
    !source.path.startsWith('packages/cpu/src/host/')
  )
}

function name(node: unknown): string | undefined {
  return isNode(node) && node.type === 'Identifier' ? (node['name'] as string) : undefined
}

/** The operation's name if `node` is `mem.op(...)` or `x.mem.op(...)`. */
function access(node: Node): string | undefined {
  if (node.type !== 'CallExpression') return undefined
  const callee = node['callee'] as Node
  if (callee.type !== 'MemberExpression') return undefined
  const op = name(callee['property'])
  const object = callee['object'] as Node
  const isMem =
    name(object) === 'mem' || (object.type === 'MemberExpression' && name(object['property']) === 'mem')
  return isMem && op !== undefined && OPS.has(op) ? op : undefined
}

function functionOf(ancestors: readonly Node[]): Node | undefined {
  return ancestors.findLast((node) => /Function/.test(node.type) && node.type !== 'TSFunctionType')
}

test('Atomics and the words themselves are named in one file only', () => {
  const wrong: string[] = []
  for (const source of sources()) {
    if (source.path === MEM) continue
    walk(source.program, (node) => {
      if (node.type === 'MemberExpression' && name(node['object']) === 'Atomics')
        wrong.push(place(source, node))
    })
  }
  expect(wrong).toEqual([])
})

test('every shared access stands in a named function of a module, never in a closure or a method', () => {
  const wrong: string[] = []
  for (const source of sources()) {
    if (source.path === MEM || !compiled(source)) continue
    walk(source.program, (node, ancestors) => {
      if (access(node) === undefined) return
      const around = functionOf(ancestors)
      const nested = ancestors.filter((a) => /Function/.test(a.type)).length > 1
      if (around?.type !== 'FunctionDeclaration' || nested) wrong.push(place(source, node))
    })
  }
  expect(wrong).toEqual([])
})

test('what may sleep is declared as such, and called with yield*', () => {
  const generators = new Set<string>()
  const plain = new Set<string>()
  const wrong: string[] = []
  for (const source of sources()) {
    walk(source.program, (node, ancestors) => {
      if (node.type !== 'FunctionDeclaration') return
      const own = name(node['id'])
      if (own === undefined) return
      if (node['generator'] === true) {
        const type = source.text.slice(
          (node['returnType'] as Node | null)?.start ?? 0,
          (node['body'] as Node).start,
        )
        if (type.startsWith(': Sleeps<')) generators.add(own)
        else if (compiled(source)) wrong.push(`${place(source, node)} ${own} does not return Sleeps`)
      } else if (ancestors.length === 1) {
        plain.add(own)
      }
    })
  }
  for (const source of sources()) {
    walk(source.program, (node, ancestors) => {
      if (node.type !== 'CallExpression') return
      const callee = name(node['callee'])
      if (callee === undefined || !generators.has(callee) || plain.has(callee)) return
      const parent = ancestors.at(-1)
      const delegated = parent?.type === 'YieldExpression' && parent['delegate'] === true
      const driven = parent?.type === 'CallExpression' && name(parent['callee']) === 'runToEnd'
      const returned =
        parent?.type === 'ArrowFunctionExpression' ||
        (parent?.type === 'ReturnStatement' && functionOf(ancestors)?.['generator'] !== true)
      if (!delegated && !driven && !returned)
        wrong.push(`${place(source, node)} calls ${callee} without yield*`)
    })
  }
  expect(wrong).toEqual([])
})

test('the kernel gives up a CPU in one place: the only bare yield is in mi-switch.ts', () => {
  const bare: string[] = []
  for (const source of sources()) {
    if (!compiled(source)) continue
    walk(source.program, (node) => {
      if (node.type === 'YieldExpression' && node['delegate'] !== true) bare.push(source.path)
    })
  }
  expect(bare).toEqual(['packages/kernel/src/mi-switch.ts'])
})
