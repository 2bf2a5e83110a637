/** One of two workers that wake each other in turn, and one that reports how long it took in all. */
import { Mem } from '@holdfast/atomics-sync'
import { parentPort, workerData } from 'node:worker_threads'

const TURN = 64
const DEADLINE_MS = 10_000

const { buffer, index, rounds } = workerData as { buffer: SharedArrayBuffer; index: number; rounds: number }

function play(mem: Mem): number {
  const started = performance.now()
  for (let round = 0; round < rounds; round++) {
    while (mem.load(TURN) !== index) {
      if (mem.wait(TURN, 1 - index, DEADLINE_MS) === 'timed-out') throw new Error('the other worker is gone')
    }
    mem.store(TURN, 1 - index)
    mem.notify(TURN, 1)
  }
  return (performance.now() - started) * 1e6
}

parentPort?.postMessage(play(new Mem(buffer)))
