import { HARDCLOCK_TICKS } from '@holdfast/kernel'
import { DISK_DUE } from './globals.js'
import { COUNT_CLOCK } from './machine-cpu.js'
import type { MachineCpu } from './machine-cpu.js'

/**
 * The clock interrupt: `ticks` calls of hardclock, more than one where the primary CPU catches up.
 * Runs with `spinDepth` raised.
 */
export function clockInterrupt(cpu: MachineCpu, ticks: number): void {
  const { mem } = cpu
  for (let n = 0; n < ticks; n++) cpu.kernel.hardclock(cpu)
  const now = mem.read(HARDCLOCK_TICKS)
  cpu.events.setTick(now)
  cpu.events.bump(COUNT_CLOCK)
  if (cpu.id === 0) diskClock(cpu, now)
}

/** The disk's completions follow the simulated clock: raises its interrupt at every tick until the last is due. */
function diskClock(cpu: MachineCpu, now: number): void {
  const { mem } = cpu
  const due = mem.load(DISK_DUE)
  if (due === 0) return
  // Only if no transfer with a later tick was started meanwhile.
  if (now >= due) mem.cas(DISK_DUE, due, 0)
  cpu.kernel.diskIntr(cpu)
}

/** Notes that a transfer completes at tick `dueTick` (1 or more): the disk interrupt is raised then. Takes no lock. */
export function diskStarted(cpu: MachineCpu, dueTick: number): void {
  const { mem } = cpu
  let due = mem.load(DISK_DUE)
  while (due < dueTick) {
    const found = mem.cas(DISK_DUE, due, dueTick)
    if (found === due) return
    due = found
  }
}
