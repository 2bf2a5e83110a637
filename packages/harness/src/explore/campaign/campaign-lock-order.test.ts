import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Found, SeenEdge } from '@holdfast/explorer'
import { afterAll, expect, test } from 'vitest'
import { exploredIn, holdfast } from '../../testing/holdfast.js'
import { Merged } from './campaign-merge.js'
import type { ExploreTaskResult } from './job-tasks.js'

const folder = mkdtempSync(join(tmpdir(), 'holdfast-lock-order-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** One thread, which takes two locks in one order or the other, each in one execution of 1,600 by chance, and never in the same. */
const RARE = `import { type Addr, type Thread, call, defineProgram } from '@holdfast/explorer'

function both({ mem }: Thread, first: Addr, second: Addr) {
  mem.lock(first)
  mem.lock(second)
  mem.unlock(second)
  mem.unlock(first)
}

function seldom(t: Thread, a: Addr, b: Addr) {
  const { mem } = t
  const way = mem.choose(40)
  const other = mem.choose(40)
  if (way === 0 && other === 0) both(t, a, b)
  if (way === 1 && other === 1) both(t, b, a)
}

export default defineProgram({
  name: 'seldom',
  memory: () => ({ a: 1, b: 1 }),
  threads: (_params, { a, b }) => [call(seldom, a, b)],
})
`

test('a cycle whose edges are of different parts of a campaign is found, the same whatever the number of jobs, and its file replays', async () => {
  writeFileSync(join(folder, 'seldom.ts'), RARE)
  const explored = async (jobs: number): Promise<ReturnType<typeof exploredIn>> =>
    exploredIn(
      await holdfast(folder, [
        'explore',
        './seldom.ts',
        ...'--strategy random --executions 20000 --json --jobs'.split(' '),
        String(jobs),
        '--out',
        `out-${jobs}`,
      ]),
    )
  const [alone, spread] = [await explored(1), await explored(2)]
  const plain = ({ findings }: typeof alone): unknown =>
    findings.map(({ verdict, message, execution, schedule }) => ({ verdict, message, execution, schedule }))
  expect(alone.findings.map(({ verdict }) => verdict)).toEqual(['lockOrder'])
  expect(alone.findings[0]?.message).toMatch(/a -> b \(.*\); b -> a/)
  expect(plain(spread)).toEqual(plain(alone))
  const again = await holdfast(folder, ['replay', alone.findings[0]?.file as string])
  expect(again.code).toBe(1)
  expect(again.stdout).toContain('locks are taken in a cycle')
  expect(again.stdout).toContain('It takes 2 executions to see it')
}, 60_000)

/** The execution that takes `locks` one in the other. */
function edge(from: string, to: string, execution: number): SeenEdge {
  return {
    from,
    to,
    fromSite: from.charCodeAt(0),
    toSite: to.charCodeAt(0),
    text: `${from} -> ${to}`,
    steps: [0, 1],
    locks: [8, 9],
    execution,
    schedule: Uint16Array.of(execution),
  }
}

function part(edges: readonly SeenEdge[], found: readonly Found[] = []): ExploreTaskResult {
  const none = { blocked: 0, abandoned: 0, cut: 0, buggy: 0, points: 0, bound: null, complete: false }
  const rest = { traces: undefined, traceList: undefined, remaining: null, drift: undefined }
  return { ...none, ...rest, executions: 10, seconds: 1, found, lockOrder: { edges, reports: [] } }
}

test('a cycle of three that three parts show is reported once, with the part that completes it; no cycle, no report', () => {
  const merged = new Merged(1)
  const parts = [
    [edge('a', 'b', 3)],
    [edge('b', 'c', 4), edge('a', 'b', 5)],
    [edge('c', 'a', 6)],
    [edge('c', 'a', 7)],
  ]
  for (const [i, edges] of parts.entries())
    merged.add({ order: i, leg: 0, first: 10 * i, executions: 10 }, part(edges), i)
  expect(
    merged.found.map(({ report, execution, within, after }) => [report.message, execution, within, after]),
  ).toEqual([
    ['locks are taken in a cycle: a -> b; b -> c; c -> a', 26, 30, [Uint16Array.of(3), Uint16Array.of(4)]],
  ])
  const clean = new Merged(1)
  for (const [i, edges] of [[edge('a', 'b', 3)], [edge('b', 'c', 4)], [edge('a', 'c', 6)]].entries())
    clean.add({ order: i, leg: 0, first: 10 * i, executions: 10 }, part(edges), i)
  expect(clean.found).toEqual([])
})
