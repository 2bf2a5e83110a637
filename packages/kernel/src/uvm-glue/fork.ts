import { NULL, type Sleeps, panic } from '@holdfast/atomics-sync'
import { uvmspaceFork, uvmspaceShare } from '@holdfast/mm'
import type { Cpu } from '../cpu.js'
import { L_ADDR, L_FLAG, type LwpRef } from '../lwp.js'
import { cpuLwpFork, cpuProcFork, kstackSetupMagic } from '../machdep.js'
import { LW_INMEM } from '../param.js'
import { P_VMSPACE, type ProcRef } from '../proc.js'
import { uareaSwapin } from './uarea.js'

/**
 * uvm_proc_fork (uvm_glue.c): gives `p2` a copy of the address space of `p1`, entry by entry as its inheritance
 * says, or shares the whole of it.
 *
 * `p2` is not yet on any list. May sleep for memory.
 */
export function* uvmProcFork(cpu: Cpu, p1: ProcRef, p2: ProcRef, shared: boolean): Sleeps<void> {
  const { mem } = cpu
  if (shared) {
    mem.write(p2 + P_VMSPACE, NULL)
    uvmspaceShare(cpu, mem.read(p1 + P_VMSPACE))
    mem.write(p2 + P_VMSPACE, mem.read(p1 + P_VMSPACE))
  } else {
    mem.write(p2 + P_VMSPACE, yield* uvmspaceFork(cpu, mem.read(p1 + P_VMSPACE)))
  }

  cpuProcFork(cpu, p1, p2)
}

/**
 * uvm_lwp_fork (uvm_glue.c): readies the u-area of the new LWP `l2` and lets the machine fill it in.
 *
 * `l2` is not yet on alllwp, so its flag needs no lock. A u-area from the cache is in memory already, so the
 * wiring branch is dead in 1.137. May sleep for memory. Panics if the u-area cannot be wired.
 */
export function* uvmLwpFork(
  cpu: Cpu,
  l1: LwpRef,
  l2: LwpRef,
  stack: number,
  stacksize: number,
  func: number,
  arg: number,
): Sleeps<void> {
  const { mem } = cpu

  // Wired state is LW_INMEM rather than the map entry's wired count, which would fragment kernel_map.
  if ((mem.read(l2 + L_FLAG) & LW_INMEM) === 0) {
    const uarea = mem.read(l2 + L_ADDR)

    const error = yield* uareaSwapin(cpu, uarea)
    if (error !== 0) panic(`uvm_lwp_fork: uvm_fault_wire failed: ${error}`)
    mem.write(l2 + L_FLAG, mem.read(l2 + L_FLAG) | LW_INMEM)
  }

  kstackSetupMagic(cpu, l2)

  cpuLwpFork(cpu, l1, l2, stack, stacksize, func, arg)
}
