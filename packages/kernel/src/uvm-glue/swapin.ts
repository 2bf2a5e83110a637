import { type Sleeps, kassert, mutexOwned, panic } from '@holdfast/atomics-sync'
import { UVMEXP_SWAPINS } from '@holdfast/mm'
import { type Cpu, curlwp } from '../cpu.js'
import { EV_SWAPIN } from '../events.js'
import { lwpLock, lwpUnlock } from '../kern-lwp-lock.js'
import { schedEnqueue } from '../kern-runq.js'
import { L_ADDR, L_FLAG, L_STAT, L_SWAPLOCK, L_SWTIME, type LwpRef } from '../lwp.js'
import { cpuSwapin } from '../machdep.js'
import { LSRUN, LW_INMEM } from '../param.js'
import { uareaSwapin } from './uarea.js'

/**
 * uvm_swapin (uvm_glue.c): brings the u-area of `l` back, and puts it on a run queue if it is runnable.
 *
 * l_swaplock held throughout; takes and releases lwp_lock. `l` is not the caller. May sleep for memory and for the
 * disk. Panics if the u-area cannot be wired.
 */
export function* uvmSwapin(cpu: Cpu, l: LwpRef): Sleeps<void> {
  const { mem } = cpu

  kassert(mutexOwned(cpu, l + L_SWAPLOCK), 'mutex_owned(&l->l_swaplock)', l + L_SWAPLOCK)
  kassert(l !== curlwp(cpu), 'l != curlwp')

  const error = yield* uareaSwapin(cpu, mem.read(l + L_ADDR))
  if (error !== 0) panic(`uvm_swapin: rewiring stack failed: ${error}`)

  // Some machines must know that the u-area may have moved to new physical pages.
  cpuSwapin(cpu, l)
  lwpLock(cpu, l)
  if (mem.read(l + L_STAT) === LSRUN) schedEnqueue(cpu, l, false)
  mem.write(l + L_FLAG, mem.read(l + L_FLAG) | LW_INMEM)
  mem.write(l + L_SWTIME, 0)
  lwpUnlock(cpu, l)
  mem.write(UVMEXP_SWAPINS, mem.read(UVMEXP_SWAPINS) + 1)
  cpu.events.record(EV_SWAPIN, l, 0)
}
