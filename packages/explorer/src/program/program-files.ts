import { existsSync, readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The programs that come with the explorer: packages/explorer/programs, one file each. The same path from src and from dist. */
const FOLDER = fileURLToPath(new URL('../../programs/', import.meta.url))

/** What names a built-in program rather than a file. */
export const PROGRAM_PREFIX = 'program:'

/** A program that cannot be found, or a file that is none. The message says what was found and what is expected. */
export class ProgramError extends Error {
  override readonly name = 'ProgramError'
}

/** Names of the built-in programs, in alphabetical order. */
export function programNames(): string[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.slice(0, -'.ts'.length))
    .sort()
}

/** The file of a built-in program; `_` in its name may stand for `-`. Throws {@link ProgramError}, which lists the names. */
export function programPath(name: string): string {
  const known = programNames()
  const found = known.find((other) => other === name.replaceAll('_', '-'))
  if (found === undefined)
    throw new ProgramError(`no built-in program is called '${name}'; there are ${known.join(', ')}`)
  return resolve(FOLDER, `${found}.ts`)
}

/** What a target on the command line means: a built-in program, by name, or a file. */
export type ProgramFile =
  | { readonly kind: 'builtin'; readonly name: string; readonly path: string }
  | {
      readonly kind: 'file'
      readonly path: string
      /** Which of its programs; undefined: the one that it exports by default. */
      readonly program?: string
    }

/**
 * Finds a program: `program:lastzero`, `lastzero` where no such file exists, or the path of a .ts, .mts, .js or .mjs file,
 * from the current directory; `./my.test.ts#counter` is the program of that name in it. Throws {@link ProgramError}.
 */
export function findProgram(what: string): ProgramFile {
  if (what.startsWith(PROGRAM_PREFIX)) return builtin(what.slice(PROGRAM_PREFIX.length))
  const [, file, program] = /^(.+\.m?[tj]s)#(.+)$/.exec(what) ?? []
  if (file !== undefined && program !== undefined) return { ...findProgram(file), program } as ProgramFile
  const path = resolve(what)
  if (existsSync(path)) {
    if (/\.m?[tj]s$/.test(path)) return { kind: 'file', path }
    throw new ProgramError(`'${what}' is no program; a .ts, .mts, .js or .mjs file is expected`)
  }
  if (/^[\w-]+$/.test(what)) return builtin(what)
  throw new ProgramError(`there is no file '${what}' (looked for ${path})`)
}

function builtin(name: string): ProgramFile {
  const path = programPath(name)
  return { kind: 'builtin', name: name.replaceAll('_', '-'), path }
}
