import { parseSource } from '@holdfast/compiler'
import { patchesOf } from '../explore/subject/variants.js'
import type { Focus } from '../mutate/focus.js'
import { packagePath } from '../packages.js'
import { functionsOf } from '../mutate/source-functions.js'
import type { Mutant } from './mutant.js'

const KERNEL = 'kernel/src/'

/** The first place in a function that a mutant of the kernel changes, or the one that it names; undefined: it changes no function. */
export async function placeOf({ patches, near, corrections }: Mutant): Promise<Focus | undefined> {
  for (const { file, find } of near === undefined ? patches : [near]) {
    const path = KERNEL + file.replace(KERNEL, '')
    const source = await parseSource(packagePath(path), patchesOf(corrections))
    const at = source.text.indexOf(find)
    const fn = functionsOf(source).find(({ body }) => at >= body.start && at < body.end)
    if (fn === undefined) continue
    const line = source.lineOf(at)
    return { file: path, function: fn.name, line, lastLine: source.lineOf(at + find.length - 1) }
  }
  return undefined
}
