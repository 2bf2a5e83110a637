import { mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Where the bundles of mutants are while they are tried: of this process, so that whoever ends it can delete those of threads that were ended. */
export const MUTANTS_FOLDER = join(tmpdir(), `holdfast-mutants-${process.pid}`)

/** A new folder for one mutant. */
export function mutantFolder(): string {
  mkdirSync(MUTANTS_FOLDER, { recursive: true })
  return mkdtempSync(join(MUTANTS_FOLDER, 'mutant-'))
}
