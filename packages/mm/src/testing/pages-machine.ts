import { Arena } from '@holdfast/atomics-sync'
import type { Addr } from '@holdfast/atomics-sync'
import type { MmParams } from '../mm-params.js'
import { allocPages, bootPages } from '../pages-alloc.js'
import type { MmConfig } from '../vm-cpu.js'
import { OWNER_WORDS } from './stand-ins.js'
import { TestCpu } from './test-cpu.js'

/** A booted test machine without mappings, and `owners` stand-in owners of pages (see stand-ins.ts). */
export function pagesMachine(params: MmParams, owners = 0): { cpu: TestCpu; owners: Addr[] } {
  const arena = new Arena(640)
  const ownerBase = arena.words('owners', owners * OWNER_WORDS)
  const pages = allocPages(arena, params)
  const config: MmConfig = {
    ncpu: params.ncpu,
    physmem: params.physmem,
    frameBase: pages.frameBase,
    vmPages: pages.vmPages,
    kernelMap: 0,
    kernelPmap: 0,
    proc0Vmspace: 0,
    mmCpus: 0,
    mmCpuWords: 0,
    mm: pages.mm,
  }
  const cpu = new TestCpu(new SharedArrayBuffer(arena.size * 4), config)
  bootPages(cpu)
  return { cpu, owners: Array.from({ length: owners }, (_, i) => ownerBase + i * OWNER_WORDS) }
}
