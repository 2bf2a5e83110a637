import { operations } from '@holdfast/atomics-sync'
import type { ClockOps, MachineCpu } from '../machine-cpu.js'

/** Ticks that the primary CPU catches up at once: beyond, simulated time slows instead of bursting. */
const MAX_CATCH_UP = 8

const NS_PER_MS = 1e6

/**
 * The local timers follow the host's clock at `tickNs` a tick. The primary CPU (0) advances the simulated
 * time, so it makes up for ticks it missed, up to a bound; the others need hardclock for their time slices
 * only, and skip what they missed.
 */
function ticksDue(cpu: MachineCpu): number {
  const now = performance.now()
  const late = now - cpu.timerNext
  if (late < 0) return 0
  const tickMs = cpu.machine.tickNs / NS_PER_MS
  const missed = Math.floor(late / tickMs) + 1
  if (cpu.id !== 0 || missed > MAX_CATCH_UP) {
    cpu.timerNext = now + tickMs
    return cpu.id === 0 ? MAX_CATCH_UP : 1
  }
  cpu.timerNext += missed * tickMs
  return missed
}

function idleMs(cpu: MachineCpu): number {
  if (cpu.id !== 0) return cpu.machine.idleMs
  return Math.max(0, cpu.timerNext - performance.now())
}

/** Local timers driven by the host's clock. */
export const hostClock = operations<ClockOps>({ ticksDue, idleMs })

function noTicks(): number {
  return 0
}

/** Local timers that never tick: while the machine boots. */
export const stoppedClock = operations<ClockOps>({ ticksDue: noTicks, idleMs: noTicks })
