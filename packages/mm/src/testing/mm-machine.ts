import { Arena } from '@holdfast/atomics-sync'
import { allocMm, bootMm } from '../mm-alloc.js'
import type { MmParams } from '../mm-params.js'
import { tlbOnline } from '../pmap-tlb.js'
import { TestCpu } from './test-cpu.js'

/** A booted test machine with the whole memory system; no pagedaemon runs yet. */
export function mmMachine(params: MmParams): TestCpu {
  const arena = new Arena(640)
  const config = allocMm(arena, params)
  const cpu = new TestCpu(new SharedArrayBuffer(arena.size * 4), config)
  cpu.run(bootMm(cpu), { kernel: true })
  tlbOnline(cpu)
  return cpu
}
