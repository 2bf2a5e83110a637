import {
  explore,
  findingText,
  makeFinding,
  makeStrategy,
  readFinding,
  reportMarkdown,
  reportText,
  shrink,
  writeFinding,
} from '@holdfast/explorer'
import type { Finding } from '@holdfast/explorer'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { kernelSubject } from '../subject/kernel-subject.js'

const SEED = 1
const EXECUTIONS = 40
const ATTEMPTS = 60
/** More than those attempts take, so that the finding is the same on any machine. */
const SHRINK_SECONDS = 100
const MOST_LINES = 60
const MOST_BYTES = 60_000

let finding: Finding

beforeAll(async () => {
  const subject = await kernelSubject('hold-vs-swapper')
  const strategy = makeStrategy('random', { seed: SEED })
  const options = { strategy, observers: subject.observers(), executions: EXECUTIONS, maxFindings: 9 }
  const { found, executions } = explore(subject.target, { ...options, engine: subject.options })
  const first = found.find(({ report }) => report.verdict === 'panic')
  if (first === undefined) throw new Error(`no panic found in ${executions} executions`)
  const shrunk = shrink(subject, first, { attempts: ATTEMPTS, seconds: SHRINK_SECONDS, subjects: false })
  if (shrunk === undefined) throw new Error('what was found does not show again')
  finding = makeFinding(shrunk, {
    strategy: 'random',
    seed: SEED,
    execution: first.execution,
    executions,
    seconds: 1,
  })
}, 120_000)

test(`a finding of the kernel is told in ${MOST_LINES} lines, a column for each CPU`, () => {
  const text = reportText(finding)
  const table = text.split('\n').filter((line) => /^.{6} \| /.test(line))
  expect(table.length - 1).toBeLessThanOrEqual(MOST_LINES) // and their heading
  expect(table.length).toBeGreaterThan(20)
  expect(table[0]).toMatch(/step \| CPU0 +\| CPU1/)
  for (const line of text.split('\n'))
    if (!line.startsWith('holdfast')) expect(line.length).toBeLessThanOrEqual(120)
})

test('it names who holds, who swaps, the functions in which they do, and the fields by which they meet', () => {
  const text = reportText(finding)
  for (const part of [
    '== holder (4.1) ==',
    '== the swapper ==',
    'uvm_lwp_hold:',
    'uvm_scheduler:',
    'takes target (2.1).l_swaplock',
    'target (2.1) is in memory again',
    'LW_INMEM',
  ])
    expect(text).toContain(part)
  expect(text).toContain(`holdfast replay ${finding.schedule}`)
})

test('its sentence says who panicked, in which function called from where, and what the word held', () => {
  expect(finding.verdict).toBe('panic')
  expect(finding.message).toMatch(
    /^CPU\d \(.+\): kernel diagnostic assertion ".+" failed, in \w+( < \w+:\d+)+; .+ is .+$/,
  )
  expect(finding.sites.length).toBe(2)
})

test('the state of the words at the end says what the values mean, and who put them there', () => {
  const names = finding.words.map(({ name }) => name)
  expect(names).toContain('target (2.1).l_stat')
  const stat = finding.words.find(({ name }) => name === 'target (2.1).l_stat')
  expect(stat?.meaning?.new).toMatch(/^LS[A-Z]+$/)
  expect(stat?.changed).toMatch(/^since step \d+, by CPU\d \(.+\) in \w+:\d+/)
})

test('the Markdown has the same rows, and a table of two columns', () => {
  const text = reportMarkdown(finding)
  expect(text).toContain('| step | CPU0 | CPU1 |')
  expect(text).toContain('takes target (2.1).l\\_swaplock')
})

test(`its file has less than ${MOST_BYTES} bytes, and gives the same report`, () => {
  expect(findingText(finding).length).toBeLessThan(MOST_BYTES)
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-report-'))
  try {
    const file = join(folder, 'finding.json')
    writeFinding(file, finding)
    expect(reportText(readFinding(file))).toBe(reportText(finding))
  } finally {
    rmSync(folder, { recursive: true })
  }
})
