import { parentPort } from 'node:worker_threads'
import { Mem } from '@holdfast/atomics-sync'
import { RecordingMem } from '../host/record/recording-mem.js'
import type { Recording } from '../host/record/recording-mem.js'
import { randomAccesses } from './random-accesses.js'
import type { Access } from './random-accesses.js'

/** What the worker is to execute. */
export interface RecordingTask {
  readonly id: number
  readonly cpus: number
  readonly buffer: SharedArrayBuffer
  readonly recording: Recording
  readonly seed: number
  readonly count: number
}

/** Word of the control block where all wait for each other. */
const READY = 8

parentPort?.on('message', ({ id, cpus, buffer, recording, seed, count }: RecordingTask) => {
  const mem = new RecordingMem(buffer, recording, id)
  const program = randomAccesses(seed, count)
  const control = new Mem(recording.control, { spinDeadlineMs: 20_000 })
  let ready = control.add(READY, 1) + 1
  while (ready < cpus) {
    control.spinWhile(READY, ready)
    ready = control.load(READY)
  }
  const values = program.map((access) => execute(mem, access))
  mem.ended()
  parentPort?.postMessage(values)
})

function execute(mem: RecordingMem, { kind, addr, value, other }: Access): number {
  switch (kind) {
    case 'read':
      return mem.read(addr)
    case 'load':
      return mem.load(addr)
    case 'write':
      mem.write(addr, value)
      return 0
    case 'store':
      mem.store(addr, value)
      return 0
    case 'add':
      return mem.add(addr, value)
    case 'or':
      return mem.or(addr, value)
    case 'exchange':
      return mem.exchange(addr, value)
    case 'cas':
      return mem.cas(addr, other, value)
    case 'fill':
      mem.fill(addr, value, other)
      return 0
    default:
      mem.copy(addr, other, value)
      return 0
  }
}
