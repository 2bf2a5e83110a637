import { type Sleeps, kassert, mutexEnter, mutexExit } from '@holdfast/atomics-sync'
import { type Cpu, curlwp } from '../cpu.js'
import { L_FLAG, L_HOLDCNT, L_SWAPLOCK, type LwpRef } from '../lwp.js'
import { LW_INMEM } from '../param.js'
import { uvmSwapin } from './swapin.js'

/**
 * uvm_lwp_hold (uvm_glue.c): keeps `l` in memory, and brings it back if it is out.
 *
 * Takes and releases l_swaplock unless `l` is the caller. May sleep. Undone by {@link uvmLwpRele}.
 */
export function* uvmLwpHold(cpu: Cpu, l: LwpRef): Sleeps<void> {
  const { mem } = cpu

  if (l === curlwp(cpu)) {
    mem.add(l + L_HOLDCNT, 1)
  } else {
    yield* mutexEnter(cpu, l + L_SWAPLOCK)
    if (mem.add(l + L_HOLDCNT, 1) + 1 === 1 && (mem.read(l + L_FLAG) & LW_INMEM) === 0) {
      yield* uvmSwapin(cpu, l)
    }
    mutexExit(cpu, l + L_SWAPLOCK)
  }
}

/** uvm_lwp_rele (uvm_glue.c): releases a hold on `l`; at none it may be swapped out. Never sleeps. */
export function uvmLwpRele(cpu: Cpu, l: LwpRef): void {
  const { mem } = cpu

  kassert(mem.read(l + L_HOLDCNT) !== 0, 'l->l_holdcnt != 0', l + L_HOLDCNT)

  mem.sub(l + L_HOLDCNT, 1)
}
