import { parentPort, workerData } from 'node:worker_threads'
import { Panic } from '@holdfast/atomics-sync'
import { kvaLoad } from '../access.js'
import { tlbInterrupt, tlbOffline, tlbOnline } from '../pmap-tlb.js'
import type { MmConfig } from '../vm-cpu.js'
import { PlainCpu } from './plain-cpu.js'

/**
 * A CPU that reads one kernel address for as long as the test runs, as fast as it can, answering shootdowns between
 * reads. It reports how often it read a word of a frame that no longer was mapped there, and how many reads it made.
 */
interface ShootdownTest {
  readonly buffer: SharedArrayBuffer
  readonly config: MmConfig
  readonly id: number
  readonly va: number
  /** Word that is 1 when the test is over. */
  readonly stop: number
  /** Word to which the CPU adds 1 when it is ready. */
  readonly ready: number
  /** What a frame holds once it is given away. */
  readonly poison: number
}

const options = workerData as ShootdownTest
const cpu = new PlainCpu(options.buffer, options.config, options.id)
const { mem } = cpu

tlbOnline(cpu)
mem.add(options.ready, 1)
let reads = 0
let stale = 0
let unmapped = 0
const deadline = performance.now() + 30_000
while (mem.load(options.stop) === 0 && performance.now() < deadline) {
  for (let i = 0; i < 200; i++) {
    try {
      if (kvaLoad(cpu, options.va) === options.poison) stale++
      reads++
    } catch (error) {
      if (!(error instanceof Panic)) throw error
      unmapped++
    }
    tlbInterrupt(cpu)
  }
  // Now and then it goes away, as a CPU that halts does; nobody may wait for it then.
  if (reads % 64 === 0) {
    tlbOffline(cpu)
    tlbOnline(cpu)
  }
}
tlbOffline(cpu)
parentPort?.postMessage({ reads, stale, unmapped })
