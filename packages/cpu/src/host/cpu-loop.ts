import { panic } from '@holdfast/atomics-sync'
import { MACHINE_RUNNING, MACHINE_STATE, MC_RUNNING, MC_STATE } from '../globals.js'
import { COUNT_RESUMED } from '../machine-cpu.js'
import type { MachineCpu } from '../machine-cpu.js'

/**
 * The loop of a CPU: resumes the coroutine of its current LWP, until the machine stops.
 *
 * A coroutine yields only in cpu_switchto, which has made another LWP current. It is kept while its LWP is
 * in the middle of the kernel, and let go when the LWP went to user mode, whose state is in its PCB, or
 * exited. Throws what the kernel throws, and Stopped.
 */
export function runCpu(cpu: MachineCpu): void {
  const { mem } = cpu
  mem.store(cpu.mc + MC_STATE, MC_RUNNING)
  cpu.kernel.online(cpu)
  while (mem.load(MACHINE_STATE) === MACHINE_RUNNING) resumeCurrent(cpu)
}

/** Resumes the coroutine of the current LWP, until it has made another current. */
export function resumeCurrent(cpu: MachineCpu): void {
  const { coroutines, events } = cpu
  const lwp = cpu.self
  let coroutine = coroutines.get(lwp)
  if (coroutine === undefined) {
    coroutine = cpu.kernel.lwpCoroutine(cpu, lwp)
    coroutines.set(lwp, coroutine)
  }
  events.bump(COUNT_RESUMED)
  const step = coroutine.next()
  if (step.done === true && cpu.self === lwp) panic(`cpu_switchto: LWP ${lwp} ended and is still current`)
  if (step.done === true || cpu.dropCoroutine) coroutines.delete(lwp)
  cpu.dropCoroutine = false
}
