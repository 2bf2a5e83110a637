import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TraceEvent, TraceFile } from '../export/trace-event.js'
import { brokenRules } from '../export/testing/trace-rules.js'
import { holdfast } from '../testing/holdfast.js'

let dir = ''
let files: readonly string[] = []

/** The file of a finding of that subject and verdict. */
function found(start: string): string {
  const file = files.find((each) => each.startsWith(start))
  if (file === undefined) throw new Error(`nothing was found of ${start}: ${files.join(', ')}`)
  return join('holdfast-findings', file)
}

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'holdfast-export-'))
  await holdfast(dir, ['explore', 'program:philosophers', '--junit', 'out.xml'])
  await holdfast(dir, ['explore', 'program:deadlock01'])
  await holdfast(dir, [
    'explore',
    'hold-vs-swapper',
    '--executions',
    '400',
    '--max-findings',
    '1',
    '--no-shrink',
  ])
  files = readdirSync(join(dir, 'holdfast-findings'))
}, 120_000)

afterAll(() => rmSync(dir, { recursive: true }))

async function exported(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await holdfast(dir, ['export', ...args])
  expect([code, stderr]).toEqual([0, ''])
  return stdout
}

test('perfetto: traces of a program and of the kernel keep the rules of the format', async () => {
  const program = JSON.parse(
    await exported(found('philosophers-deadlock'), '--format', 'perfetto'),
  ) as TraceFile
  expect(brokenRules(program)).toEqual([])
  const kernel = JSON.parse(await exported(found('hold-vs-swapper'), '--format', 'perfetto')) as TraceFile
  expect(brokenRules(kernel)).toEqual([])
  const names = (of: 'process_name' | 'thread_name', pid?: number): unknown[] =>
    kernel.traceEvents.flatMap((event) =>
      event.ph === 'M' && event.name === of && (pid ?? event.pid) === event.pid ? [event.args['name']] : [],
    )
  expect(names('process_name')).toEqual(['CPUs', 'LWPs', 'Locks', 'Counters'])
  expect(names('thread_name', 1)).toEqual(['CPU0', 'CPU1'])
  expect(names('thread_name', 2)).toContain('the swapper')
  expect(names('thread_name', 3).some((name) => String(name).includes('l_swaplock'))).toBe(true)
  expect(names('thread_name', 4)).toContain('free pages')
  const kinds = new Set(kernel.traceEvents.map(({ ph }) => ph))
  expect('MXCsfi'.split('').filter((ph) => !kinds.has(ph as TraceEvent['ph']))).toEqual([])
})

test('the rules of the trace format notice slices that overlap and arrows without an end', async () => {
  const trace = JSON.parse(
    await exported(found('philosophers-deadlock'), '--format', 'perfetto'),
  ) as TraceFile
  const slice = trace.traceEvents.find((event) => event.ph === 'X' && event.cat === 'lock') as TraceEvent & {
    ph: 'X'
  }
  const bad: TraceEvent[] = [
    { ...slice, ts: slice.ts + 1, dur: slice.dur },
    { ...slice, pid: 99 },
    { name: 'x', cat: 'x', pid: slice.pid, tid: slice.tid, ts: slice.ts, ph: 's', id: 99 },
  ]
  for (const event of bad)
    expect(brokenRules({ ...trace, traceEvents: [...trace.traceEvents, event] })).not.toEqual([])
})

test('dot: the wait-for graph of a deadlock is its cycle, the lock order of another has one', async () => {
  const waits = await exported(found('philosophers-deadlock'), '--format', 'dot')
  const edges = [...waits.matchAll(/"(w\d)" -> "(w\d)" \[label="([^"]*)", color/g)].map(
    ([, from, to, on]) => [from, to, on],
  )
  expect(edges).toEqual([
    ['w0', 'w1', 'forks[1]'],
    ['w1', 'w2', 'forks[2]'],
    ['w2', 'w0', 'forks[0]'],
  ])
  const order = await exported(found('deadlock01-lockOrder'), '--format', 'dot')
  expect([...order.matchAll(/"(\w)" -> "(\w)" \[.*color/g)].map(([, from, to]) => `${from}${to}`)).toEqual([
    'ab',
    'ba',
  ])
  const kernel = await exported(found('hold-vs-swapper'), '--format', 'dot')
  expect(kernel).toContain('"l_swaplock"')
})

test('mermaid: a participant for each thread, a line for each step of the report', async () => {
  const text = await exported(found('philosophers-deadlock'), '--format', 'mermaid')
  expect(text).toMatchInlineSnapshot(`
    "sequenceDiagram
      participant P0 as T1
      participant P1 as T2
      participant P2 as T3
      P1->>P1: 1 philosopher:5 lock forks[1]
      Note over P1: preempted before philosopher:6 lock forks[2]
      P0->>P0: 2 philosopher:5 lock forks[0]
      Note over P0: waits: lock forks[1], held by T2
      P2->>P2: 3 philosopher:5 lock forks[2]
      Note over P2: here: deadlock
      Note over P2: waits: lock forks[0], held by T1
      Note over P0: for ever: lock forks[1], held by T2
      Note over P1: for ever: lock forks[2], held by T3
      Note over P2: for ever: lock forks[0], held by T1
      Note over P0,P2: deadlock: T1 waits for forks[1] at programs/philosophers.ts:6 (philosopher), which T2 took at programs/philosophers.ts:…
    "
  `)
})

test('junit and github: findings as failures and annotations; explore --junit writes the same', async () => {
  const both = [found('philosophers-deadlock'), found('philosophers-lockOrder')]
  const xml = await exported(...both, '--format', 'junit')
  expect(xml).toContain(
    '<testsuite name="explore program:philosophers?n=3" tests="2" failures="2" errors="0"',
  )
  expect(readFileSync(join(dir, 'out.xml'), 'utf8').split('<failure')).toHaveLength(3)
  const lines = (await exported(...both, '--format', 'github')).trimEnd().split('\n')
  expect(lines).toHaveLength(2)
  for (const line of lines)
    expect(line).toMatch(/^::error file=programs\/philosophers.ts,line=\d+,col=\d+,title=/)
})

test('wrong usage is refused: format, graph, two findings in one picture, a schedule as a diagram', async () => {
  const file = found('deadlock01-deadlock')
  const refused = async (...args: readonly string[]): Promise<string> => {
    const { code, stderr } = await holdfast(dir, ['export', ...args])
    expect(code).toBe(2)
    return stderr
  }
  expect(await refused(file, '--format', 'svg')).toContain('--format: "svg" is not allowed')
  expect(await refused(file, '--format', 'junit', '--graph', 'waits')).toContain('--graph')
  expect(await refused(file, file, '--format', 'dot')).toContain('one at a time')
  const { schedule } = JSON.parse(readFileSync(join(dir, file), 'utf8')) as { schedule: string }
  expect(await refused('nothing.json', '--format', 'dot')).toContain('nothing.json')
  expect((await exported(schedule, '--format', 'mermaid')).startsWith('sequenceDiagram')).toBe(true)
})
