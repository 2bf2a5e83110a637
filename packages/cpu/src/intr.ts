import { operations } from '@holdfast/atomics-sync'
import type { Actor, InterruptOps, Sleeps } from '@holdfast/atomics-sync'
import {
  CI_IPENDING,
  CI_WANT_RESCHED,
  IPI_CLOCK,
  IPI_DISK,
  IPI_HALT,
  IPI_KPREEMPT,
  IPI_RESCHED,
  IPI_TLB,
} from '@holdfast/kernel'
import { atSafePoint, clockInterrupt } from './clock-intr.js'
import { MACHINE_FAILED, MACHINE_HALT, MACHINE_RUNNING, MACHINE_STATE } from './globals.js'
import { COUNT_INTERRUPTS } from './machine-cpu.js'
import type { MachineCpu } from './machine-cpu.js'
import { park } from './park.js'
import { Stopped } from './stopped.js'

/** Polls between two looks at the local timer. */
const POLLS_PER_LOOK = 32

/** Value that IPI_RESCHED leaves in CI_WANT_RESCHED (RESCHED_IMMED). */
const RESCHED_IMMED = 1

/**
 * Interrupts are polled, not asynchronous: a CPU looks into its mailbox when its last spin lock is
 * released, while it spins, at the user boundary and in the idle loop.
 *
 *   IPI_TLB      at any spin depth: whoever shoots waits for the answer with locks held
 *   IPI_HALT     at depth 0: park, or end if the machine stops; at any depth if it failed
 *   others       at depth 0 only, as interrupts below the lock's level are held off in C
 *
 * A handler runs with `spinDepth` raised: what it calls can be interrupted by IPI_TLB alone.
 *
 * This function is on the path of every spin lock's release: with nothing pending it is one plain load.
 */
export function poll(actor: Actor): void {
  const cpu = actor as MachineCpu
  const { mem } = cpu
  if (mem.read(cpu.ci + CI_IPENDING) !== 0) takeInterrupts(cpu)
  if (cpu.spinDepth === 0 && --cpu.pollsToTimer <= 0) pollTimer(cpu)
}

/**
 * Takes what is pending and allowed at the present spin depth; nothing in the middle of a load or store. A handler that
 * takes a spin mutex polls in its turn, but at a depth where the TLB's is the only interrupt.
 */
export function takeInterrupts(cpu: MachineCpu): void {
  const { mem, ci } = cpu
  if (cpu.mmuBusy) return
  const pending = mem.load(ci + CI_IPENDING)
  if ((pending & IPI_TLB) !== 0) {
    mem.and(ci + CI_IPENDING, ~IPI_TLB)
    cpu.events.bump(COUNT_INTERRUPTS)
    cpu.kernel.tlbInterrupt(cpu)
  }
  if ((pending & IPI_HALT) !== 0 && mem.load(MACHINE_STATE) === MACHINE_FAILED) throw new Stopped(true)
  if (cpu.spinDepth !== 0 || (pending & ~IPI_TLB) === 0) return
  const taken = mem.and(ci + CI_IPENDING, IPI_TLB)
  cpu.events.bump(COUNT_INTERRUPTS)
  if ((taken & IPI_HALT) !== 0) halt(cpu)
  cpu.spinDepth++
  if ((taken & IPI_CLOCK) !== 0) clockInterrupt(cpu, 1)
  if ((taken & IPI_DISK) !== 0) cpu.kernel.diskIntr(cpu)
  if ((taken & IPI_RESCHED) !== 0) mem.or(ci + CI_WANT_RESCHED, RESCHED_IMMED)
  if ((taken & IPI_KPREEMPT) !== 0) cpu.preemptWanted = true
  cpu.spinDepth--
}

/** Handles IPI_HALT at spin depth 0: something about the machine as a whole has changed. */
function halt(cpu: MachineCpu): void {
  const { mem } = cpu
  if (mem.load(MACHINE_HALT) !== 0) park(cpu)
  const state = mem.load(MACHINE_STATE)
  if (state > MACHINE_RUNNING) throw new Stopped(state === MACHINE_FAILED)
}

/** Looks at the local timer, at spin depth 0. */
function pollTimer(cpu: MachineCpu): void {
  cpu.pollsToTimer = POLLS_PER_LOOK
  atSafePoint(cpu)
  const due = cpu.clock.ticksDue(cpu)
  if (due === 0) return
  cpu.spinDepth++
  clockInterrupt(cpu, due)
  cpu.spinDepth--
}

function* preempt(actor: Actor): Sleeps<void> {
  yield* (actor as MachineCpu).kernel.kpreempt(actor)
}

/** How interrupts reach a CPU of the machine. */
export const machineInterrupts = operations<InterruptOps>({ poll, preempt })
