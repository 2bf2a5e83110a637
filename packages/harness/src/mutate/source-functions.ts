import { child, children, eachChild, identifier, isFunction } from '@holdfast/compiler'
import type { Node, Source } from '@holdfast/compiler'
import { isInert, isInstrumentation } from './instrumentation.js'

/** A function at the top of a module, with what operators ask about it. */
export interface SourceFunction {
  readonly source: Source
  readonly name: string
  readonly isGenerator: boolean
  readonly body: Node
}

/** The named functions of a module, in the order of the text. */
export function functionsOf(source: Source): SourceFunction[] {
  const found: SourceFunction[] = []
  for (const statement of children(source.program, 'body')) {
    const node = statement.type === 'ExportNamedDeclaration' ? child(statement, 'declaration') : statement
    if (node?.type !== 'FunctionDeclaration') continue
    const name = identifier(child(node, 'id'))
    const body = child(node, 'body')
    if (name === undefined || body === undefined) continue
    found.push({ source, name, isGenerator: node['generator'] === true, body })
  }
  return found
}

/** Every node of the function's body that runs, in the order of the text; not those of functions inside it, nor instrumentation. */
export function nodesOf({ source, body }: SourceFunction): Node[] {
  const found: Node[] = []
  const visit = (node: Node): void => {
    if (isInstrumentation(source, node)) return
    found.push(node)
    eachChild(node, (each) => {
      if (!isFunction(each)) visit(each)
    })
  }
  visit(body)
  return found.sort((one, other) => one.start - other.start)
}

/** Lists of statements that follow each other, of blocks and of the cases of a switch: those that do something. */
export function statementLists(fn: SourceFunction): Node[][] {
  return nodesOf(fn).flatMap((node) => {
    if (node.type !== 'BlockStatement' && node.type !== 'SwitchCase') return []
    const list = children(node, node.type === 'SwitchCase' ? 'consequent' : 'body')
    return [list.filter((statement) => !isInert(fn.source, statement))]
  })
}

export function textOf({ source }: SourceFunction, { start, end }: Node): string {
  return source.text.slice(start, end)
}
