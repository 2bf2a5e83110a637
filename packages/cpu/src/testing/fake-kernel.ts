import { layout, operations } from '@holdfast/atomics-sync'
import type { Addr, Arena, SleepOps, Sleeps, TurnstileOps } from '@holdfast/atomics-sync'
import type { VmOps } from '@holdfast/mm'
import type { Bootable, MachineImage, MachineSize } from '../host/image.js'
import { buildImage } from '../host/image.js'
import type { KernelOps, KernelTables, MachineCpu } from '../machine-cpu.js'
import { panic } from '@holdfast/atomics-sync'
import {
  CI_CURLWP,
  CI_INDEX,
  CPU_INFO_WORDS,
  HARDCLOCK_TICKS,
  IPI_DISK,
  LSONPROC,
  LWP_WORDS,
  L_PROGRAM,
  L_STAT,
} from '@holdfast/kernel'
import type { Cpu, KernelConfig, LwpRef } from '@holdfast/kernel'

/** Words of the fake kernel, one record for each CPU. */
const { FK_SENT, FK_SEEN, FK_CLOCKS, FK_SPARE, FAKE_WORDS } = layout('fake', {
  FK_SENT: 'private',
  FK_SEEN: 'private',
  FK_CLOCKS: 'private',
  FK_SPARE: 'private',
})
void FK_SPARE

/** What the LWP of each CPU does. */
const MODES = [
  'idle',
  'busy',
  'switch',
  'pingpong',
  'flood',
  'throw',
  'panic',
  'exit',
  'oom',
  'hang',
  'done',
] as const
export type Mode = (typeof MODES)[number]

/** A kernel small enough to test the machine with: an LWP for each CPU (two for `switch`), no locks. */
function fakeKernel(mode: Mode, ncpu: number, rounds = 0): Bootable {
  return {
    tables: fakeTables,
    alloc: (arena) => allocFake(arena, mode, ncpu, rounds),
    boot: bootFake,
  }
}

export function fakeImage(mode: Mode, size: MachineSize, rounds = 0): MachineImage {
  return buildImage(size, fakeKernel(mode, size.ncpu, rounds))
}

/** What a CPU of the fake kernel has sent, seen and heard ticking. */
export function fakeWords(image: MachineImage, cpu: number): { sent: number; seen: number; clocks: number } {
  const words = new Int32Array(image.buffer)
  const at = (image.config.kern['fake'] as number) + cpu * FAKE_WORDS
  return {
    sent: words[at + FK_SENT] as number,
    seen: words[at + FK_SEEN] as number,
    clocks: words[at + FK_CLOCKS] as number,
  }
}

function allocFake(arena: Arena, mode: Mode, ncpu: number, rounds: number): KernelConfig {
  const nlwps = ncpu * 2
  const lwps = arena.array('lwp', 'lwp', LWP_WORDS, nlwps + 1)
  const config = {
    ncpu,
    hz: 100,
    cpuInfos: arena.array('cpu_info', 'cpu_info', CPU_INFO_WORDS, ncpu),
    cpuInfoWords: CPU_INFO_WORDS,
    lwps,
    softclockLwp: lwps + nlwps * LWP_WORDS,
    nlwps,
    kern: { mode: MODES.indexOf(mode), rounds, fake: arena.array('fake', 'fake', FAKE_WORDS, ncpu) },
  }
  return config as unknown as KernelConfig
}

// oxlint-disable-next-line require-yield
function* bootFake(cpu: MachineCpu): Sleeps<void> {
  const { mem, config } = cpu
  for (let id = 0; id < config.ncpu; id++) {
    const ci = config.cpuInfos + id * config.cpuInfoWords
    const lwp = config.lwps + id * 2 * LWP_WORDS
    mem.write(ci + CI_INDEX, id)
    mem.write(ci + CI_CURLWP, lwp)
    mem.write(lwp + L_STAT, LSONPROC)
    mem.write(lwp + L_PROGRAM, modeOf(cpu) === 'done' ? 0 : 1)
  }
}

function modeOf(cpu: Cpu): Mode {
  return MODES[cpu.config.kern['mode'] as number] as Mode
}

function fakeOf(cpu: Cpu, id: number): Addr {
  return (cpu.config.kern['fake'] as number) + id * FAKE_WORDS
}

function* lwpCoroutine(cpu: Cpu, lwp: LwpRef): Sleeps<void> {
  const mode = modeOf(cpu)
  if (mode === 'switch') yield* switcher(cpu, lwp)
  else if (mode === 'pingpong') pingpong(cpu)
  else if (mode === 'flood') flood(cpu)
  else if (mode === 'busy') busy(cpu)
  else if (cpu.id === 1) misbehave(cpu, mode)
  for (;;) cpu.machdep.idle(cpu)
}

function busy(cpu: Cpu): void {
  for (;;) {
    cpu.machdep.compute(cpu, 10)
    cpu.events.count(0, 1)
  }
}

/** Two LWPs of one CPU take turns: the odd one goes to user mode every time, the even one stays in the kernel. */
function* switcher(cpu: Cpu, lwp: LwpRef): Sleeps<void> {
  const first = cpu.config.lwps + cpu.id * 2 * LWP_WORDS
  const other = lwp === first ? first + LWP_WORDS : first
  for (let turn = 1; ; turn++) {
    if (lwp !== first && turn > 1) panic('the coroutine of an LWP in user mode was kept')
    cpu.interrupts.poll(cpu)
    cpu.events.record(1, lwp, turn)
    cpu.events.count(lwp === first ? 0 : 1, 1)
    cpu.dropCoroutine = lwp !== first
    cpu.self = other
    yield
  }
}

/** CPU 0 and CPU 1 answer each other's interrupts, and sleep in between. */
function pingpong(cpu: Cpu): void {
  const { mem } = cpu
  const rounds = cpu.config.kern['rounds'] as number
  const mine = fakeOf(cpu, cpu.id)
  const other = cpu.config.cpuInfos + (1 - cpu.id) * cpu.config.cpuInfoWords
  for (let round = 1; round <= rounds; round++) {
    if (cpu.id === 0) send(cpu, other)
    while (mem.load(mine + FK_SEEN) < round) cpu.machdep.idle(cpu)
    if (cpu.id === 1) send(cpu, other)
    cpu.events.count(0, 1)
  }
}

/** CPUs 1 and up interrupt CPU 0 as fast as they can; the handler must see the last of it. */
function flood(cpu: Cpu): void {
  if (cpu.id === 0) return
  const rounds = cpu.config.kern['rounds'] as number
  for (let round = 1; round <= rounds; round++) {
    send(cpu, cpu.config.cpuInfos)
    cpu.interrupts.poll(cpu)
    cpu.events.count(0, 1)
  }
}

function send(cpu: Cpu, target: Addr): void {
  const { mem } = cpu
  const mine = fakeOf(cpu, cpu.id)
  mem.store(mine + FK_SENT, mem.load(mine + FK_SENT) + 1)
  cpu.machdep.ipi(cpu, target, IPI_DISK)
}

function misbehave(cpu: Cpu, mode: Mode): void {
  cpu.machdep.compute(cpu, 1000)
  if (mode === 'hang') cpu.spinDepth = 2
  cpu.events.count(0, 1)
  if (mode === 'throw') throw new TypeError('broken on purpose')
  if (mode === 'panic') panic('on purpose')
  if (mode === 'exit') process.exit(7)
  if (mode === 'oom') {
    const hoard: number[][] = []
    for (;;) hoard.push(Array.from({ length: 10_000 }, () => hoard.length))
  }
  if (mode === 'hang') for (;;) Math.imul(cpu.id, 3)
}

/** IPI_DISK: sees what every other CPU has sent. */
function diskIntr(cpu: Cpu): void {
  const { mem } = cpu
  let sent = 0
  for (let id = 0; id < cpu.config.ncpu; id++) {
    if (id !== cpu.id) sent += mem.load(fakeOf(cpu, id) + FK_SENT)
  }
  mem.store(fakeOf(cpu, cpu.id) + FK_SEEN, sent)
}

function hardclock(cpu: Cpu): void {
  const { mem } = cpu
  mem.add(fakeOf(cpu, cpu.id) + FK_CLOCKS, 1)
  if (cpu.id === 0) mem.add(HARDCLOCK_TICKS, 1)
}

function nothing(): void {}

// oxlint-disable-next-line require-yield
function* never(): Sleeps<never> {
  throw new Error('the fake kernel never sleeps')
}

const kernel = operations<KernelOps>({
  lwpCoroutine,
  online: nothing,
  hardclock,
  tlbInterrupt: nothing,
  diskIntr,
  kpreempt: never,
})

/** The fake kernel has no locks, so its tables for blocking on them are never used. */
export const fakeTables: KernelTables = {
  kernel,
  turnstile: operations({}) as TurnstileOps,
  sleepq: operations({}) as SleepOps,
  vmops: operations({}) as VmOps,
}
