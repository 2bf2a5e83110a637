import { NULL, type Sleeps, kassert } from '@holdfast/atomics-sync'
import { uvmspaceFree } from '@holdfast/mm'
import { type Cpu, curlwp } from '../cpu.js'
import { kpreemptDisable, kpreemptEnable } from '../kpreempt.js'
import { pmapActivateLwp, pmapDeactivateLwp } from '../lwp-pmap.js'
import { L_ADDR, L_CPU, L_FLAG, L_PROC, type LwpRef } from '../lwp.js'
import { LW_INMEM } from '../param.js'
import { P_VMSPACE, type ProcRef } from '../proc.js'
import { uvmUareaFree } from './uarea.js'

/**
 * uvm_proc_exit (uvm_glue.c): exits the address space of `p`, the caller's process, which goes on in proc0's,
 * because freeing its own may sleep.
 *
 * Kernel preemption is off while the address space changes. May sleep.
 */
export function* uvmProcExit(cpu: Cpu, p: ProcRef): Sleeps<void> {
  const { mem } = cpu
  const l = curlwp(cpu)

  kassert(p === mem.read(l + L_PROC), 'p == l->l_proc')
  const ovm = mem.read(p + P_VMSPACE)

  kpreemptDisable(cpu)
  pmapDeactivateLwp(cpu, l)
  mem.write(p + P_VMSPACE, cpu.config.proc0Vmspace)
  pmapActivateLwp(cpu, l)
  kpreemptEnable(cpu)

  yield* uvmspaceFree(cpu, ovm)
}

/**
 * uvm_lwp_exit (uvm_glue.c): gives back the u-area of `l`, a zombie off alllwp, which needs no lock.
 *
 * The u-area goes to its cache still wired. May sleep.
 */
export function* uvmLwpExit(cpu: Cpu, l: LwpRef): Sleeps<void> {
  const { mem } = cpu
  const va = mem.read(l + L_ADDR)

  mem.write(l + L_FLAG, mem.read(l + L_FLAG) & ~LW_INMEM)
  yield* uvmUareaFree(cpu, va, mem.read(l + L_CPU))
  mem.write(l + L_ADDR, NULL)
}
