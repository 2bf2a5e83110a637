/**
 * One contender for a mutex: takes it `rounds` times, with a little work inside and a little outside. `kind` is `kernel` for
 * the adaptive mutex, `bare` for the plainest mutex that spins and then waits, without owner, statistics or checks.
 */
import { type Addr, Mem, attachSync, lock, unlock } from '@holdfast/atomics-sync'
import { parentPort, workerData } from 'node:worker_threads'

/** What a contender is told. Addresses are words; `inside` and `outside` are units of work. */
export interface ContenderData {
  readonly kind: 'kernel' | 'bare'
  readonly buffer: SharedArrayBuffer
  readonly offset: number
  readonly mutex: Addr
  readonly counter: Addr
  readonly gate: Addr
  readonly index: number
  readonly rounds: number
  readonly inside: number
  readonly outside: number
}

const data = workerData as ContenderData
const SPINS = 100
const DEADLINE_MS = 30_000

/** 0 free, 1 held, 2 held and somebody may wait. */
function bareLock(mem: Mem, word: Addr): void {
  for (let spin = 0; spin < SPINS; spin++) if (mem.cas(word, 0, 1) === 0) return
  while (mem.exchange(word, 2) !== 0) mem.wait(word, 2, DEADLINE_MS)
}

function bareUnlock(mem: Mem, word: Addr): void {
  if (mem.exchange(word, 0) === 2) mem.notify(word, 1)
}

function work(units: number, seed: number): number {
  let state = seed
  for (let i = 0; i < units; i++) state = (Math.imul(state, 1664525) + 1013904223) | 0
  return state
}

function contend(): number {
  const thread = attachSync(data.buffer, data.offset, data.index)
  const { mem } = thread
  mem.add(data.gate, 1)
  mem.notify(data.gate)
  while (mem.load(data.gate) >= 0) mem.wait(data.gate, mem.load(data.gate), 10)
  let state = data.index
  const started = performance.now()
  for (let round = 0; round < data.rounds; round++) {
    if (data.kind === 'kernel') lock(thread, data.mutex)
    else bareLock(mem, data.mutex)
    mem.write(data.counter, mem.read(data.counter) + 1)
    state = work(data.inside, state)
    if (data.kind === 'kernel') unlock(thread, data.mutex)
    else bareUnlock(mem, data.mutex)
    state = work(data.outside, state)
  }
  return performance.now() - started + (state === 0x5eed ? 1 : 0)
}

parentPort?.postMessage(contend())
