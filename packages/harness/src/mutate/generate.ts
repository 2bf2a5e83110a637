import { basename } from 'node:path'
import { mechanical, parseSource } from '@holdfast/compiler'
import type { Patch, Source } from '@holdfast/compiler'
import { patchesOf } from '../explore/subject/variants.js'
import { CORRECTED } from './corrected.js'
import { packagePath } from '../packages.js'
import type { Change, Edit, Mutant, Operator } from './mutant.js'
import { OPERATORS } from './operators/index.js'
import { functionsOf } from './source-functions.js'
import type { SourceFunction } from './source-functions.js'

/** Makes every mutant of these files (from the folder `packages`), in the order of files, operators and text. */
export async function generate(
  files: readonly string[],
  operators: readonly Operator[] = OPERATORS,
  corrections: readonly Patch[] = patchesOf(CORRECTED),
): Promise<Mutant[]> {
  const mutants: Mutant[] = []
  for (const file of files) {
    const source = await parseSource(packagePath(file), corrections)
    mutants.push(...mutantsOf(source, file, operators))
  }
  return mutants
}

/** Makes every mutant of one source. */
export function mutantsOf(source: Source, file: string, operators: readonly Operator[]): Mutant[] {
  const functions = functionsOf(source)
  return operators.flatMap((operator) =>
    functions.flatMap((fn) =>
      [...operator.changes(fn)].map((change, at) => mutantOf(file, operator, fn, change, at + 1)),
    ),
  )
}

function mutantOf(
  file: string,
  { name: operator }: Operator,
  fn: SourceFunction,
  change: Change,
  ordinal: number,
): Mutant {
  const { source } = fn
  const inBody = change.edits.filter(({ start }) => start < fn.body.end)
  const from = Math.min(...inBody.map(({ start }) => start))
  const to = Math.max(...inBody.map(({ end }) => end))
  const first = source.text.lastIndexOf('\n', from) + 1
  const newline = source.text.indexOf('\n', to)
  const last = newline < 0 ? source.text.length : newline
  return {
    id: `${operator}:${basename(file, '.ts')}:${fn.name}:${ordinal}`,
    operator,
    file,
    line: source.lineOf(from),
    lastLine: source.lineOf(to - 1),
    function: fn.name,
    cName: mechanical(fn.name),
    before: source.text.slice(first, last).trim(),
    after: edited(source.text, inBody, first, last).trim(),
    ...(change.equivalent === undefined ? {} : { equivalent: change.equivalent }),
    patches: backwards(change.edits).map(({ start, end, text }) => ({
      file,
      at: start,
      find: source.text.slice(start, end),
      replace: text,
    })),
  }
}

/** The last first: so none moves the place of another. */
function backwards(edits: readonly Edit[]): Edit[] {
  return edits.toSorted((one, other) => other.start - one.start)
}

function edited(text: string, edits: readonly Edit[], from: number, to: number): string {
  let result = text.slice(from, to)
  for (const { start, end, text: by } of backwards(edits))
    result = result.slice(0, start - from) + by + result.slice(end - from)
  return result
}
