import {
  cvSignal,
  cvWait,
  mutexEnter,
  mutexExit,
  mutexSpinEnter,
  mutexSpinExit,
} from '@holdfast/atomics-sync'
import { SPC_TICKS } from './cpu.js'
import type { Cpu, Sleeps } from './cpu.js'
import { SOFTCLOCK_CV, SOFTCLOCK_LOCK, SOFTCLOCK_PENDING } from './globals.js'
import { calloutHardclock } from './kern-timeout.js'
import { schedTick, schedclock } from './sched-4bsd.js'
import { schedPstats } from './sched-pstats.js'

/**
 * The clock (kern_clock.c): the interrupt, and the thread that does once a second what may sleep.
 */

/**
 * hardclock: one clock tick of this CPU. Called from the clock interrupt, spin depth 0; never sleeps. The primary CPU
 * (number 0) advances the time for all, runs sleep timeouts, and every hz ticks wakes the softclock thread.
 */
export function hardclock(cpu: Cpu): void {
  const { mem, config, ci } = cpu
  schedclock(cpu)
  const left = mem.read(ci + SPC_TICKS) - 1
  mem.write(ci + SPC_TICKS, left)
  if (left <= 0) schedTick(cpu)

  if (cpu.id !== 0) return
  const now = calloutHardclock(cpu)
  if (now % config.hz === 0) softclockSignal(cpu)
}

/** Wakes the softclock thread: a second has passed. Seconds that pass while it works are one to it. */
function softclockSignal(cpu: Cpu): void {
  const { mem } = cpu
  mutexSpinEnter(cpu, SOFTCLOCK_LOCK)
  mem.write(SOFTCLOCK_PENDING, 1)
  cvSignal(cpu, SOFTCLOCK_CV)
  mutexSpinExit(cpu, SOFTCLOCK_LOCK)
}

/** The softclock kernel thread: sched_pstats once a second of simulated time. Never returns. */
export function* softclockThread(cpu: Cpu): Sleeps<never> {
  const { mem } = cpu
  for (;;) {
    yield* mutexEnter(cpu, SOFTCLOCK_LOCK)
    while (mem.read(SOFTCLOCK_PENDING) === 0) yield* cvWait(cpu, SOFTCLOCK_CV, SOFTCLOCK_LOCK, 'softclk')
    mutexExit(cpu, SOFTCLOCK_LOCK)
    yield* schedPstats(cpu)
    // Only now: who asks (the machine's clock) must not see the second done before it is.
    mutexSpinEnter(cpu, SOFTCLOCK_LOCK)
    mem.write(SOFTCLOCK_PENDING, 0)
    mutexSpinExit(cpu, SOFTCLOCK_LOCK)
  }
}
