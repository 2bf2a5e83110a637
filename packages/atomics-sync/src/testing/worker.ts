import { workerData } from 'node:worker_threads'
import type { Addr } from '../mem.js'
import { Thread, attachSync } from '../thread.js'
import { PL_BUCKETS } from '../parking-layout.js'
import { MUTEX, jobs } from './jobs.js'
import { LingeringMem } from './lingering-mem.js'

/** Entry of the workers of the tests: attaches to the parking lot and runs one job. */
export interface WorkerData {
  readonly buffer: SharedArrayBuffer
  readonly offset: Addr
  readonly index: number
  readonly threads: number
  readonly job: string
  readonly at: Addr
  readonly rounds: number
}

function main({ buffer, offset, index, threads, job, at, rounds }: WorkerData): void {
  const plain = attachSync(buffer, offset, index, { deadlineMs: 10_000 })
  const lingering = new Thread(
    new LingeringMem(buffer, [at + MUTEX, offset + PL_BUCKETS]),
    offset,
    index,
    plain.self,
    { deadlineMs: 10_000 },
  )
  const { mem } = plain
  // All start together: otherwise the first has finished before the last is there.
  const started = at - 1
  mem.add(started, 1)
  mem.notify(started)
  for (let n = mem.load(started); n < threads; n = mem.load(started)) mem.wait(started, n, 10_000)
  jobs[job]?.(job === 'parkAndRelease' ? lingering : plain, at, rounds, threads)
}

main(workerData as WorkerData)
