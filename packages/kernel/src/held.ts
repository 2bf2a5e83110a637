import { rwExit } from '@holdfast/atomics-sync'
import type { Sleeps } from '@holdfast/atomics-sync'
import { curlwp } from './cpu.js'
import type { Cpu } from './cpu.js'
import { EV_HOLD, EV_RELE } from './events.js'
import { lwpDelref } from './kern-lwp.js'
import { L_HOLDCNT, L_PROC } from './lwp.js'
import type { LwpRef } from './lwp.js'
import { EBUSY, ESRCH } from './param.js'
import { PCB_HELD, PCB_NHELD, PCB_VSLOCK_LEN, PCB_VSLOCK_START, uareaLoad, uareaStore } from './pcb.js'
import { P_REFLOCK, P_VMSPACE } from './proc.js'
import { HELD_MAX, RANDOM } from './program.js'
import { isTarget, lwpTargetRef } from './targets.js'
import { uvmLwpHold, uvmLwpRele } from './uvm-glue/hold.js'
import { uvmVsunlock } from './uvm-glue/vslock.js'

/**
 * The holds that user programs have on other LWPs, remembered in their PCB.
 *
 * As long as an LWP is held here, the holder has a reference on it and its process's p_reflock for reading: the exit of the
 * process waits for the holder, at p_reflock and with no mutex held. A holder that exits lets go of all.
 */

/** OP_HOLD: uvm_lwp_hold on the LWP meant by `a` and `b`, remembered. May sleep. Returns 0, ESRCH or EBUSY. */
export function* heldAdd(cpu: Cpu, l: LwpRef, a: number, b: number): Sleeps<number> {
  const { mem } = cpu
  if (uareaLoad(cpu, l, PCB_NHELD) === HELD_MAX) return EBUSY
  const target = yield* lwpTargetRef(cpu, l, a, b)
  if (target < 0) return -target
  yield* uvmLwpHold(cpu, target)
  cpu.events.record(EV_HOLD, target, mem.read(target + L_HOLDCNT))
  const nheld = uareaLoad(cpu, l, PCB_NHELD)
  uareaStore(cpu, l, PCB_HELD + nheld, target)
  uareaStore(cpu, l, PCB_NHELD, nheld + 1)
  return 0
}

/** OP_RELE: uvm_lwp_rele of the latest hold, or of the latest on the LWP meant by `a` and `b`. Returns 0 or ESRCH. */
export function* heldRemove(cpu: Cpu, l: LwpRef, a: number, b: number): Sleeps<number> {
  const nheld = uareaLoad(cpu, l, PCB_NHELD)
  for (let n = nheld - 1; n >= 0; n--) {
    const target = uareaLoad(cpu, l, PCB_HELD + n)
    if (a !== RANDOM && !isTarget(cpu, l, target, a, b)) continue
    for (let later = n; later < nheld - 1; later++) {
      uareaStore(cpu, l, PCB_HELD + later, uareaLoad(cpu, l, PCB_HELD + later + 1))
    }
    uareaStore(cpu, l, PCB_NHELD, nheld - 1)
    yield* heldRele(cpu, target)
    return 0
  }
  return ESRCH
}

/** Releases a hold and what kept its LWP from exiting. May sleep, for p_lock. */
function* heldRele(cpu: Cpu, target: LwpRef): Sleeps<void> {
  const { mem } = cpu
  uvmLwpRele(cpu, target)
  cpu.events.record(EV_RELE, target, mem.read(target + L_HOLDCNT))
  if (target === curlwp(cpu)) return
  const p = mem.read(target + L_PROC)
  yield* lwpDelref(cpu, target)
  rwExit(cpu, p + P_REFLOCK)
}

/** Lets go of all that the exiting LWP `l` has: its holds, and the user memory it wired. No lock held. May sleep. */
export function* heldReleaseAll(cpu: Cpu, l: LwpRef): Sleeps<void> {
  const { mem } = cpu
  for (let nheld = uareaLoad(cpu, l, PCB_NHELD); nheld > 0; nheld--) {
    const target = uareaLoad(cpu, l, PCB_HELD + nheld - 1)
    uareaStore(cpu, l, PCB_NHELD, nheld - 1)
    yield* heldRele(cpu, target)
  }
  const len = uareaLoad(cpu, l, PCB_VSLOCK_LEN)
  if (len !== 0) {
    uareaStore(cpu, l, PCB_VSLOCK_LEN, 0)
    const vs = mem.read(mem.read(l + L_PROC) + P_VMSPACE)
    yield* uvmVsunlock(cpu, vs, uareaLoad(cpu, l, PCB_VSLOCK_START), len)
  }
}
