import { accessSync, constants, existsSync, mkdirSync, mkdtempSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/**
 * Where what is compiled from the file at `path` is kept: node_modules/.cache of its package where that can be written; else the user's own
 * directory for such things.
 */
export function cacheDirOf(path: string): string {
  for (let folder = dirname(path); dirname(folder) !== folder; folder = dirname(folder)) {
    if (!existsSync(join(folder, 'node_modules'))) continue
    if (isWritable(join(folder, 'node_modules'))) return join(folder, 'node_modules', '.cache', 'holdfast')
    break
  }
  const own = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'holdfast')
  try {
    mkdirSync(own, { recursive: true })
    return own
  } catch {
    return mkdtempSync(join(tmpdir(), 'holdfast-'))
  }
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK)
    return true
  } catch {
    return false
  }
}
