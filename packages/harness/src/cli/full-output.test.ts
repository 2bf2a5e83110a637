import { spawnSync } from 'node:child_process'
import { closeSync, existsSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { cleanEnvironment } from '../testing/holdfast.js'

const BIN = fileURLToPath(new URL('../../dist/bin.js', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'holdfast-full-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test.skipIf(!existsSync('/dev/full'))(
  'output that has no room is told in one line, with exit code 2',
  { timeout: 20_000 },
  () => {
    const full = openSync('/dev/full', 'w')
    try {
      const { status, stderr } = spawnSync(process.execPath, [BIN, 'scenarios'], {
        cwd: folder,
        encoding: 'utf8',
        timeout: 15_000,
        env: cleanEnvironment(),
        stdio: ['ignore', full, 'pipe'],
      })
      expect(stderr).toMatch(/^holdfast: stdout: cannot be written: ENOSPC.*\n$/)
      expect(status).toBe(2)
    } finally {
      closeSync(full)
    }
  },
)
