import type { Sleeps } from '@holdfast/atomics-sync'
import { B_READ } from '@holdfast/mm'
import type { Cpu } from './cpu.js'
import { EFAULT } from './param.js'
import { uvmKernacc } from './uvm-glue/kernacc.js'

/**
 * mmrw of /dev/kmem (mem.c): may `len` bytes of kernel memory at `addr` be read? No lock held; takes kernel_map, read.
 * May sleep. Returns 0 or EFAULT. The bytes themselves are not copied: no user program has use for them.
 */
export function* sysKmem(cpu: Cpu, addr: number, len: number): Sleeps<number> {
  return (yield* uvmKernacc(cpu, addr, len, B_READ)) ? 0 : EFAULT
}
