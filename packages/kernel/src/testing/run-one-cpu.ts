import { Arena, Mem, operations, runToEnd } from '@holdfast/atomics-sync'
import type { InterruptOps, Region, Sleeps } from '@holdfast/atomics-sync'
import { bootMm, diskIntr } from '@holdfast/mm'
import type { VmOps } from '@holdfast/mm'
import { CI_CURLWP, CI_IPENDING } from '../cpu.js'
import type { Cpu, KernelConfig, MachdepOps } from '../cpu.js'
import { HARDCLOCK_TICKS } from '../globals.js'
import { bootKernel } from '../init-main.js'
import { hardclock } from '../kern-clock.js'
import { lwpEprio } from '../kern-lwp-pri.js'
import { kernelSleepOps } from '../kern-sleepq.js'
import { kernelTurnstileOps } from '../kern-turnstile.js'
import { allocKernel } from '../kernel-alloc.js'
import type { KernelParams } from '../kernel-alloc.js'
import { kpreempt } from '../kpreempt.js'
import type { LwpRef } from '../lwp.js'
import { OPC_COUNT, OP_COUNTER_NAMES } from '../op-counters.js'
import { PRI_KTHREAD } from '../param.js'
import { uvmSwapoutThreads } from '../uvm-glue/swapout.js'
import { lwpCoroutine } from '../user.js'

/**
 * The whole kernel on one CPU, on the calling thread, in virtual time: a CPU's loop without workers or host clock.
 *
 * Time advances by one tick when the CPU idles, and every `pollsPerTick` polls. Nothing depends on the host: the same parameters and
 * workload give the same run.
 */
export interface OneCpuOptions {
  /** Polls of the interrupts in a tick. Default 64. */
  readonly pollsPerTick?: number
  /** Called before each resumption of an LWP with the machine at rest between two switches. */
  readonly inspect?: (machine: OneCpu) => void
}

/** Polls between two switches after which something is wrong: idle CPUs poll once a tick. */
const POLLS_IN_STEP = 1_000_000

/** Addresses below this are globals. */
const RESERVED = 640

export class OneCpu {
  readonly mem: Mem
  readonly config: KernelConfig
  readonly regions: readonly Region[]
  readonly cpu: Cpu
  /** Counters by name: operations by kind, errors, LWPs freed. */
  readonly counts = new Map<string, number>()
  /** The last events: [kind, a, b]. */
  readonly events: number[][] = []
  readonly lines: string[] = []
  resumed = 0
  idled = 0
  private readonly coroutines = new Map<LwpRef, Sleeps<void>>()
  private readonly options: OneCpuOptions
  private polls = 0
  private deadline = 0
  private pollsInStep = 0
  private booting = true

  constructor(params: KernelParams, options: OneCpuOptions = {}) {
    this.options = options
    const arena = new Arena(RESERVED)
    this.config = allocKernel(arena, params)
    this.regions = arena.freeze()
    this.mem = new Mem(new SharedArrayBuffer(arena.size * 4), { spinDeadlineMs: 1000 })
    this.cpu = makeCpu(this)
    this.cpu.self = this.config.lwp0
    runToEnd(bootMm(this.cpu))
    runToEnd(bootKernel(this.cpu, params.workload))
    this.cpu.self = this.mem.read(this.cpu.ci + CI_CURLWP)
    this.booting = false
  }

  /** Runs until `done` holds, looked at between two switches. Throws when `ticks` of time have passed first. */
  run(done: (machine: OneCpu) => boolean, ticks: number): void {
    this.deadline = this.now + ticks
    while (!done(this)) this.step()
    this.deadline = 0
  }

  /** Current time in ticks. */
  get now(): number {
    return this.mem.load(HARDCLOCK_TICKS)
  }

  count(name: string): number {
    return this.counts.get(name) ?? 0
  }

  /** Resumes the current LWP until it leaves the CPU. */
  step(): void {
    const { cpu, coroutines } = this
    this.options.inspect?.(this)
    const lwp = cpu.self
    let coroutine = coroutines.get(lwp)
    if (coroutine === undefined) {
      coroutine = lwpCoroutine(cpu, lwp)
      coroutines.set(lwp, coroutine)
    }
    this.resumed++
    this.pollsInStep = 0
    const step = coroutine.next()
    if (step.done === true || cpu.dropCoroutine) coroutines.delete(lwp)
    cpu.dropCoroutine = false
    if (cpu.self === lwp) throw new Error(`lwp ${lwp} gave up the CPU and is still current`)
  }

  /** InterruptOps.poll: takes pending interrupts, and the clock's when its time has come. */
  poll(): void {
    const { cpu, mem } = this
    if (this.booting) return
    if (++this.pollsInStep > POLLS_IN_STEP)
      throw new Error(`lwp ${cpu.self} has polled ${POLLS_IN_STEP} times and not switched`)
    if (cpu.spinDepth !== 0) return
    mem.store(cpu.ci + CI_IPENDING, 0)
    if (++this.polls < (this.options.pollsPerTick ?? 64)) return
    this.tick()
  }

  /** One clock tick, with the disk's completions that are due. */
  tick(): void {
    const { cpu } = this
    this.polls = 0
    // Here, as a CPU that idles for ever does not come back to run().
    if (this.deadline !== 0 && this.now >= this.deadline) throw new Error(`not done by tick ${this.deadline}`)
    cpu.spinDepth++
    hardclock(cpu)
    diskIntr(cpu)
    cpu.spinDepth--
  }

  idle(): void {
    this.idled++
    this.tick()
  }

  tally(counter: number, n: number): void {
    const name = OP_COUNTER_NAMES[counter] ?? `counter ${counter}`
    if (counter >= OPC_COUNT) throw new RangeError(`no counter has the number ${counter}`)
    this.counts.set(name, this.count(name) + n)
  }

  note(kind: number, a: number, b: number): void {
    this.events.push([kind, a, b])
    if (this.events.length > 4000) this.events.splice(0, 2000)
  }
}

function makeCpu(machine: OneCpu): Cpu {
  const { mem, config } = machine
  const interrupts = operations<InterruptOps>({
    poll: () => machine.poll(),
    *preempt() {
      yield* kpreempt(machine.cpu)
    },
  })
  const vmops = operations<VmOps>({
    isPagedaemon: (cpu) => cpu.self === config.pagedaemonLwp,
    mayUseKernelReserve: (cpu) => lwpEprio(cpu as Cpu, cpu.self) >= PRI_KTHREAD,
    shootdownIpi: () => {},
    diskStarted: () => {},
    now: () => machine.now,
    *swapoutThreads(cpu) {
      yield* uvmSwapoutThreads(cpu as Cpu)
    },
  })
  const machdep = operations<MachdepOps>({
    ipi: () => {},
    idle: () => machine.idle(),
    compute: (_cpu, units) => {
      for (let n = 0; n < units; n++) machine.poll()
    },
  })
  return {
    id: 0,
    mem,
    config,
    ci: config.cpuInfos,
    self: 0,
    spinDepth: 0,
    preemptWanted: false,
    mmuBusy: false,
    prevlwp: 0,
    dropCoroutine: false,
    turnstile: kernelTurnstileOps,
    sleepq: kernelSleepOps,
    interrupts,
    lockstat: null,
    vmops,
    machdep,
    events: {
      record: (kind, a, b) => machine.note(kind, a, b),
      count: (counter, n) => machine.tally(counter, n),
      print: (line) => machine.lines.push(line),
    },
  }
}
