import type { Sleeps } from '@holdfast/atomics-sync'
import { VM_MAP, roundPage, truncPage, uvmFaultUnwire, uvmFaultWire } from '@holdfast/mm'
import type { Cpu } from '../cpu.js'

/**
 * uvm_vslock (uvm_glue.c): wires `len` bytes of user memory at `addr` for I/O.
 *
 * Holds nothing on entry; may sleep for memory and for page-in. Returns 0 or an errno.
 */
export function* uvmVslock(
  cpu: Cpu,
  vs: number,
  addr: number,
  len: number,
  accessType: number,
): Sleeps<number> {
  const map = vs + VM_MAP
  const start = truncPage(addr)
  const end = roundPage(addr + len)
  return yield* uvmFaultWire(cpu, map, start, end, accessType, 0)
}

/** uvm_vsunlock (uvm_glue.c): unwires what {@link uvmVslock} wired. May sleep for the map's lock. */
export function* uvmVsunlock(cpu: Cpu, vs: number, addr: number, len: number): Sleeps<void> {
  yield* uvmFaultUnwire(cpu, vs + VM_MAP, truncPage(addr), roundPage(addr + len))
}
