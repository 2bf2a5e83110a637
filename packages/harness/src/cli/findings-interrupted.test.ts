import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { readFinding, writeFinding } from '@holdfast/explorer'
import { cleanEnvironment } from '../testing/holdfast.js'

const BIN = fileURLToPath(new URL('../../dist/bin.js', import.meta.url))
const LISTED = fileURLToPath(new URL('../../../../docs/findings/', import.meta.url))
const ID = 'stale-list-link'
const NAME = `${ID}.json`
const folder = mkdtempSync(join(tmpdir(), 'holdfast-interrupted-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test.for(['SIGINT', 'SIGTERM'] as const)(
  '%s ends shrinking once it has begun, and the file is as it was',
  { timeout: 40_000 },
  async (signal) => {
    const dir = join(folder, signal)
    const file = join(dir, NAME)
    // As if it were not proven: what is proven is passed over.
    writeFinding(file, { ...readFinding(join(LISTED, NAME)), minimal: false, atLeast: 0 })
    const before = readFileSync(file, 'utf8')
    const child = spawn(
      process.execPath,
      [BIN, 'findings', '--shrink', ID, '--seconds', '600', '--dir', dir],
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
    expect(readdirSync(dir)).toEqual([NAME])
    expect(readFileSync(file, 'utf8')).toBe(before)
  },
)
