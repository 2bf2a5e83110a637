import { readFileSync } from 'node:fs'
import type { Node } from './ast.js'
import type { Patch } from './patches.js'

/** A source file as a compilation with patches reads it. */
export interface Source {
  readonly path: string
  /** With the patches. */
  readonly text: string
  readonly program: Node
  /** The line, from 1, in the file on disk of an offset in the text. */
  lineOf(offset: number): number
}

/** Reads and parses one file, with those of the patches that are for it: who makes patches from the tree gives `at` in this text. */
export async function parseSource(path: string, patches: readonly Patch[]): Promise<Source> {
  // Only now is anything loaded that parses.
  const [{ parseSync }, { appliesTo }, { PatchedText }] = await Promise.all([
    import('oxc-parser'),
    import('./modules.js'),
    import('./patches.js'),
  ])
  const patched = new PatchedText(readFileSync(path, 'utf8'))
  for (const patch of patches) if (appliesTo(patch, path)) patched.apply(patch)
  const { text } = patched
  const { program } = parseSync(path, text, { preserveParens: false })
  return {
    path,
    text,
    program: program as unknown as Node,
    lineOf: (offset) => patched.position(offset).line,
  }
}
