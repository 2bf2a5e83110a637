import { randomBytes } from 'node:crypto'
import {
  accessSync,
  constants,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { makeFolder } from './make-folder.js'

/**
 * Bundles on disk. A bundle is three files named by the hash of all it was made from; the `.mjs` is written last, by a
 * rename, so whoever sees it sees all three. A list, named by the hash of the options, says which files were reached last
 * time: their contents and the options together give the bundle's hash without anything being parsed.
 *
 *     <options>.list.json      <hash>.json     <hash>.mjs.map     <hash>.mjs
 */
export class Cache {
  readonly folder: string

  constructor(folder: string) {
    this.folder = writable(folder)
  }

  bundlePath(hash: string): string {
    return join(this.folder, `${hash}.mjs`)
  }

  /** What {@link store} was given beside the bundle; undefined if there is no such bundle. */
  find(hash: string): unknown {
    const now = Date.now()
    try {
      const { mtimeMs } = statSync(this.bundlePath(hash))
      const about = JSON.parse(readFileSync(join(this.folder, `${hash}.json`), 'utf8')) as unknown
      if (now - mtimeMs > DAY_MS) this.touch(hash)
      return about
    } catch {
      return undefined
    }
  }

  store(hash: string, bundle: { code: string; map: string }, about: unknown): void {
    this.write(`${hash}.json`, JSON.stringify(about))
    this.write(`${hash}.mjs.map`, bundle.map)
    this.write(`${hash}.mjs`, bundle.code)
  }

  list(options: string): unknown {
    try {
      return JSON.parse(readFileSync(join(this.folder, `${options}.list.json`), 'utf8')) as unknown
    } catch {
      return undefined
    }
  }

  storeList(options: string, list: unknown): void {
    this.write(`${options}.list.json`, JSON.stringify(list))
  }

  /** Deletes what nobody used for a week, and beyond {@link MOST_FILES} the oldest that nobody used for an hour. */
  prune(): void {
    const now = Date.now()
    const files = readdirSync(this.folder)
      .map((name) => ({ name, age: ageOf(join(this.folder, name), now) }))
      .sort((one, other) => one.age - other.age)
    for (const [at, { name, age }] of files.entries())
      if (age > WEEK_MS || (at >= MOST_FILES && age > HOUR_MS))
        rmSync(join(this.folder, name), { force: true })
  }

  private touch(hash: string): void {
    const now = new Date()
    for (const end of ['.json', '.mjs.map', '.mjs']) {
      try {
        utimesSync(join(this.folder, `${hash}${end}`), now, now)
      } catch {
        // Another process has just deleted it: the next compile makes it again.
      }
    }
  }

  private write(name: string, text: string): void {
    const temporary = join(this.folder, `${randomBytes(8).toString('hex')}.tmp`)
    writeFileSync(temporary, text)
    renameSync(temporary, join(this.folder, name))
  }
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const WEEK_MS = 7 * DAY_MS
/** About 250 bundles. */
const MOST_FILES = 1000

function ageOf(path: string, now: number): number {
  return now - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? now)
}

/** The folder, made; one of the user's own under the system's temporary one if it cannot be written. */
function writable(folder: string): string {
  try {
    if (!isAbsolute(folder)) throw new Error('of whom there is no home')
    makeFolder(folder)
    accessSync(folder, constants.W_OK)
    return folder
  } catch {
    return ownFolder(join(tmpdir(), `holdfast-${process.getuid?.() ?? 'cache'}`))
  }
}

/**
 * A folder in which nobody else can have put anything: bundles are code, and are run. Its name can be guessed, so somebody else may have made it;
 * then it is a fresh one.
 */
function ownFolder(folder: string): string {
  try {
    mkdirSync(folder, { mode: 0o700 })
    return folder
  } catch {
    return isOwn(folder) ? folder : mkdtempSync(`${folder}-`)
  }
}

function isOwn(folder: string): boolean {
  const found = lstatSync(folder, { throwIfNoEntry: false })
  if (found === undefined || !found.isDirectory()) return false
  const { getuid } = process // there is none on Windows, where the folder for temporary files is the user's
  return getuid === undefined || (found.uid === getuid() && (found.mode & 0o022) === 0)
}
