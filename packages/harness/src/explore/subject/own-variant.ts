import type { Patch } from '@holdfast/compiler'
import * as v from 'valibot'
import { explain } from '../../scenario/explain.js'
import { importDefault, isModulePath } from '../../scenario/import-default.js'
import { notAllowed, UsageError } from '../../scenario/problem.js'
import { checkPath } from './own-code.js'
import { patchesOf } from './variants.js'

/** A correction (or mutant) of the kernel in a file of a user's own; it is named by its path. */
export interface OwnVariant {
  /** What it changes, and why that should be right. */
  readonly about: string
  /** Applied one after the other, each to the text that those before it have left. */
  readonly patches: readonly Pick<Patch, 'file' | 'find' | 'replace'>[]
}

/** Declares a variant: the default export of a file that `--variant` names. */
export function defineVariant(variant: OwnVariant): OwnVariant {
  return variant
}

const FIELDS = { about: 'what it changes and why', patches: 'a list of { file, find, replace }' }
const PATCH = {
  file: 'the end of the path of a source file',
  find: 'the text to replace, which occurs once in the file',
  replace: 'the text in its place',
}

const text = (allowed: string) => v.pipe(v.string(allowed), v.nonEmpty(allowed))

const schema = v.strictObject(
  {
    about: text(FIELDS.about),
    patches: v.pipe(
      v.array(
        v.strictObject(
          { file: text(PATCH.file), find: text(PATCH.find), replace: v.string(PATCH.replace) },
          'file, find and replace',
        ),
        FIELDS.patches,
      ),
      v.nonEmpty(FIELDS.patches),
    ),
  },
  'about and patches',
)

/** The patches of a variant in a file. Throws UsageError, naming file and field. */
async function loadVariant(file: string): Promise<Patch[]> {
  checkPath('--variant', file)
  const exported = await importDefault('--variant', file, 'a variant (defineVariant)')
  const parsed = v.safeParse(schema, exported)
  if (parsed.success)
    return parsed.output.patches.map((patch, n) => ({ ...patch, from: `patches[${n}] of ${file}` }))
  throw new UsageError(
    explain(parsed.issues).map(({ path, message }) => ({
      path: path === '' ? file : `${file}: ${path}`,
      message,
    })),
  )
}

/**
 * As {@link patchesOf}, of names and of paths of modules (`./my-fix.ts`); undefined: none. Throws RangeError for a name that there is not, UsageError for a module that
 * is none.
 */
export async function patchesNamed(list: string | undefined): Promise<Patch[]> {
  if (list === undefined) return []
  const names = list.split(',')
  if (names.includes(''))
    throw new UsageError([
      notAllowed('--variant', list, 'names or paths, separated by commas, none of them empty'),
    ])
  const patches = await Promise.all(
    names.map(async (name) => (isModulePath(name) ? loadVariant(name) : patchesOf(name))),
  )
  return patches.flat()
}
