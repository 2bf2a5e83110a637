import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Site } from '@holdfast/compiler'
import type { TraceFile, TracePlace } from '@holdfast/viewer'
import { type CFunction, cFunctions } from './c-functions.js'
import type { LinePairs } from './c-lines.js'

/** The C source that uvm-glue was ported from, and which of its lines each of ours comes from (`pnpm original-lines` writes them). */
const ORIGINAL = 'uvm_glue.c'
const { resolve } = createRequire(import.meta.url)
export const ORIGINAL_PATH = resolve(`@holdfast/viewer/reference/${ORIGINAL}`)
export const LINES_PATH = resolve('@holdfast/viewer/reference/uvm-glue-lines.json')
/** Sources that were ported from it. */
export const PORTED = 'packages/kernel/src/uvm-glue/'

interface Reference {
  readonly lines: readonly string[]
  readonly functions: ReadonlyMap<string, CFunction>
  readonly pairs: ReadonlyMap<string, ReadonlyMap<number, number>>
}

let loaded: Reference | undefined

/** The line of the original that a place was ported from; of a line that none is known of its whole function; undefined: not ported from it. */
export function originalOf({ file, line, cName }: Site): TracePlace['original'] {
  if (!file.startsWith(PORTED)) return undefined
  const { functions, pairs } = reference()
  const at = pairs.get(file)?.get(line)
  if (at !== undefined) return { file: ORIGINAL, from: at, to: at }
  const whole = functions.get(cName)
  return whole === undefined ? undefined : { file: ORIGINAL, from: whole.from, to: whole.to }
}

/** The original, with its lines, but for its terms (NOTICE has them). */
export function originalFile(name: string): TraceFile {
  const lines = reference().lines.map((text, at) => [at + 1, text] as const)
  const first = lines.findIndex(([, text]) => text.startsWith('#include'))
  return { name, lines: lines.slice(Math.max(0, first)) }
}

function reference(): Reference {
  if (loaded !== undefined) return loaded
  const lines = readFileSync(ORIGINAL_PATH, 'utf8').split('\n')
  const pairs = JSON.parse(readFileSync(LINES_PATH, 'utf8')) as Record<string, LinePairs>
  loaded = {
    lines,
    functions: new Map(cFunctions(lines).map((each) => [each.name, each])),
    pairs: new Map(Object.entries(pairs).map(([file, of]) => [file, new Map(of)])),
  }
  return loaded
}
