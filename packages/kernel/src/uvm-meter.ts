import { mutexEnter, mutexExit } from '@holdfast/atomics-sync'
import type { Cpu, Sleeps } from './cpu.js'
import { EV_KICK } from './events.js'
import { ALLLWP, AVERUNNABLE, PROC_LOCK, UVM_METER_COUNT } from './globals.js'
import { L_FLAG, L_LIST_NEXT, L_SLPTIME, L_STAT } from './lwp.js'
import { LSIDL, LSONPROC, LSRUN, LSSLEEP, LW_SINTR, LW_SYSTEM } from './param.js'
import { uvmKickScheduler } from './uvm-glue/scheduler.js'

/** Fixed point of the load averages: 11 bits of fraction. */
const FSHIFT = 11
export const FSCALE = 1 << FSHIFT

/** Decay of the averages over 1, 5 and 15 minutes in 5 seconds: exp(-1/12), exp(-1/60), exp(-1/180). */
const CEXP: readonly number[] = [
  Math.trunc(0.9200444146293232 * FSCALE),
  Math.trunc(0.9834714538216174 * FSCALE),
  Math.trunc(0.9944598480048967 * FSCALE),
]

/**
 * uvm_meter (uvm_meter.c): every fifth second, the load averages; every second, kicks the swapper if it has slept for
 * more than half of maxslp. No lock held; takes proc_lock. May sleep.
 */
export function* uvmMeter(cpu: Cpu): Sleeps<void> {
  const { mem, config } = cpu
  const count = mem.read(UVM_METER_COUNT) + 1
  mem.write(UVM_METER_COUNT, count >= 5 ? 0 : count)
  if (count >= 5) yield* uvmLoadav(cpu)

  // Read without the LWP's lock, as in C.
  if (mem.read(config.lwp0 + L_SLPTIME) > Math.trunc(config.maxslp / 2)) {
    cpu.events.record(EV_KICK, 0, 0)
    uvmKickScheduler(cpu)
  }
}

/** uvm_loadav (uvm_meter.c): the averages of how many LWPs run or want to. Takes proc_lock. */
function* uvmLoadav(cpu: Cpu): Sleeps<void> {
  const { mem } = cpu
  let nrun = 0
  yield* mutexEnter(cpu, PROC_LOCK)
  for (let lwp = mem.read(ALLLWP); lwp !== 0; lwp = mem.read(lwp + L_LIST_NEXT)) {
    if ((mem.read(lwp + L_FLAG) & (LW_SINTR | LW_SYSTEM)) !== 0) continue
    const stat = mem.read(lwp + L_STAT)
    if (stat === LSSLEEP && mem.read(lwp + L_SLPTIME) > 1) continue
    if (stat === LSSLEEP || stat === LSRUN || stat === LSONPROC || stat === LSIDL) nrun++
  }
  mutexExit(cpu, PROC_LOCK)

  for (const [i, decay] of CEXP.entries()) {
    const old = mem.read(AVERUNNABLE + i)
    mem.write(AVERUNNABLE + i, Math.floor((decay * old + nrun * FSCALE * (FSCALE - decay)) / FSCALE))
  }
}
