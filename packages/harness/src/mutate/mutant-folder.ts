import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const PREFIX = 'holdfast-mutants-'

/** Where the bundles of mutants are while they are tried: of this process, so that whoever ends it can delete those of threads that were ended. */
export const MUTANTS_FOLDER = join(tmpdir(), `${PREFIX}${process.pid}`)

/** A new folder for one mutant. */
export function mutantFolder(): string {
  mkdirSync(MUTANTS_FOLDER, { recursive: true })
  return mkdtempSync(join(MUTANTS_FOLDER, 'mutant-'))
}

/** Deletes the folders in `temporary` of processes that are there no more: killed, or tests that try a mutant by itself. */
export function deleteLeftFolders(temporary = tmpdir()): void {
  for (const name of readdirSync(temporary)) {
    const pid = name.startsWith(PREFIX) ? name.slice(PREFIX.length) : ''
    if (!/^[1-9]\d*$/.test(pid) || isAlive(Number(pid))) continue
    try {
      rmSync(join(temporary, name), { recursive: true, force: true })
    } catch {
      // Somebody else's.
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // EPERM: it is there, and another user's.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}
