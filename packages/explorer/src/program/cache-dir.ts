import { accessSync, constants, existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'

/**
 * Where what is compiled from the file at `path` is kept: node_modules/.cache of its package where that can be written; else the user's own
 * directory for such things. (What cannot be written either is the compiler's to replace.)
 */
export function cacheDirOf(path: string): string {
  for (let folder = dirname(path); dirname(folder) !== folder; folder = dirname(folder)) {
    if (!existsSync(join(folder, 'node_modules'))) continue
    if (isWritable(join(folder, 'node_modules'))) return join(folder, 'node_modules', '.cache', 'holdfast')
    break
  }
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'holdfast')
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK)
    return true
  } catch {
    return false
  }
}
