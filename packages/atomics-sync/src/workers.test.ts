import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { barrierInit } from './barrier.js'
import { cvInit } from './condvar.js'
import { Mem } from './mem.js'
import { mutexInit } from './mutex.js'
import { onceInit } from './once.js'
import { rwInit } from './rwlock.js'
import { semaphoreInit } from './semaphore.js'
import { mutexSpinInit } from './spin-mutex.js'
import {
  A,
  B,
  BARRIER,
  CV,
  CV2,
  MUTEX,
  ONCE,
  READERS,
  RWLOCK,
  SEM,
  SEM2,
  SHARE,
  SPIN,
} from './testing/jobs.js'
import type { WorkerData } from './testing/worker.js'
import { createSync } from './thread.js'

const ENTRY = new URL('../dist/testing/worker.js', import.meta.url)

/** Runs `job` in `threads` real workers to the end; rejects with the first error of any. Returns the words. */
async function run(
  job: string,
  threads: number,
  rounds: number,
  units = 2,
): Promise<{ mem: Mem; at: number }> {
  const buffer = new SharedArrayBuffer(32_768)
  const { offset, end } = createSync(buffer, 16, { threads })
  const mem = new Mem(buffer)
  const at = end + 16
  mutexInit(mem, at + MUTEX)
  mutexSpinInit(mem, at + SPIN)
  rwInit(mem, at + RWLOCK)
  cvInit(mem, at + CV)
  cvInit(mem, at + CV2)
  semaphoreInit(mem, at + SEM, units)
  semaphoreInit(mem, at + SEM2, 0)
  barrierInit(mem, at + BARRIER, threads)
  onceInit(mem, at + ONCE)
  const workers = Array.from({ length: threads }, (_, index) => {
    const workerData: WorkerData = { buffer, offset, index, threads, job, at, rounds }
    return new Worker(ENTRY, { workerData })
  })
  const ends = workers.map(
    (worker) =>
      new Promise<void>((resolve, reject) => {
        worker.on('error', reject)
        worker.on('exit', (code) =>
          code === 0 ? resolve() : reject(new Error(`a worker exited with ${code}`)),
        )
      }),
  )
  try {
    await Promise.all(ends)
  } finally {
    for (const worker of workers) void worker.terminate()
  }
  return { mem, at }
}

for (const threads of [2, 4]) {
  for (const job of ['countAdaptive', 'countSpin']) {
    test(`${job}: ${threads} workers count to exactly 100,000 by plain accesses under the lock`, async () => {
      const { mem, at } = await run(job, threads, 100_000)
      const shares = Array.from({ length: threads }, (_, i) => mem.load(at + SHARE + i))
      expect([mem.load(at + A), mem.load(at + B)]).toEqual([100_000, -100_000])
      expect(shares.reduce((sum, share) => sum + share, 0)).toBe(100_000)
      console.log(
        `fairness, ${job}, ${threads} workers: smallest share ${Math.min(...shares)}, largest ${Math.max(...shares)}`,
      )
    })
  }
}

test('an rwlock under 4 workers never lets a writer in with a reader, nor anybody see half a write (10,000 rounds each)', async () => {
  const { mem, at } = await run('readersAndWriters', 4, 10_000)
  expect(mem.load(at + A)).toBe(mem.load(at + B))
  expect(mem.load(at + A)).toBeGreaterThanOrEqual(5_000)
  expect([mem.load(at + RWLOCK) & ~7, mem.load(at + READERS)]).toEqual([0, 0])
})

for (const job of ['produceAndConsume', 'produceAndConsumeSpin']) {
  test(`${job}: 2 producers and 2 consumers through 4 places lose no wakeup in 5,000 items each`, async () => {
    const { mem, at } = await run(job, 4, 5_000)
    expect(mem.load(at + A)).toBe(0)
  })
}

test('a semaphore of 2 units admits at most 2 of 4 workers, and loses no unit in 5,000 rounds each', async () => {
  const { mem, at } = await run('useUnits', 4, 5_000)
  expect([mem.load(at + A), mem.load(at + SEM + 1)]).toEqual([20_000, 2])
})

test('a barrier keeps 4 workers in step for 2,000 rounds, and is the last for one of them in each', async () => {
  const { mem, at } = await run('meet', 4, 2_000)
  expect(mem.load(at + A)).toBe(2_000)
})

test('a once runs once, after one attempt that fails, for 4 workers', async () => {
  const { mem, at } = await run('doOnce', 4, 1)
  expect([mem.load(at + A), mem.load(at + B)]).toEqual([1, 2])
})

test('waiters-bit-lost: 3 workers that park holding the mutex 3,000 times each lose no waiter', async () => {
  const { mem, at } = await run('parkAndRelease', 4, 3_000, 0)
  expect([mem.load(at + A), mem.load(at + MUTEX)]).toEqual([9_000, 0])
})
