import { Mem, createSync, mutexInit } from '@holdfast/atomics-sync'
import { Worker } from 'node:worker_threads'
import { median } from './measure.js'
import type { ContenderData } from './mutex-worker.js'

/** The two mutexes at one number of workers. */
export interface MutexPoint {
  readonly workers: number
  /** Acquisitions a second, all workers together. */
  readonly kernel: number
  readonly bare: number
}

const ACQUISITIONS = 400_000
const REPEATS = 3

/** The adaptive mutex against a bare one, by turns, at each number of workers. */
export async function contendedMutex(workers: readonly number[]): Promise<MutexPoint[]> {
  const points: MutexPoint[] = []
  for (const count of workers) {
    const kernel: number[] = []
    const bare: number[] = []
    for (let repeat = 0; repeat < REPEATS; repeat++) {
      kernel.push(await once('kernel', count))
      bare.push(await once('bare', count))
    }
    points.push({ workers: count, kernel: median(kernel), bare: median(bare) })
  }
  return points
}

/** Acquisitions a second of `count` workers. Throws if the counter shows that two were inside at once. */
async function once(kind: 'kernel' | 'bare', count: number): Promise<number> {
  const buffer = new SharedArrayBuffer(1 << 16)
  const { offset, end } = createSync(buffer, 16, { threads: count })
  const mem = new Mem(buffer)
  const [mutex, counter, gate] = [end + 16, end + 32, end + 48]
  mutexInit(mem, mutex)
  const rounds = Math.floor(ACQUISITIONS / count)
  const url = new URL('../../dist/bench/mutex-worker.js', import.meta.url)
  const contenders = Array.from({ length: count }, (_, index) => {
    const data: ContenderData = {
      kind,
      buffer,
      offset,
      mutex,
      counter,
      gate,
      index,
      rounds,
      inside: 20,
      outside: 40,
    }
    return new Worker(url, { workerData: data })
  })
  const done = contenders.map(
    (worker) =>
      new Promise<number>((resolve, reject) => {
        worker.once('message', resolve)
        worker.once('error', reject)
      }),
  )
  while (mem.load(gate) < count) await new Promise((resolve) => setTimeout(resolve, 5))
  const started = performance.now()
  mem.store(gate, -1)
  mem.notify(gate)
  await Promise.all(done)
  const seconds = (performance.now() - started) / 1000
  const counted = mem.load(counter)
  if (counted !== rounds * count)
    throw new Error(`${kind} mutex: ${counted} of ${rounds * count} increments survived`)
  return (rounds * count) / seconds
}
