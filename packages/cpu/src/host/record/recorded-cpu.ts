import { Mem, operations } from '@holdfast/atomics-sync'
import type { Actor, Addr, InterruptOps, Sleeps } from '@holdfast/atomics-sync'
import { CI_CURLWP, CI_IPENDING, HARDCLOCK_TICKS, IPI_TLB, L_DOPREEMPT, L_NOPREEMPT } from '@holdfast/kernel'
import { DISK_DONE_FIRST, DISK_FIRST, XF_DUE } from '@holdfast/mm'
import {
  controlledMachdep,
  takeClock,
  takeDisk,
  takeMailbox,
  takePreempt,
  takeShootdown,
} from '../../controlled.js'
import { makeCpu } from '../../cpu.js'
import { DISK_DUE, MC_TAKEN } from '../../globals.js'
import type { ClockOps, KernelTables, MachineCpu } from '../../machine-cpu.js'
import { EventRing } from '../events.js'
import type { MachineImage } from '../image.js'
import { resumeCurrent } from '../cpu-loop.js'
import { RecordingMem } from './recording-mem.js'
import type { Attention, Recording } from './recording-mem.js'
import { CLOCK, DISK, MAILBOX, PREEMPT, SHOOTDOWN } from './sources.js'

const ACCESSES_PER_LOOK = 64
const SPINS_BEFORE_NAP = 500
const SPINS_BETWEEN_NAPS = 20
const NAP_MS = 0.05
const IDLE_NAP_MS = 0.2
const NS_PER_MS = 1e6

/** What a CPU needs of the machine. */
export type RecordedImage = Pick<MachineImage, 'buffer' | 'events' | 'config' | 'machine'>

/**
 * A CPU of the machine under control (controlled.ts) on a worker of its own: it takes its interrupts before an event, where
 * the explorer could let it take them, and notes each in its log.
 *
 *   mailbox, shootdown   when one is pending
 *   clock                on the primary CPU, a tick when the host's clock says so; never more than one at once
 *   disk                 on the primary CPU, when a transfer's tick has come
 *   preemption           where the kernel asks for it (`interrupts.preempt`)
 */
export class RecordedCpu implements Attention {
  readonly cpu: MachineCpu
  readonly mailbox: Addr
  patience = 0
  private readonly mem: RecordingMem
  private readonly tickMs: number
  private nextTick: number
  /** In the middle of a handler that is not to be interrupted by its like. */
  private handling = false
  /** Tick at which the disk's interrupt was last taken. */
  private lastDisk = -1
  private shooting = false
  /** LWPs in the middle of giving way. */
  private readonly yielding = new Set<number>()

  constructor(image: RecordedImage, id: number, tables: KernelTables, recording: Recording) {
    const { config, machine } = image
    const mem = new RecordingMem(image.buffer, recording, id)
    const parts = {
      config,
      machine,
      tables,
      clock: NO_CLOCK,
      events: new EventRing(image.events, id),
      lockstat: null,
    }
    const self = new Mem(image.buffer).load(config.cpuInfos + id * config.cpuInfoWords + CI_CURLWP)
    const cpu = makeCpu(mem, id, self, parts)
    const preempt = (actor: Actor): Sleeps<void> => this.preempt(actor as MachineCpu)
    const interrupts = operations<InterruptOps>({ poll: () => {}, preempt })
    this.cpu = Object.assign(cpu, { interrupts, machdep: controlledMachdep })
    this.mem = mem
    this.mailbox = cpu.ci + CI_IPENDING
    this.tickMs = id === 0 ? machine.tickNs / NS_PER_MS : Infinity
    this.nextTick = performance.now() + this.tickMs
    mem.attention = this
  }

  /** Runs until the recording is stopped. Throws what the kernel throws, and Stopped. */
  run(): never {
    const { cpu, mem } = this
    try {
      cpu.kernel.online(cpu)
      for (;;) resumeCurrent(cpu)
    } finally {
      mem.ended()
    }
  }

  look(): void {
    for (let source = this.due(); source >= 0; source = this.due()) this.take(source)
  }

  waiting(addr: Addr, value: number, spins: number): void {
    const idles = addr === this.cpu.mc + MC_TAKEN
    this.patience = 0
    if (idles) return this.mem.nap(this.mailbox, 0, Math.min(IDLE_NAP_MS, this.toTick()))
    if (spins > SPINS_BEFORE_NAP && spins % SPINS_BETWEEN_NAPS === 0) this.mem.nap(addr, value, NAP_MS)
  }

  private toTick(): number {
    return Math.max(0, this.nextTick - performance.now())
  }

  /** The source of an interrupt that is due and allowed here, or -1: as the explorer's machine decides. */
  private due(): number {
    const { cpu, mem } = this
    const isTick = this.isTick()
    if (cpu.mmuBusy) return -1
    const pending = mem.peek(this.mailbox)
    if ((pending & IPI_TLB) !== 0 && !this.shooting) return SHOOTDOWN
    if (cpu.spinDepth !== 0 || this.handling || this.shooting) return -1
    if ((pending & ~IPI_TLB) !== 0) return MAILBOX
    if (isTick) return CLOCK
    return this.tickMs !== Infinity && this.isDiskDue() ? DISK : -1
  }

  /** A transfer is due, or a page that could not be given back is tried again a tick later: as Timekeeper.isDue has it. */
  private isDiskDue(): boolean {
    const { mem } = this
    if (mem.peek(DISK_DUE) === 0) return false
    const now = mem.peek(HARDCLOCK_TICKS)
    const first = mem.peek(DISK_FIRST)
    if (first !== 0 && mem.peek(first + XF_DUE) - now <= 0) return true
    return mem.peek(DISK_DONE_FIRST) !== 0 && now !== this.lastDisk
  }

  /** The words because of which an interrupt is taken. */
  private because(source: number): Addr[] {
    if (source === CLOCK) return []
    if (source !== DISK) return [this.mailbox]
    const first = this.mem.peek(DISK_FIRST)
    const transfer = first === 0 ? [] : [first + XF_DUE]
    return [DISK_DUE, DISK_FIRST, DISK_DONE_FIRST, HARDCLOCK_TICKS, ...transfer]
  }

  private isTick(): boolean {
    if (this.patience > 0) return false
    if (this.tickMs !== Infinity && performance.now() >= this.nextTick) return true
    this.patience = ACCESSES_PER_LOOK
    return false
  }

  private take(source: number): void {
    const { cpu, mem } = this
    mem.interrupted(source, this.because(source))
    if (source === SHOOTDOWN) {
      this.shooting = true
      takeShootdown(cpu)
      this.shooting = false
      return
    }
    this.handling = true
    if (source === MAILBOX) takeMailbox(cpu)
    else if (source === DISK) {
      this.lastDisk = mem.peek(HARDCLOCK_TICKS)
      takeDisk(cpu, false)
    } else {
      this.nextTick = performance.now() + this.tickMs
      this.patience = ACCESSES_PER_LOOK
      takeClock(cpu)
    }
    this.handling = false
  }

  /** Kernel preemption, if it is wanted and allowed. */
  private *preempt(cpu: MachineCpu): Sleeps<void> {
    const { mem, yielding } = this
    const { self } = cpu
    if (!cpu.preemptWanted || !cpu.config.kpreempt || this.handling || yielding.has(self)) return
    if (mem.peek(self + L_DOPREEMPT) === 0 || mem.peek(self + L_NOPREEMPT) !== 0) return
    mem.interrupted(PREEMPT, [self + L_DOPREEMPT, self + L_NOPREEMPT])
    yielding.add(self)
    yield* takePreempt(cpu)
    yielding.delete(self)
  }
}

const NO_CLOCK: ClockOps = { ticksDue: () => 0, idleMs: () => 0 }
