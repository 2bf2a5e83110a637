import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RecordResult } from '../record/record-result.js'
import { holdfast } from '../testing/holdfast.js'
import { parseRecordFlags, refuseRecordFlags } from './record-command-options.js'
import type { RecordFlags } from './record-command-options.js'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-record-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function resultIn(stdout: string): RecordResult {
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as RecordResult
}

test('run --record --repeat: runs are recorded and replayed; what one shows is replayed from its file', async () => {
  const args = [
    'run',
    'hold-vs-memory',
    '--record',
    '--repeat',
    '25',
    '--seconds',
    '20',
    '--no-shrink',
    '--json',
  ]
  const { code, stdout } = await holdfast(folder, args)
  const { record, findings, cpus } = resultIn(stdout)
  expect(cpus).toBe(2)
  expect(record.runs).toBeGreaterThan(0)
  expect(record.replayed).toBe(record.runs)
  expect(record.doubts).toEqual([])
  expect(record.cost.hold).toBeGreaterThan(0)
  expect(code).toBe(findings.length === 0 ? 0 : 1)
  const [found] = findings
  if (found?.file == null) return // a slow host may not get so far
  expect(found.reproduced).toBe(true)
  const again = await holdfast(folder, ['replay', found.file, '--json'])
  expect(JSON.parse(again.stdout)).toMatchObject({ reproduced: true, message: found.message })
  expect(again.code).toBe(1)
})

test('what is not given is left to the scenario', () => {
  expect(parseRecordFlags({ record: true })).toMatchObject({
    repeat: undefined,
    variant: undefined,
    logBytes: 256 << 20,
    shrink: true,
    out: 'holdfast-findings',
  })
})

test.each<readonly [RecordFlags, string]>([
  [{ repeat: '0' }, '--repeat: 0 is not allowed; 1 to'],
  [{ logSize: '5000' }, '--log-size: 5000 is not allowed; 1 to 4,096'],
  [{ seed: '2' }, '--seed: 2 is not allowed; 1 with --record'],
])('%j is refused', (flags, message) => {
  expect(() => parseRecordFlags(flags)).toThrow(message)
})

test.each<readonly [RecordFlags, string]>([
  [{ repeat: '3' }, '--repeat: "3" is not allowed; with --record only'],
  [{ logSize: '3' }, '--log-size: "3" is not allowed; with --record only'],
  [{ shrink: false }, '--no-shrink'],
])('%j without --record is refused', (flags, message) => {
  expect(() => refuseRecordFlags(flags)).toThrow(message)
})
