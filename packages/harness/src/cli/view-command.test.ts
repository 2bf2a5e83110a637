import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inflateRawSync } from 'node:zlib'
import { parseTrace, readTrace } from '@holdfast/viewer'
import type { Trace } from '@holdfast/viewer'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Ended, exploredIn, holdfast, jsonOf } from '../testing/holdfast.js'

const folder = mkdtempSync(join(tmpdir(), 'holdfast-view-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Takes a lock, and forgets it in one of two threads. */
const PROGRAM = `import { type Addr, type Thread, call, defineProgram } from '@holdfast/explorer'
function locked({ mem }: Thread, m: Addr, x: Addr) {
  mem.lock(m)
  mem.write(x, mem.read(x) + 1)
  mem.unlock(m)
}
function bare({ mem }: Thread, x: Addr) {
  mem.write(x, mem.read(x) + 1)
}
export default defineProgram({
  name: 'mine',
  memory: () => ({ m: 1, x: 1 }),
  threads: (_, { m, x }) => [call(locked, m, x), call(locked, m, x), call(bare, x)],
})`
let file = ''
let kernelFile = ''
let kernelView: Ended

beforeAll(async () => {
  writeFileSync(join(folder, 'mine.ts'), PROGRAM)
  const found = exploredIn(await holdfast(folder, ['explore', './mine.ts', '--json']))
  file = found.findings.find(({ verdict }) => verdict === 'race')?.file ?? ''
  const kernel = [
    'explore',
    'hold-vs-swapper',
    '--json',
    '--strategy',
    'random',
    '--executions',
    '1',
    '--no-shrink',
  ]
  kernelFile = exploredIn(await holdfast(folder, kernel)).findings[0]?.file ?? ''
  kernelView = await holdfast(folder, ['view', kernelFile, '--out', 'kernel.html', '--json'])
}, 60_000)

/** The traces in a page. */
function tracesIn(page: string): Trace[] {
  const html = readFileSync(join(folder, page), 'utf8')
  const [, type = '', text = ''] = /<script type="([^"]+)" id="data">(.*?)<\/script/s.exec(html) ?? []
  const json = type === 'application/json' ? text : inflateRawSync(Buffer.from(text, 'base64')).toString()
  return (JSON.parse(json) as unknown[]).map((each) => parseTrace(JSON.stringify(each), page))
}

test('a finding of a program: its steps, words, locks and sources, and the two accesses that race', async () => {
  const { code, stdout } = await holdfast(folder, [
    'view',
    file,
    '--trace',
    'mine.trace.json',
    '--out',
    'mine.html',
  ])
  expect(code).toBe(0)
  expect(stdout).toMatch(/^mine-race-\w+: \d+ steps, race: /)
  const trace = readTrace(join(folder, 'mine.trace.json'))
  expect(tracesIn('mine.html')).toEqual([trace])
  expect(trace).toMatchObject({ verdict: 'race', actors: ['T1', 'T2', 'T3'], tasks: [] })
  expect(trace.focus).toHaveLength(2)
  expect(trace.focus.map((event) => trace.words[trace.events.word[event] ?? 0]?.name)).toEqual(['x', 'x'])
  expect(trace.words.find(({ name }) => name === 'm')).toMatchObject({ isLock: true })
  const [source] = trace.files
  expect(new Map(source?.lines).get(4)).toBe('  mem.write(x, mem.read(x) + 1)')
})

test('a finding of the kernel: CPUs and LWPs, the groups of words, locks, and the lines of uvm_glue.c', () => {
  expect([kernelView.code, kernelView.stderr]).toEqual([0, ''])
  const [trace] = tracesIn('kernel.html')
  expect(trace?.actors).toEqual(['CPU0', 'CPU1'])
  expect(trace?.tasks).toEqual(
    expect.arrayContaining(['the swapper', 'the pagedaemon', 'target (2.1)', 'holder (4.1)']),
  )
  const grouped = (group: string): string[] =>
    (trace?.words ?? []).filter((word) => trace?.groups[word.group] === group).map(({ name }) => name)
  expect(grouped('LWP table')).toContain('target (2.1).l_holdcnt')
  expect(grouped('locks')).toContain('target (2.1).l_swaplock')
  expect(grouped('free list')).toContain('uvmexp_free')
  expect(grouped('queues').length).toBeGreaterThan(0)
  expect(grouped('page tables')).toContainEqual(expect.stringMatching(/^page \d+\.entry \d+$/))
  expect(trace?.meanings.text).toContainEqual(expect.stringMatching(/^page \d+ PG_V\|PG_RW\b/))
  expect(trace?.locks.event.length).toBeGreaterThan(100)
  const originals = new Set((trace?.places ?? []).flatMap(({ original }) => original?.from ?? []))
  const c = new Map(trace?.files.find(({ name }) => name === 'uvm_glue.c')?.lines)
  expect([...originals].map((line) => c.get(line)?.trim())).toContain('mutex_enter(&l->l_swaplock);')
})

test('what is recorded of the kernel is what happened: each step that touches a word finds it as the changes before left it', () => {
  const [trace] = tracesIn('kernel.html')
  if (trace === undefined) throw new Error('there is no trace')
  const memory = trace.words.map(({ initial }) => initial)
  let at = 0
  const wrong: string[] = []
  for (const [event, word] of trace.events.word.entries()) {
    const { old, new: now } = trace.events
    if (word >= 0 && memory[word] !== old[event])
      wrong.push(`step ${event + 1}: ${trace.words[word]?.name} before`)
    for (; trace.changes.event[at] === event; at++)
      memory[trace.changes.word[at] as number] = trace.changes.value[at] as number
    if (word >= 0 && memory[word] !== now[event])
      wrong.push(`step ${event + 1}: ${trace.words[word]?.name} after`)
  }
  expect(wrong).toEqual([])
})

test('two are laid side by side: another finding or trace, or the same schedule on a corrected kernel', async () => {
  await holdfast(folder, ['view', file, '--trace', 'mine.trace.json', '--no-open'])
  const two = jsonOf(await holdfast(folder, ['view', file, 'mine.trace.json', '--out', 'two.html', '--json']))
  expect(two).toMatchObject({ command: 'view', executions: [{ verdict: 'race' }, { verdict: 'race' }] })
  expect(tracesIn('two.html')).toHaveLength(2)
  const variant = await holdfast(folder, [
    'view',
    kernelFile,
    '--variant',
    'recheck-inmem',
    '--out',
    'two.html',
    '--json',
  ])
  expect(variant.code).toBe(0)
  const [one, other] = tracesIn('two.html')
  expect(other?.note).toMatch(/^the same schedule, followed /)
  expect(other?.events.actor.slice(0, 50)).toEqual(one?.events.actor.slice(0, 50))
})

test.each([
  [['no-such-file'], /schedule: "no-such-file" is not allowed; a finding file, or a schedule/],
  [['mine.ts'], /mine\.ts: is not JSON/],
  [['FILE', 'FILE', 'FILE'], /view: 3 executions are not allowed; 1 or 2/],
  [['FILE', '--out', 'no/such/folder/x.html'], /--out: .*cannot be written/],
  [['FILE', '--variant', 'no-such'], /--variant: /],
  [['broken.json'], /broken\.json: title: is missing/],
])('wrong usage, exit 2: holdfast view %j', async (args, message) => {
  writeFileSync(join(folder, 'broken.json'), '{"format":"holdfast-trace/1"}')
  const { code, stderr } = await holdfast(folder, [
    'view',
    ...args.map((each) => (each === 'FILE' ? file : each)),
  ])
  expect(stderr).toMatch(message)
  expect(code).toBe(2)
})

test('a program that has drifted is refused, exit 2; --force shows how far it goes', async () => {
  writeFileSync(join(folder, 'mine.ts'), PROGRAM.replace('mem.lock(m)', 'mem.lock(m)\n  mem.read(x)'))
  const refused = await holdfast(folder, ['view', file])
  expect(refused.code).toBe(2)
  expect(refused.stderr).toMatch(/refused; --force goes on as far as possible/)
  const forced = await holdfast(folder, ['view', file, '--force', '--out', 'forced.html', '--json'])
  expect(forced.code).toBe(0)
  expect(tracesIn('forced.html')[0]?.note).toMatch(
    /^the same schedule, followed as far as its choices are possible: /,
  )
  writeFileSync(join(folder, 'mine.ts'), PROGRAM)
})
