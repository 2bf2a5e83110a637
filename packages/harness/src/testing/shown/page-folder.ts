import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cleanEnvironment } from '../holdfast.js'
import type { Printed } from './match.js'

export const ROOT = fileURLToPath(new URL('../../../../../', import.meta.url)).replace(/[\\/]$/, '')

/** What the page's folder has of the repository's, so that commands shown as run there find it. */
const LINKS = ['docs', 'examples', 'packages', 'node_modules']

/**
 * What the names in the commands mean: this build, and pnpm only as far as it runs that. In any other use, a test would install or build, or run
 * all tests.
 */
const COMMANDS = {
  holdfast: `exec '${process.execPath}' '${join(ROOT, 'packages/harness/dist/bin.js')}' "$@"`,
  pnpm: `[ "$1" = -s ] && shift
case "$1" in
  holdfast) exec "$@" ;;
  start) exec holdfast "$@" ;;
  *) echo "pnpm $*: only pnpm holdfast and pnpm start are run; give a reason to skip it" >&2; exit 127 ;;
esac`,
  npx: `[ "$1 $2" = '-y pnpm@10.34.9' ] || { echo "npx $*: only npx -y pnpm@10.34.9 is run; give a reason to skip it" >&2; exit 127; }
shift 2
exec pnpm "$@"`,
}

export interface Ended extends Printed {
  /** null: ended by its deadline. */
  readonly code: number | null
}

/** The folder in which a page's commands are run. Remove it when through. */
export class PageFolder {
  private readonly outer = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-page-')))
  private readonly commands = join(this.outer, 'commands')
  readonly path = join(this.outer, 'page')

  constructor() {
    mkdirSync(this.commands)
    mkdirSync(this.path)
    for (const name of LINKS) symlinkSync(join(ROOT, name), join(this.path, name))
    for (const [name, lines] of Object.entries(COMMANDS))
      writeFileSync(join(this.commands, name), `#!/bin/sh\n${lines}\n`, { mode: 0o755 })
  }

  /** Writes a file of the page. Throws where that would be in the repository itself. */
  write(name: string, text: string): void {
    const path = join(this.path, name)
    mkdirSync(dirname(path), { recursive: true })
    if (!`${realpathSync(dirname(path))}${sep}`.startsWith(`${this.path}${sep}`))
      throw new Error(`file: "${name}" is not allowed; ${LINKS.join(', ')} are the repository's`)
    writeFileSync(path, text)
  }

  /** Runs a command line by sh, to its end or the deadline. */
  run(command: string, seconds: number): Promise<Ended> {
    return new Promise((resolve, reject) => {
      const { DISPLAY: _, WAYLAND_DISPLAY: __, PATH = '', ...environment } = cleanEnvironment()
      const path = [this.commands, dirname(process.execPath), PATH].join(delimiter)
      const child = spawn('sh', ['-c', command], {
        cwd: this.path,
        detached: true, // a group of its own, which the deadline ends
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...environment, PATH: path },
      })
      const printed = { stdout: '', stderr: '' }
      for (const stream of ['stdout', 'stderr'] as const)
        child[stream].setEncoding('utf8').on('data', (text: string) => (printed[stream] += text))
      const timer = setTimeout(() => process.kill(-(child.pid as number), 'SIGKILL'), seconds * 1000)
      child.on('error', reject)
      child.on('close', (code) => {
        clearTimeout(timer)
        resolve({ code, ...printed })
      })
    })
  }

  remove(): void {
    rmSync(this.outer, { recursive: true, force: true })
  }
}
