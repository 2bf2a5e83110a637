import { fromMarkdown } from 'mdast-util-from-markdown'

export interface InlineCode {
  /** Line of the page, from 1. */
  readonly line: number
  readonly text: string
}

type Node = ReturnType<typeof fromMarkdown>['children'][number]

/** The pieces of code within the sentences and tables of a page. */
export function inlineCodes(page: string): InlineCode[] {
  return codesIn(fromMarkdown(page).children)
}

function codesIn(nodes: readonly Node[]): InlineCode[] {
  return nodes.flatMap((node): InlineCode[] => {
    if (node.type === 'inlineCode') return [{ line: node.position?.start.line ?? 0, text: node.value }]
    return 'children' in node ? codesIn(node.children) : []
  })
}
