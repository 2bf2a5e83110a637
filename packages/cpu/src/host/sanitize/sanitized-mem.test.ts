import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import type { RaceWorkerData } from '../../testing/race-worker.js'
import type { RaceHalf } from './report.js'
import { allocWatchpoints } from './watchpoints.js'

const ENTRY = new URL('../../../dist/testing/race-worker.js', import.meta.url)
/** Enough for two workers to meet, also where others use the cores; and for their twins. */
const ROUNDS = 3_000_000
const TWIN_ROUNDS = 400_000

/** Runs a job on two workers that start together, to the end; returns what they reported. */
async function run(job: RaceWorkerData['job'], all = false, rounds = ROUNDS): Promise<RaceHalf[]> {
  const shared = {
    buffer: new SharedArrayBuffer(256),
    watchpoints: allocWatchpoints(),
    changed: new Uint8Array(new SharedArrayBuffer(64)),
  }
  const reports: RaceHalf[] = []
  const ends = [0, 1].map((id) => {
    const workerData: RaceWorkerData = { ...shared, id, job, rounds, all }
    const worker = new Worker(ENTRY, { workerData, execArgv: [] })
    worker.on('message', (report: RaceHalf) => reports.push(report))
    return new Promise<void>((resolve, reject) => {
      worker.on('error', reject)
      worker.on('exit', (code) =>
        code === 0 ? resolve() : reject(new Error(`a worker exited with code ${code}`)),
      )
    })
  })
  await Promise.all(ends)
  return reports
}

/** Pairs of halves: what the one that watched did, and what the one that came upon it did. */
function pairs(reports: readonly RaceHalf[]): string[] {
  const found = new Set<string>()
  for (const half of reports) {
    if (half.watched === undefined) continue
    const other = reports.find((each) => each.id === half.id && each !== half)
    if (half.watched.hit) expect(other, 'the other half').toBeDefined()
    found.add(`${half.access} / ${other?.access ?? 'unknown'}`)
  }
  return [...found].sort()
}

test(`a counter that two workers read and then write is caught within ${ROUNDS} rounds each, both places told`, async () => {
  const reports = await run('readThenWrite')
  expect(pairs(reports).some((pair) => pair !== 'reads / unknown' && pair !== 'writes / unknown')).toBe(true)
  const hit = reports.find(({ watched }) => watched?.hit === true)
  const other = reports.find(({ id, watched }) => id === hit?.id && watched === undefined)
  expect(hit?.stack).toContain('readThenWrite')
  expect(other?.stack).toContain('readThenWrite')
  expect(other?.cpu).not.toBe(hit?.cpu)
})

test.each(['addAtomically', 'writeUnderLock'] as const)(
  `its twin, %s, is not flagged, by --all either (${TWIN_ROUNDS} rounds each)`,
  async (job) => {
    expect(await run(job, false, TWIN_ROUNDS)).toEqual([])
    expect(await run(job, true, TWIN_ROUNDS)).toEqual([])
  },
)

test('a plain write beside atomic changes is a race; a plain read beside them is one with --all only', async () => {
  expect(pairs(await run('writeBesideAdd'))).toContain('writes / changes (atomic)')
  expect(await run('readBesideAdd', false, TWIN_ROUNDS)).toEqual([])
  expect(pairs(await run('readBesideAdd', true))).toContain('reads / changes (atomic)')
})

test('a write within a range that another fills is a race', async () => {
  expect(pairs(await run('fillRanges'))).toContain('writes / writes')
})
