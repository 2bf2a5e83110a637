import { operations } from '@holdfast/atomics-sync'
import type { Actor, InterruptOps, Sleeps } from '@holdfast/atomics-sync'
import { CI_IPENDING, CI_WANT_RESCHED, HARDCLOCK_TICKS, IPI_TLB } from '@holdfast/kernel'
import type { Cpu, MachdepOps } from '@holdfast/kernel'
import { diskHasten } from '@holdfast/mm'
import { diskClock } from './clock-intr.js'
import { MC_TAKEN } from './globals.js'
import { poll, takeInterrupts } from './intr.js'
import type { MachineCpu } from './machine-cpu.js'
import { ipi } from './mailbox.js'

/**
 * The machine under control: nothing is polled (but see polledMachdep), and no host clock runs. An interrupt is an event of its own, which whoever controls
 * the machine lets a CPU take between any two accesses, where its level permits:
 *
 *   takeMailbox   what others posted; depth 0
 *   takeShootdown IPI_TLB; any spin depth, also within another handler
 *   takeClock     a tick of the clock (the primary CPU); depth 0
 *   takeDisk      the disk has completed transfers (the primary CPU); depth 0
 *   takePreempt   kernel preemption, when `preemptWanted` is set; depth 0
 *
 * A CPU that idles waits until it has taken an interrupt, whatever it was.
 */

function ignore(_actor: Actor): void {}

function* stay(_actor: Actor): Sleeps<void> {}

/** How interrupts reach a CPU under control: not by its asking. */
export const controlledInterrupts = operations<InterruptOps>({ poll: ignore, preempt: stay })

function idle(target: Cpu): void {
  const cpu = target as MachineCpu
  const { mem, ci, mc } = cpu
  const taken = mem.read(mc + MC_TAKEN)
  if (mem.load(ci + CI_WANT_RESCHED) === 0) mem.spinWhile(mc + MC_TAKEN, taken)
}

function idlePolling(target: Cpu): void {
  const cpu = target as MachineCpu
  const { mem, ci, mc } = cpu
  const taken = mem.read(mc + MC_TAKEN)
  if (mem.load(ci + CI_WANT_RESCHED) === 0) mem.spinWhileBoth(ci + CI_IPENDING, 0, mc + MC_TAKEN, taken)
  poll(cpu)
}

/** Takes no time: whoever is to run meanwhile, may. */
function compute(_cpu: Cpu, _units: number): void {}

/** The machine below the kernel, under control. */
export const controlledMachdep = operations<MachdepOps>({ ipi, idle, compute })

/** The same where CPUs poll, as on workers (machineInterrupts): one that idles looks at its mailbox too. */
export const polledMachdep = operations<MachdepOps>({ ipi, idle: idlePolling, compute })

/** Takes the interrupts that are pending in the mailbox and allowed at the present spin depth. */
export function takeMailbox(cpu: MachineCpu): void {
  takeInterrupts(cpu)
  countTaken(cpu)
}

/** Answers a shootdown, at any spin depth: whoever shoots waits for it with locks held. */
export function takeShootdown(cpu: MachineCpu): void {
  const { mem, ci } = cpu
  mem.and(ci + CI_IPENDING, ~IPI_TLB)
  cpu.kernel.tlbInterrupt(cpu)
  countTaken(cpu)
}

/** Takes one tick of the clock. Primary CPU, spin depth 0. */
export function takeClock(cpu: MachineCpu): void {
  cpu.spinDepth++
  cpu.kernel.hardclock(cpu)
  cpu.spinDepth--
  countTaken(cpu)
}

/** Takes the disk's interrupt; `early`: its first command is done before its time, just now. Primary CPU, spin depth 0. */
export function takeDisk(cpu: MachineCpu, early: boolean): void {
  const { mem } = cpu
  cpu.spinDepth++
  if (early) diskHasten(cpu)
  diskClock(cpu, mem.read(HARDCLOCK_TICKS))
  cpu.spinDepth--
  countTaken(cpu)
}

/** Gives the CPU to the LWP that wants it, in the middle of the kernel. Spin depth 0. */
export function* takePreempt(cpu: MachineCpu): Sleeps<void> {
  yield* cpu.kernel.kpreempt(cpu)
}

function countTaken(cpu: MachineCpu): void {
  const { mem, mc } = cpu
  mem.write(mc + MC_TAKEN, mem.read(mc + MC_TAKEN) + 1)
}
