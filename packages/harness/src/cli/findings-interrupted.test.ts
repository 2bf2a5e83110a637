import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { readFinding } from '@holdfast/explorer'
import { cleanEnvironment } from '../testing/holdfast.js'

const BIN = fileURLToPath(new URL('../../dist/bin.js', import.meta.url))
const LISTED = fileURLToPath(new URL('../../../../docs/findings/', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'holdfast-interrupted-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test.for(['SIGINT', 'SIGTERM'] as const)(
  '%s ends shrinking once it has begun, and the file is as it was',
  { timeout: 40_000 },
  async (signal) => {
    // One that is not proven: others are passed over.
    const name = readdirSync(LISTED).find((each) => !readFinding(join(LISTED, each)).minimal)
    if (name === undefined) return
    const dir = join(folder, signal)
    cpSync(join(LISTED, name), join(dir, name))
    const id = name.slice(0, -'.json'.length)
    const child = spawn(
      process.execPath,
      [BIN, 'findings', '--shrink', id, '--seconds', '600', '--dir', dir],
      {
        env: cleanEnvironment(),
        timeout: 30_000,
        killSignal: 'SIGKILL',
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    )
    child.stderr.once('data', () => child.kill(signal))
    const [, by] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
    expect(by).toBe(signal)
    expect(readdirSync(dir)).toEqual([name])
    expect(readFileSync(join(dir, name), 'utf8')).toBe(readFileSync(join(LISTED, name), 'utf8'))
  },
)
