import type { FunctionInfo } from './program.js'

/**
 * The C name of a function: the one its doc comment starts with (`uvm_lwp_hold (uvm_glue.c): ...`, `nextlwp: ...`), else
 * its own in C's spelling.
 */
export function cNameOf(fn: FunctionInfo): string {
  return documented(fn) ?? mechanical(fn.name)
}

/** `uvmLwpHold` -> `uvm_lwp_hold`. */
export function mechanical(name: string): string {
  return name.replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

const STARTS = [
  /^([a-z_]\w*):/, //                        name: what it does
  /^([a-z_]\w*) ?\([^)]*\)[:,.]/, //         name (file.c): what it does
  /^([a-z_]\w*)[^:.()]*\([\w./-]+\.c\):/, // name and others (file.c): what they do
]

function documented({ module, anchor }: FunctionInfo): string | undefined {
  const { text } = module.source
  const comment = module.comments.findLast(({ end }) => end <= anchor.start)
  if (comment === undefined || comment.type !== 'Block' || !comment.value.startsWith('*')) return undefined
  if (text.slice(comment.end, anchor.start).trim() !== '') return undefined
  const first = comment.value.replace(/^\*\s*(?:\*\s*)?/, '').replace(/\s*\n\s*\*?\s*/g, ' ')
  for (const start of STARTS) {
    const name = start.exec(first)?.[1]
    if (name !== undefined) return name
  }
  return undefined
}
