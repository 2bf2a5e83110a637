import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { ExploreResult } from '../explore/explore-result.js'

/** The built command line, as a user runs it. */
const BIN = fileURLToPath(new URL('../../dist/bin.js', import.meta.url))
const DEADLINE_MS = 50_000

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs `holdfast` with `args` in the folder `cwd`, to its end. */
export function holdfast(cwd: string, args: readonly string[], interruptAfterMs?: number): Promise<Ended> {
  return runNode(cwd, [BIN, ...args], interruptAfterMs)
}

/** Runs a script in a process of its own. */
export function runNode(cwd: string, args: readonly string[], interruptAfterMs?: number): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd,
      timeout: DEADLINE_MS,
      killSignal: 'SIGKILL',
      env: cleanEnvironment(),
    })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (data: Buffer) => {
      stdout += data.toString()
    })
    child.stderr.on('data', (data: Buffer) => {
      stderr += data.toString()
    })
    child.on('error', reject)
    const timer =
      interruptAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGINT'), interruptAfterMs)
    child.on('close', (code) => {
      clearTimeout(timer)
      resolve({ code, stdout, stderr })
    })
  })
}

/** What this test runner has put there for itself is nothing for others. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const names = Object.keys(process.env).filter(
    (name) => !/^(?:VITEST|NODE_OPTIONS|FORCE_COLOR|GITHUB_)/.test(name),
  )
  return { ...Object.fromEntries(names.map((name) => [name, process.env[name]])), NO_COLOR: '1' }
}

/** The last line of stdout, which --json promises to be one JSON object. */
export function jsonOf({ stdout }: Ended): unknown {
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')
}

/** The same of `explore`. */
export function exploredIn(ended: Ended): ExploreResult {
  return jsonOf(ended) as ExploreResult
}
