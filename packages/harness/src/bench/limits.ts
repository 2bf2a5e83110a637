import { Mem } from '@holdfast/atomics-sync'
import { Worker } from 'node:worker_threads'
import { nsEach } from './measure.js'

/** What this host can do at best, measured in the same run as everything it is compared with. */
export interface Limits {
  /** One atomic operation on a word nobody else touches, ns. */
  readonly casNs: number
  readonly addNs: number
  readonly storeNs: number
  /** One plain load, ns. */
  readonly readNs: number
  /** Resuming a generator and its yield, ns. */
  readonly generatorNs: number
  /** Host wait and notify between two workers, there and back, ns. */
  readonly roundTripNs: number
}

const OPERATIONS = 1_000_000
const ROUND_TRIPS = 20_000

/** Measures the host's limits. */
export async function measureLimits(): Promise<Limits> {
  const mem = new Mem(new SharedArrayBuffer(4096))
  return {
    casNs: nsEach(OPERATIONS, () => casLoop(mem)),
    addNs: nsEach(OPERATIONS, () => addLoop(mem)),
    storeNs: nsEach(OPERATIONS, () => storeLoop(mem)),
    readNs: nsEach(OPERATIONS, () => readLoop(mem)),
    generatorNs: nsEach(OPERATIONS, generatorLoop),
    roundTripNs: await roundTrip(),
  }
}

function casLoop(mem: Mem): void {
  for (let i = 0; i < OPERATIONS; i += 2) {
    mem.cas(64, 0, 1)
    mem.cas(64, 1, 0)
  }
}

function addLoop(mem: Mem): void {
  for (let i = 0; i < OPERATIONS; i++) mem.add(64, 1)
}

function storeLoop(mem: Mem): void {
  for (let i = 0; i < OPERATIONS; i++) mem.store(64, i)
}

function readLoop(mem: Mem): number {
  let sum = 0
  for (let i = 0; i < OPERATIONS; i++) sum += mem.read(64 + (i & 63))
  return sum
}

function* endless(): Generator<void, void, void> {
  for (;;) yield
}

function generatorLoop(): void {
  const generator = endless()
  for (let i = 0; i < OPERATIONS; i++) generator.next()
}

/** Two workers take turns: each round trip is two waits and two notifications. */
async function roundTrip(): Promise<number> {
  const buffer = new SharedArrayBuffer(4096)
  const url = new URL('../../dist/bench/ping-worker.js', import.meta.url)
  const workers = [0, 1].map(
    (index) => new Worker(url, { workerData: { buffer, index, rounds: ROUND_TRIPS } }),
  )
  const times = await Promise.all(
    workers.map(
      (worker) =>
        new Promise<number>((resolve, reject) => {
          worker.once('message', resolve)
          worker.once('error', reject)
        }),
    ),
  )
  return Math.max(...times) / ROUND_TRIPS
}
