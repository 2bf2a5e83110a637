import { Arena, runToEnd } from '@holdfast/atomics-sync'
import { allocMm, bootMm } from '../mm-alloc.js'
import type { MmParams } from '../mm-params.js'
import { tlbOnline } from '../pmap-tlb.js'
import { uvmPageout } from '../uvm-pdaemon.js'
import { TestCpu } from './test-cpu.js'

/** A booted test machine with pages and mappings, and with a pagedaemon if it has a swap device. */
export function mappingsMachine(params: Partial<MmParams> = {}): TestCpu {
  const arena = new Arena(640)
  const config = allocMm(arena, { ncpu: 1, physmem: 128, swapPages: 0, diskTicks: 1, ...params })
  const cpu = new TestCpu(new SharedArrayBuffer(arena.size * 4), config)
  runToEnd(bootMm(cpu))
  tlbOnline(cpu)
  if ((params.swapPages ?? 0) > 0) cpu.spawn('pagedaemon', uvmPageout(cpu), { kernel: true })
  return cpu
}
