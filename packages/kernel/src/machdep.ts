import type { Cpu } from './cpu.js'
import { L_ENTRY, L_PROGRAM } from './lwp.js'
import type { LwpRef } from './lwp.js'
import { PCB_FPSAVED, kstackCheckMagic, pcbChildSeed, pcbInit, uareaLoad, uareaStore } from './pcb.js'
import type { ProcRef } from './proc.js'

export { kstackSetupMagic } from './pcb.js'

/**
 * The machine-dependent calls of the protocol (x86/vm_machdep.c), modelled lightly: there is no FPU and no red zone,
 * but where the original touches the u-area, so does this.
 */

/**
 * cpu_lwp_fork: fills in the u-area of the new LWP `l2`, so that it starts at entry `func` of the thread entries, or
 * in user mode if `arg`, the address of a user program, is not 0. `l1` is the caller, or lwp0 while booting.
 *
 * `l2` is on no list yet, and its u-area is wired. User stacks are not modelled: `_stack`, `_stacksize` are unused.
 */
export function cpuLwpFork(
  cpu: Cpu,
  l1: LwpRef,
  l2: LwpRef,
  _stack: number,
  _stacksize: number,
  func: number,
  arg: number,
): void {
  const { mem } = cpu
  pcbInit(cpu, l2, l1 === l2 ? 1 : pcbChildSeed(cpu, l1))
  mem.write(l2 + L_ENTRY, func)
  mem.write(l2 + L_PROGRAM, arg)
}

/** cpu_proc_fork: nothing of a process is machine-dependent here. */
export function cpuProcFork(_cpu: Cpu, _p1: ProcRef, _p2: ProcRef): void {}

/**
 * cpu_swapin: the u-area of `lwp` is back in memory and wired. The original sets its red zone again; here the stack
 * must hold what it held, which is looked at instead. l_swaplock held.
 */
export function cpuSwapin(cpu: Cpu, lwp: LwpRef): void {
  kstackCheckMagic(cpu, lwp)
}

/**
 * cpu_swapout: the u-area of `lwp` is about to be unwired. The original saves FPU state into the PCB; here a word of
 * the PCB is written. l_swaplock held, and the pages still wired.
 */
export function cpuSwapout(cpu: Cpu, lwp: LwpRef): void {
  uareaStore(cpu, lwp, PCB_FPSAVED, (uareaLoad(cpu, lwp, PCB_FPSAVED) + 1) | 0)
}

/** cpu_lwp_free: machine-dependent resources of the exiting caller. There are none. */
export function cpuLwpFree(_cpu: Cpu, _lwp: LwpRef, _proc: number): void {}

/** cpu_lwp_free2: what can be freed only once the dead LWP has left its CPU. There is nothing. */
export function cpuLwpFree2(_cpu: Cpu, _lwp: LwpRef): void {}
