/**
 * A page of documentation as a test sees it: files to write and commands to run, in the order in which they stand.
 *
 * - A fenced block of language `console` is a session: a line that begins with `$ ` is a command, the lines after it are what it prints. No line
 *   after it: what it prints is not shown, and not compared.
 * - `<!-- run: ... -->` right above one says how it is run (run-options.ts).
 * - `<!-- file: name -->` right above any fenced block: the block is that file.
 */
import { fromMarkdown } from 'mdast-util-from-markdown'
import { type RunOptions, parseRunOptions } from './run-options.js'

interface ShownFile {
  readonly kind: 'file'
  /** Line of the page, from 1, where it begins. */
  readonly line: number
  /** Its path in the page's folder. */
  readonly name: string
  readonly text: string
}

export interface ShownCommand {
  readonly kind: 'command'
  readonly line: number
  readonly command: string
  /** Lines shown as its output, the first of them in line `line + 1`. */
  readonly output: readonly string[]
  /** The block's, but an exit code is that of its last command, and 0 of the others. */
  readonly options: RunOptions
}

/** A block of code that is neither. */
interface OtherBlock {
  readonly kind: 'other'
  readonly line: number
  readonly text: string
}

export type Step = ShownFile | ShownCommand | OtherBlock

type Node = ReturnType<typeof fromMarkdown>['children'][number]
type Code = Extract<Node, { type: 'code' }>

const COMMENT = /^<!--\s*(run|file):(.*?)-->$/s
const FILE_NAME = /^[\w-]+(?:[./][\w-]+)*$/
const PROMPT = '$ '

/** Parses a page. Throws an Error that begins with `path:line` where the convention is not kept. */
export function parsePage(path: string, text: string): Step[] {
  return stepsOf(fromMarkdown(text).children, path)
}

function stepsOf(nodes: readonly Node[], path: string): Step[] {
  return nodes.flatMap((node, at): Step[] => {
    const line = node.position?.start.line ?? 0
    try {
      const comment = commentOf(node)
      const next = nodes[at + 1]
      if (comment !== undefined && !(next?.type === 'code' && isFenced(next)))
        throw new Error(`"${comment.key}:" belongs right above a fenced block`)
      if (node.type === 'code') return blockOf(node, line, commentOf(nodes[at - 1]))
    } catch (error) {
      throw new Error(`${path}:${line}: ${(error as Error).message}`, { cause: error })
    }
    return 'children' in node ? stepsOf(node.children, path) : []
  })
}

/** What is between fences begins a line below its node; what is indented does not. */
function isFenced({ position, value }: Code): boolean {
  const lines = (position?.end.line ?? 0) - (position?.start.line ?? 0) + 1
  return lines > value.split('\n').length
}

function commentOf(node: Node | undefined): { key: string; value: string } | undefined {
  if (node?.type !== 'html') return undefined
  const [, key, value = ''] = COMMENT.exec(node.value) ?? []
  return key === undefined ? undefined : { key, value: value.trim() }
}

function blockOf(node: Code, line: number, comment: ReturnType<typeof commentOf>): Step[] {
  if (comment?.key === 'file') {
    if (!FILE_NAME.test(comment.value))
      throw new Error(`file: "${comment.value}" is not allowed; a path within the page's folder`)
    return [{ kind: 'file', line, name: comment.value, text: `${node.value}\n` }]
  }
  if (node.lang === 'console') return commandsOf(node.value, line + 1, parseRunOptions(comment?.value ?? ''))
  if (comment !== undefined)
    throw new Error(`run: the block below is ${node.lang ?? 'of no language'}, not console`)
  return [{ kind: 'other', line, text: node.value }]
}

function commandsOf(block: string, firstLine: number, options: RunOptions): ShownCommand[] {
  const lines = block.split('\n')
  const starts = lines.flatMap((line, at) => (line.startsWith(PROMPT) ? [at] : []))
  if (starts[0] !== 0) throw new Error('a console block begins with a command: "$ ..."')
  return starts.map((start, n) => ({
    kind: 'command',
    line: firstLine + start,
    command: (lines[start] ?? '').slice(PROMPT.length).trim(),
    output: withoutEmptyEnd(lines.slice(start + 1, starts[n + 1])),
    options: n === starts.length - 1 || options.exit === 'any' ? options : { ...options, exit: 0 },
  }))
}

function withoutEmptyEnd(lines: readonly string[]): readonly string[] {
  return lines.slice(0, lines.findLastIndex((line) => line.trim() !== '') + 1)
}
