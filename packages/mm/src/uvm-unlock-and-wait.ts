import { mutexExit } from '@holdfast/atomics-sync'
import type { Addr, Sleeps } from '@holdfast/atomics-sync'
import type { VmCpu } from './vm-cpu.js'

/** The kernel's number of `sleep_syncobj`, which sleeps on a channel carry (sys/syncobj.h). */
export const SLEEP_SYNCOBJ = 9

const ALL = 0x7fff_ffff

/**
 * UVM_UNLOCK_AND_WAIT (uvm/uvm_extern.h): sleeps on channel `wchan` and releases `interlock`, a mutex of
 * either kind that the caller holds; a wakeup made under the interlock is not missed.
 *
 * `timo` ends the sleep after that many clock ticks (0: never). The interlock is not taken again.
 */
export function* uvmUnlockAndWait(
  cpu: VmCpu,
  interlock: Addr,
  wchan: Addr,
  wmesg: string,
  timo: number,
): Sleeps<void> {
  cpu.sleepq.enter(cpu, wchan, wmesg, SLEEP_SYNCOBJ)
  mutexExit(cpu, interlock)
  yield* cpu.sleepq.block(cpu, timo, false)
}

/**
 * kpause (kern_synch.c): sleeps for `ticks` clock ticks. No spin mutex is held; `wchan` is nobody's wakeup.
 */
export function* uvmPause(cpu: VmCpu, wchan: Addr, wmesg: string, ticks: number): Sleeps<void> {
  cpu.sleepq.enter(cpu, wchan, wmesg, SLEEP_SYNCOBJ)
  yield* cpu.sleepq.block(cpu, ticks, false)
}

/** wakeup (kern_synch.c): wakes all that sleep on `wchan`. Takes and releases the sleep queue's spin lock. */
export function wakeup(cpu: VmCpu, wchan: Addr): void {
  cpu.sleepq.wake(cpu, wchan, ALL)
}
