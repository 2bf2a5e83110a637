import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { holdfast } from '../testing/holdfast.js'

const dir = mkdtempSync(join(tmpdir(), 'holdfast-report-'))
afterAll(() => rmSync(dir, { recursive: true }))

test('run --report and scale --report write a page besides what they print', async () => {
  const run = await holdfast(dir, [
    'run',
    'memory-pressure',
    '--cpus',
    '2',
    '--seconds',
    '1',
    '--report',
    'run.html',
  ])
  expect([run.code, run.stdout.includes('Locks, by time waited')]).toEqual([0, true])
  expect(readFileSync(join(dir, 'run.html'), 'utf8')).toContain('<h2>Time held and waited, by lock</h2>')
  const scale = await holdfast(dir, [
    'scale',
    'idle',
    '--cpus',
    '1,2',
    '--seconds',
    '0.5',
    '--report',
    'scale.html',
    '--json',
  ])
  expect([scale.code, scale.stdout.startsWith('{"command":"scale"')]).toEqual([0, true])
  expect(readFileSync(join(dir, 'scale.html'), 'utf8')).toContain('<h2>Locks with 2 CPUs</h2>')
})

test('a report that cannot be written is refused before anything runs, and so is one of --record', async () => {
  const nowhere = await holdfast(dir, ['run', 'idle', '--seconds', '60', '--report', 'no/such/folder.html'])
  expect([nowhere.code, nowhere.stderr.includes('--report: "no/such/folder.html" is not allowed')]).toEqual([
    2,
    true,
  ])
  const recorded = await holdfast(dir, ['run', 'idle', '--record', '--report', 'x.html'])
  expect([recorded.code, recorded.stderr]).toEqual([2, 'holdfast: --report: is not for --record\n'])
})
