import type { MachineCpu } from '@holdfast/cpu'
import type { Coroutine, World } from '@holdfast/explorer'
import { CI_IPENDING, IPI_TLB, L_DOPREEMPT, L_NOPREEMPT } from '@holdfast/kernel'
import type { KernelModule } from './kernel-build.js'
import { isWaiting, Timekeeper } from './machine-time.js'
import type { MachineTime } from './machine-time.js'

/** The CPU that the clock and the disk interrupt. */
const PRIMARY = 0

/** Sources of interrupts of a CPU. */
const MAILBOX = 0
const CLOCK = 1
const PREEMPT = 2
const SHOOTDOWN = 3
const DISK = 4

/** What interrupts need of a machine. */
export interface Interrupted {
  /** By actor. */
  readonly cpus: readonly MachineCpu[]
  finished(world: World): boolean
  /** Every CPU idles, and time is about to pass. */
  tellIdle(world: World): void
}

/**
 * The interrupts of a machine under control: which of them each CPU could take, and what it does then.
 *
 *     MAILBOX    what other CPUs have posted       spin depth 0
 *     CLOCK      a tick                            spin depth 0, the primary CPU: see machine-time.ts
 *     PREEMPT    kernel preemption                 spin depth 0, and the LWP allows it
 *     SHOOTDOWN  of a TLB                          any spin depth
 *     DISK       transfers have completed          spin depth 0, the primary CPU
 *
 * None comes in the middle of an access by virtual address, of a handler of its own kind, or of the answer to a shootdown: whoever shoots
 * waits for that with locks that another handler may want. CPUs that poll take theirs by themselves;
 * what is left comes when no CPU can go on.
 */
export class MachineInterrupts {
  readonly time: Timekeeper
  private readonly machine: Interrupted
  private readonly module: KernelModule
  private readonly polled: boolean
  /** CPUs in the middle of a handler that is not to be interrupted, and LWPs in the middle of giving way. */
  private readonly handling = new Set<number>()

  /** `during`: where ticks are free and transfers early; default everywhere. */
  constructor(
    machine: Interrupted,
    module: KernelModule,
    time: MachineTime,
    during?: (world: World) => boolean,
  ) {
    this.machine = machine
    this.module = module
    this.polled = time.interrupts === 'polled'
    const rest = {
      isQuiet: (world: World) => this.isQuiet(world),
      finished: (world: World) => machine.finished(world),
    }
    this.time = new Timekeeper(time, rest, during)
  }

  /** An execution begins. */
  start(): void {
    this.handling.clear()
    this.time.start()
  }

  /** Nothing can happen: whether a tick may come now. */
  idle(): boolean {
    return (this.machine.cpus[PRIMARY] as MachineCpu).spinDepth === 0 && this.time.idle()
  }

  /** Which handlers the CPU, or the LWP it runs, is in. */
  handlingOf(actor: number, self: number): number {
    const { handling } = this
    if (handling.size === 0) return 0
    return (handling.has(actor) ? 16 : 0) | (handling.has(~actor) ? 32 : 0) | (handling.has(self) ? 64 : 0)
  }

  /** Bit set of what `actor` could take now. */
  of(world: World, actor: number): number {
    if (this.polled) return this.atRest(world, actor)
    const sources = this.posted(world, actor)
    if (actor !== PRIMARY || !this.isOpen(actor)) return sources
    const tick = this.time.mayTick(world) ? 1 << CLOCK : 0
    return sources | tick | (this.time.mayComplete(world) ? 1 << DISK : 0)
  }

  /** Of CPUs that poll: what one takes that spins, if nobody can go on: the lowest that has anything; or a tick. */
  private atRest(world: World, actor: number): number {
    for (let each = 0; each < world.n; each++) if (!isWaiting(world, each)) return 0
    for (let each = 0; each < actor; each++) if (this.posted(world, each) !== 0) return 0
    const sources = this.posted(world, actor)
    if (sources !== 0) return sources & -sources
    return actor === PRIMARY && this.isQuiet(world) && this.time.mayTick(world) ? 1 << CLOCK : 0
  }

  /** What a CPU could take that others have sent, or that its own LWPs have brought about. */
  private posted(world: World, actor: number): number {
    const { words } = world
    const cpu = this.machine.cpus[actor] as MachineCpu
    // In the middle of a load or store by virtual address: one instruction.
    if (cpu.mmuBusy) return 0
    const pending = words[cpu.ci + CI_IPENDING] as number
    let sources = (pending & IPI_TLB) !== 0 && !this.handling.has(~actor) ? 1 << SHOOTDOWN : 0
    if (!this.isOpen(actor)) return sources
    if ((pending & ~IPI_TLB) !== 0) sources |= 1 << MAILBOX
    if (cpu.preemptWanted && cpu.config.kpreempt && !this.handling.has(cpu.self)) {
      if (words[cpu.self + L_DOPREEMPT] !== 0 && words[cpu.self + L_NOPREEMPT] === 0) sources |= 1 << PREEMPT
    }
    return sources
  }

  /** Whether the level of a CPU permits more than shootdowns. */
  private isOpen(actor: number): boolean {
    const cpu = this.machine.cpus[actor] as MachineCpu
    return !cpu.mmuBusy && cpu.spinDepth === 0 && !this.handling.has(actor) && !this.handling.has(~actor)
  }

  /** No CPU can go on, and none has an interrupt of another to take. */
  isQuiet(world: World): boolean {
    for (let actor = 0; actor < world.n; actor++)
      if (!isWaiting(world, actor) || this.posted(world, actor) !== 0) return false
    return true
  }

  /** Whether that interrupt of the primary CPU comes of itself. */
  isSpontaneous(world: World, source: number): boolean {
    if (source === CLOCK) return this.time.isTickFree(world)
    return source === DISK && this.time.isDiskEarly(world)
  }

  /** `actor` takes it: what runs on top of what it does. */
  handler(world: World, actor: number, source: number): Coroutine {
    const cpu = this.machine.cpus[actor] as MachineCpu
    const { module } = this
    if (source === SHOOTDOWN) return this.alone(~actor, module.takeShootdown(cpu))
    if (source === PREEMPT) return this.alone(cpu.self, module.takePreempt(cpu))
    if (source === MAILBOX) return this.alone(actor, module.takeMailbox(cpu))
    if (source === DISK) return this.alone(actor, module.takeDisk(cpu, this.time.complete(world)))
    if (this.time.tick(world)) this.machine.tellIdle(world)
    return this.alone(actor, this.polled ? tickAndDisk(module, cpu) : module.takeClock(cpu))
  }

  /**
   * Runs a handler to its end before the next of its kind may come. `whose`: a CPU's number, its complement for shootdowns, or an LWP's
   * address.
   */
  private *alone(whose: number, handler: Coroutine): Coroutine {
    this.handling.add(whose)
    this.module.$calls.site = -1
    yield handler
    this.handling.delete(whose)
  }
}

/** A tick, and the transfers that are due then. */
function* tickAndDisk(module: KernelModule, cpu: MachineCpu): Coroutine {
  module.$calls.site = -1
  yield module.takeClock(cpu)
  module.$calls.site = -1
  yield module.takeDisk(cpu, false)
}
