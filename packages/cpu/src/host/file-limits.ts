import { readFileSync, readdirSync } from 'node:fs'

/** File descriptors that Node takes for one worker. */
const PER_WORKER = 4

/** Descriptors left to the rest of the program: reports, pipes, a pool of explorations. */
const SPARE = 32

/**
 * Throws RangeError if the process may not open the files that `ncpu` workers need: beyond its limit Node
 * dies with EMFILE in the middle of starting them. Where the limit cannot be read, nothing is checked.
 */
export function checkOpenFiles(ncpu: number, limits: OpenFiles | null = openFiles()): void {
  if (limits === null) return
  const allowed = Math.floor((limits.soft - limits.open - SPARE) / PER_WORKER)
  if (ncpu <= allowed) return
  throw new RangeError(
    `ncpu is ${ncpu}; the limit of ${limits.soft} open files allows at most ${Math.max(0, allowed)} ` +
      `(each CPU is a worker of ${PER_WORKER} files; see ulimit -n)`,
  )
}

/** Open files of this process. */
export interface OpenFiles {
  /** Soft limit of the process. */
  readonly soft: number
  /** Open now. */
  readonly open: number
}

/** The limit and the present number of open files, where the host tells (Linux); otherwise null. */
export function openFiles(): OpenFiles | null {
  try {
    const line = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))
    if (line?.[1] === undefined) return null
    return { soft: Number(line[1]), open: readdirSync('/proc/self/fd').length }
  } catch {
    return null
  }
}
