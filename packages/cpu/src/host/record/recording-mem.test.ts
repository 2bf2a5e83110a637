import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { afterAll, expect, test } from 'vitest'
import { perform, randomAccesses } from '../../testing/random-accesses.js'
import type { RecordingTask } from '../../testing/recording-worker.js'
import { allocLog, readLog } from './log.js'
import type { CpuLog } from './log.js'
import { allocControl } from './recording-mem.js'
import { allocStripes } from './stripes.js'

const COUNT = 4_000
const WORDS = 128
/** Some of the words that the programs touch are contents of pages. */
const PAGES = 56

const workers: Worker[] = []
afterAll(() => Promise.all(workers.map((worker) => worker.terminate())))

function workerOf(id: number): Worker {
  workers[id] ??= new Worker(new URL('../../../dist/testing/recording-worker.js', import.meta.url), {
    execArgv: [],
  })
  return workers[id]
}

interface Recorded {
  readonly seeds: readonly number[]
  readonly logs: readonly CpuLog[]
  /** What each access of each CPU read. */
  readonly values: readonly (readonly number[])[]
  readonly final: Int32Array
}

/** Runs a random program on each of `cpus` workers at once. */
async function record(cpus: number, seed: number): Promise<Recorded> {
  const buffer = new SharedArrayBuffer(WORDS * 4)
  const recording = {
    stripes: allocStripes({ words: WORDS, pages: PAGES }),
    pages: PAGES,
    logs: Array.from({ length: cpus }, () => allocLog(1 << 20)),
    control: allocControl(),
    local: new Uint8Array(WORDS),
  }
  const seeds = Array.from({ length: cpus }, (_, id) => seed * 31 + id * 977)
  const values = await Promise.all(
    seeds.map(async (own, id) => {
      const worker = workerOf(id)
      const told = once(worker, 'message') // rejects with the error of the worker
      worker.postMessage({ id, cpus, buffer, recording, seed: own, count: COUNT } satisfies RecordingTask)
      const [read] = (await told) as [number[]]
      return read
    }),
  )
  return { seeds, logs: recording.logs.map(readLog), values, final: new Int32Array(buffer) }
}

/** Executes one of the orders that the logs permit, chosen by `seed`. Returns how many accesses read another value than in the run. */
function differences({ seeds, values, final }: Recorded, logs: readonly CpuLog[], seed: number): number {
  const programs = seeds.map((each) => randomAccesses(each, COUNT))
  const words = new Int32Array(WORDS)
  const count = logs.map(() => 0)
  const at = logs.map(() => 0)
  let different = 0
  let state = seed | 1
  for (;;) {
    const may = [...count.keys()].filter((cpu) => {
      const event = count[cpu] as number
      if (event >= COUNT) return false
      const { after } = logs[cpu] as CpuLog
      let i = at[cpu] as number
      for (; i < after.length && (after[i]?.event as number) <= event; i++) {
        const { cpu: whose, before } = after[i] as CpuLog['after'][number]
        if ((count[whose] as number) <= before) return false
      }
      return true
    })
    if (may.length === 0) break
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    const cpu = may[(state >>> 8) % may.length] as number
    const event = count[cpu] as number
    const { after } = logs[cpu] as CpuLog
    while ((after[at[cpu] as number]?.event ?? COUNT) <= event) at[cpu] = (at[cpu] as number) + 1
    const read = perform(words, programs[cpu]?.[event] as never)
    if (read !== values[cpu]?.[event]) different++
    count[cpu] = event + 1
  }
  expect(count).toEqual(logs.map(() => COUNT))
  return different + (words.every((word, addr) => word === final[addr]) ? 0 : 1)
}

test('every order that the logs permit reads the values that the parallel run read (2, 3 CPUs, 12 runs, 3 orders each)', async () => {
  let edges = 0
  for (let seed = 1; seed <= 12; seed++) {
    const recorded = await record(2 + (seed % 2), seed)
    edges += recorded.logs.reduce((sum, { after }) => sum + after.length, 0)
    for (const order of [1, 2, 3]) expect(differences(recorded, recorded.logs, order), `seed ${seed}`).toBe(0)
  }
  expect(edges).toBeGreaterThan(0)
})

test('what the logs say is needed: without the half of it, orders they permit read other values', async () => {
  let different = 0
  for (let seed = 1; seed <= 12 && different === 0; seed++) {
    const recorded = await record(2, seed)
    const logs = recorded.logs.map((log) => ({ ...log, after: log.after.filter((_, i) => i % 2 === 0) }))
    for (const order of [1, 2, 3]) different += differences(recorded, logs, order)
  }
  expect(different).toBeGreaterThan(0)
})
