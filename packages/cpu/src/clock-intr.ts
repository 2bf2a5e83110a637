import {
  CI_IDLING,
  HARDCLOCK_TICKS,
  LSSLEEP,
  L_STAT,
  L_WCHAN,
  SOFTCLOCK_CV,
  SOFTCLOCK_PENDING,
} from '@holdfast/kernel'
import { DISK_DUE, MACHINE_ROUND, MACHINE_ROUND_OPEN, MC_ROUND, MC_RUNNING, MC_STATE } from './globals.js'
import { COUNT_CLOCK } from './machine-cpu.js'
import type { MachineCpu } from './machine-cpu.js'

/**
 * The clock interrupt: `ticks` calls of hardclock, more than one where the primary CPU catches up.
 * Runs with `spinDepth` raised.
 */
export function clockInterrupt(cpu: MachineCpu, ticks: number): void {
  const { mem } = cpu
  for (let n = 0; n < ticks; n++) {
    if (cpu.id === 0 && (mem.read(HARDCLOCK_TICKS) + 1) % cpu.config.hz === 0 && !secondMayPass(cpu)) break
    cpu.kernel.hardclock(cpu)
  }
  const now = mem.read(HARDCLOCK_TICKS)
  cpu.events.setTick(now)
  cpu.events.bump(COUNT_CLOCK)
  if (cpu.id === 0) diskClock(cpu, now)
}

/** Notes that this CPU is at a safe point: no spin lock is held, and it is not in the middle of a switch. */
export function atSafePoint(cpu: MachineCpu): void {
  const { mem } = cpu
  const round = mem.load(MACHINE_ROUND)
  if (mem.read(cpu.mc + MC_ROUND) !== round) mem.store(cpu.mc + MC_ROUND, round)
}

/**
 * Whether the next simulated second may begin: what the kernel does once a second is done for the last one, and since
 * then every CPU that runs has been at a safe point, or idles.
 *
 * The host may keep a worker off its cores for longer than many simulated seconds last; a real CPU never stands for
 * seconds in the middle of mi_switch, and the protocol's sleep times rest on that. So time waits for the CPUs: an LWP
 * on its way off a CPU ages by one second at most.
 *
 * It does not wait for locks. While the kernel's work of the last second is itself asleep, for a lock whose owner may
 * need time to pass, seconds pass; that work counts them as one.
 */
function secondMayPass(cpu: MachineCpu): boolean {
  const { mem } = cpu
  if (mem.load(SOFTCLOCK_PENDING) !== 0) return softclockAsleep(cpu)
  if (mem.read(MACHINE_ROUND_OPEN) === 0) {
    mem.write(MACHINE_ROUND_OPEN, 1)
    mem.add(MACHINE_ROUND, 1)
  }
  if (!roundComplete(cpu)) return false
  mem.write(MACHINE_ROUND_OPEN, 0)
  return true
}

/** The softclock LWP sleeps, and not for its next second. */
function softclockAsleep(cpu: MachineCpu): boolean {
  const { mem, config } = cpu
  const lwp = config.softclockLwp
  return mem.load(lwp + L_STAT) === LSSLEEP && mem.load(lwp + L_WCHAN) !== SOFTCLOCK_CV
}

/** Every other CPU that runs has been at a safe point in this round, or idles. */
function roundComplete(cpu: MachineCpu): boolean {
  const { mem, config, machine } = cpu
  const round = mem.load(MACHINE_ROUND)
  for (let id = 1; id < machine.ncpu; id++) {
    const mc = machine.machineCpus + id * machine.machineCpuWords
    if (mem.load(mc + MC_STATE) !== MC_RUNNING || mem.load(mc + MC_ROUND) === round) continue
    if (mem.load(config.cpuInfos + id * config.cpuInfoWords + CI_IDLING) === 0) return false
  }
  return true
}

/** The disk's completions follow the simulated clock: raises its interrupt at every tick until the last is due. */
export function diskClock(cpu: MachineCpu, now: number): void {
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
