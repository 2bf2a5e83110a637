import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { CATALOGUE } from '../explore/findings/catalogue.js'
import { patchesOf, variants } from '../explore/subject/variants.js'

const BIN = fileURLToPath(new URL('../../dist/bin.js', import.meta.url))
const FINDINGS = fileURLToPath(new URL('../../../../docs/findings/', import.meta.url))

test('every fault of the catalogue has its finding file, and a correction that is a variant', () => {
  const names = variants.map(({ name }) => name)
  for (const { id, correction } of CATALOGUE) {
    expect(existsSync(join(FINDINGS, `${id}.json`)), id).toBe(true)
    expect(names).toContain(correction)
  }
  expect(CATALOGUE.length).toBeGreaterThanOrEqual(7)
  expect(() => patchesOf('no-such')).toThrow(/recheck-inmem/)
})

test('every listed finding is reproduced, exactly, in the kernel as it is', { timeout: 300_000 }, () => {
  const out = execFileSync(process.execPath, [BIN, 'findings', '--json'], {
    encoding: 'utf8',
    timeout: 280_000,
  })
  const { findings } = JSON.parse(out.trim().split('\n').at(-1) as string) as {
    findings: { id: string; reproduced: boolean }[]
  }
  expect(findings.map(({ id }) => id).sort()).toEqual(CATALOGUE.map(({ id }) => id).sort())
  expect(findings.filter(({ reproduced }) => !reproduced)).toEqual([])
})
