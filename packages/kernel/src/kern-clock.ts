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
import { PROC_STOP_CH, SOFTCLOCK_CV, SOFTCLOCK_LOCK, SOFTCLOCK_PENDING } from './globals.js'
import { procStopCallout } from './kern-sig.js'
import { calloutHardclock } from './kern-timeout.js'
import { schedTick, schedclock } from './sched-4bsd.js'
import { schedPstats } from './sched-pstats.js'

/**
 * The clock (kern_clock.c): the interrupt, and the thread that does what it asks for and may sleep.
 */

/** What the softclock thread is asked for, bits of SOFTCLOCK_PENDING: a second has passed; a tick, while processes are stopping. */
const SOFTCLOCK_SECOND = 1
const SOFTCLOCK_STOP = 2

/**
 * hardclock: one clock tick of this CPU. Called from the clock interrupt, spin depth 0; never sleeps. The primary CPU
 * (number 0) advances the time for all, runs sleep timeouts, and wakes the softclock thread: every hz ticks, and while
 * processes are stopping.
 */
export function hardclock(cpu: Cpu): void {
  const { mem, config, ci } = cpu
  schedclock(cpu)
  const left = mem.read(ci + SPC_TICKS) - 1
  mem.write(ci + SPC_TICKS, left)
  if (left <= 0) schedTick(cpu)

  if (cpu.id !== 0) return
  const now = calloutHardclock(cpu)
  if (now % config.hz === 0) softclockSignal(cpu, SOFTCLOCK_SECOND)
  if (mem.load(PROC_STOP_CH) !== 0) {
    mem.store(PROC_STOP_CH, 0)
    softclockSignal(cpu, SOFTCLOCK_STOP)
  }
}

/** Wakes the softclock thread to do `what`. Seconds that pass while it works are one to it. */
function softclockSignal(cpu: Cpu, what: number): void {
  const { mem } = cpu
  mutexSpinEnter(cpu, SOFTCLOCK_LOCK)
  mem.write(SOFTCLOCK_PENDING, mem.read(SOFTCLOCK_PENDING) | what)
  cvSignal(cpu, SOFTCLOCK_CV)
  mutexSpinExit(cpu, SOFTCLOCK_LOCK)
}

/**
 * The softclock kernel thread: sched_pstats once a second of simulated time, proc_stop_callout once a tick while
 * processes are stopping. Never returns.
 */
export function* softclockThread(cpu: Cpu): Sleeps<never> {
  const { mem } = cpu
  for (;;) {
    yield* mutexEnter(cpu, SOFTCLOCK_LOCK)
    while (mem.read(SOFTCLOCK_PENDING) === 0) yield* cvWait(cpu, SOFTCLOCK_CV, SOFTCLOCK_LOCK, 'softclk')
    const due = mem.read(SOFTCLOCK_PENDING)
    mutexExit(cpu, SOFTCLOCK_LOCK)
    if ((due & SOFTCLOCK_SECOND) !== 0) yield* schedPstats(cpu)
    if ((due & SOFTCLOCK_STOP) !== 0) yield* procStopCallout(cpu)
    // Only now: who asks (the machine's clock) must not see the second done before it is.
    mutexSpinEnter(cpu, SOFTCLOCK_LOCK)
    mem.write(SOFTCLOCK_PENDING, mem.read(SOFTCLOCK_PENDING) & ~due)
    mutexSpinExit(cpu, SOFTCLOCK_LOCK)
  }
}
