import { Mem } from '@holdfast/atomics-sync'
import type { CpuEnd, CpuReport } from './control.js'
import { countsOf, lastEvents, spinDepthOf, totalCounts } from './events.js'
import type { MachineCounts, MachineEvent } from './events.js'
import { checkOpenFiles } from './file-limits.js'
import type { Finding } from './findings.js'
import { MACHINE_FAILED, MACHINE_STOPPING } from '../globals.js'
import { haltAll, resumeAll } from './halt-all.js'
import { curlwpOf, endMachine, isHalted, isRunning, ticksOf } from './host-mem.js'
import type { MachineImage } from './image.js'
import { lwpStates, workload } from './lwp-states.js'
import { WORKER_LIMITS, deadlinesOf } from './machine-options.js'
import type { Deadlines, MachineOptions } from './machine-options.js'
import { StallWatch } from './stall-watch.js'
import { within } from './within.js'
import { WorkerCpu, WorkerDied } from './worker-cpu.js'

/**
 * Why a machine ended: all user LWPs have exited (`done`); those left wait for something that nothing in the
 * machine will do (`quiet`); it was asked to (`stopped`); or something is wrong (`finding`).
 */
export type EndReason = 'done' | 'quiet' | 'stopped' | 'finding'

/** How a machine ended. Its memory stands as the CPUs left it. */
export interface Outcome {
  readonly reason: EndReason
  /** What stop() was told, if it was stopped. */
  readonly stopReason: string | null
  readonly findings: readonly Finding[]
  /** What each CPU handed over, in no order; a CPU whose worker died or hung has nothing here. */
  readonly cpus: readonly CpuReport[]
  readonly stats: MachineStats
}

/** Progress of a machine, read from shared memory while it runs. */
export interface MachineStats {
  /** Simulated time since boot, in clock ticks. */
  readonly ticks: number
  readonly wallMs: number
  readonly counts: MachineCounts
}

/** What an inspection sees while the world is stopped. */
export interface MachineView {
  readonly mem: Mem
  readonly image: MachineImage
}

/** A machine whose CPUs run. */
export interface RunningMachine {
  readonly image: MachineImage
  /** The main thread's view of the memory: between rendezvous, a picture that moves. */
  readonly mem: Mem
  /** Settles when every CPU has ended and every worker is gone. Never rejects. */
  readonly finished: Promise<Outcome>
  /** Ends the machine at safe points. Resolves as `finished` does; the first reason given counts. */
  stop(reason: string): Promise<Outcome>
  /**
   * Stops the world: when every CPU stands at a safe point, with no spin lock held, calls `inspect` (which
   * must not wait) and lets them go on. Resolves to its result, or to null if the machine ended instead; a
   * CPU that does not come in time is a finding and ends the machine.
   */
  rendezvous<T>(inspect: (view: MachineView) => T): Promise<T | null>
  /** Ends the machine at once because of something that the main thread found. */
  fail(finding: Finding): void
  /** What there is to count so far; once it has ended, as it ended. */
  stats(): MachineStats
  /** Counts of one CPU. */
  counts(cpu: number): MachineCounts
  /**
   * Spin locks and interrupt handlers that a CPU is in just now. 0 is IPL_NONE, more is IPL_SCHED, the one level of the model
   * above it. A CPU that waits for interrupts (CI_IDLING) is at 1, and takes them.
   */
  spinDepth(cpu: number): number
  /** The last events of a CPU, also of one that is dead or stuck. */
  events(cpu: number, limit?: number): MachineEvent[]
}

/** Entry of the workers: the same file from the sources and from the built package. */
const CPU_WORKER = new URL('../../dist/cpu-worker.bundle.js', import.meta.url)

/** How often the main thread looks after the machine, in ms. */
const WATCH_MS = 50

/** Events of each CPU that go into a finding. */
const FINDING_EVENTS = 40

/**
 * Starts one worker for each CPU of a booted image, and runs it. An image runs once.
 * Throws RangeError, before anything starts, if the host does not allow so many workers.
 */
export async function startMachine(
  image: MachineImage,
  options: MachineOptions = {},
): Promise<RunningMachine> {
  checkOpenFiles(image.machine.ncpu)
  const machine = new HostMachine(image, options)
  await machine.start()
  return machine
}

class HostMachine implements RunningMachine {
  readonly image: MachineImage
  readonly mem: Mem
  readonly finished: Promise<Outcome>
  private readonly options: MachineOptions
  private readonly deadlines: Deadlines
  private readonly workers: WorkerCpu[] = []
  private readonly findings: Finding[] = []
  private readonly running: Promise<void>[] = []
  private readonly ended = new Set<number>()
  private readonly where = new Map<number, string>()
  private readonly startedAt = performance.now()
  private readonly settle: (outcome: Outcome) => void
  private readonly watch: NodeJS.Timeout
  private readonly stall: StallWatch
  private rendezvousNumber = 0
  private turn: Promise<unknown> = Promise.resolve()
  private ending = false
  private stopReason: string | null = null
  private wallMs: number | null = null

  constructor(image: MachineImage, options: MachineOptions) {
    this.image = image
    this.options = options
    this.mem = new Mem(image.buffer)
    this.deadlines = deadlinesOf(options, image.machine.ncpu)
    let settle: (outcome: Outcome) => void = () => {}
    this.finished = new Promise((resolve) => {
      settle = resolve
    })
    this.settle = settle
    this.stall = new StallWatch(this.deadlines.stallMs)
    this.watch = setInterval(() => this.look(), WATCH_MS)
  }

  /** Starts the workers, all at once. A worker that does not start ends the machine: `finished` tells. */
  async start(): Promise<void> {
    const { image, options, deadlines } = this
    const url = options.worker ?? CPU_WORKER
    const limits = { ...WORKER_LIMITS, ...options.resourceLimits }
    const { lockstat = false, sanitize, onReport } = options
    const { spinDeadlineMs } = deadlines
    const cpuOptions = { lockstat, spinDeadlineMs, ...(sanitize === undefined ? {} : { sanitize }) }
    const boots: Promise<void>[] = []
    for (let id = 0; id < image.machine.ncpu; id++) {
      const worker = new WorkerCpu(id, url, limits, (death) => this.died(death))
      if (onReport !== undefined) worker.hear(onReport)
      this.workers.push(worker)
      boots.push(worker.boot(image, cpuOptions).catch((error: unknown) => this.control(id, error)))
    }
    const started = await within(Promise.all(boots), deadlines.startMs)
    if (started === null)
      this.fail(finding('stalled', -1, `not all CPUs started within ${deadlines.startMs} ms`))
    if (this.ending) return
    for (const worker of this.workers) this.running.push(this.runOne(worker))
  }

  stop(reason: string): Promise<Outcome> {
    if (!this.ending) this.stopReason ??= reason
    void this.end('stopped')
    return this.finished
  }

  fail(found: Finding): void {
    this.add(found)
    void this.end('finding')
  }

  async rendezvous<T>(inspect: (view: MachineView) => T): Promise<T | null> {
    const turn = this.turn.then(() => this.inspectOnce(inspect))
    this.turn = turn.catch(() => {})
    return turn
  }

  stats(): MachineStats {
    return {
      ticks: ticksOf(this.mem),
      wallMs: this.wallMs ?? performance.now() - this.startedAt,
      counts: totalCounts(this.image.events, this.image.machine.ncpu),
    }
  }

  counts(cpu: number): MachineCounts {
    return countsOf(this.image.events, cpu)
  }

  spinDepth(cpu: number): number {
    return spinDepthOf(this.image.events, cpu)
  }

  events(cpu: number, limit?: number): MachineEvent[] {
    return lastEvents(this.image.events, cpu, limit)
  }

  private add(found: Finding): void {
    this.findings.push(found)
    this.options.onFinding?.(found)
  }

  private async inspectOnce<T>(inspect: (view: MachineView) => T): Promise<T | null> {
    if (this.ending) return null
    const missing = await this.halt()
    if (this.ending) return null
    if (missing.length > 0) {
      this.missed(missing)
      return null
    }
    try {
      return inspect({ mem: this.mem, image: this.image })
    } finally {
      resumeAll(this.mem, this.image)
    }
  }

  private halt(): Promise<number[]> {
    this.rendezvousNumber++
    return haltAll(this.mem, this.image, this.rendezvousNumber, this.deadlines.rendezvousMs)
  }

  /** Reports the CPUs that did not come to a rendezvous. */
  private missed(missing: readonly number[]): void {
    const ms = this.deadlines.rendezvousMs
    for (const cpu of missing) {
      this.add(
        finding(
          'stalled',
          cpu,
          `CPU ${cpu} did not come to a rendezvous within ${ms} ms`,
          curlwpOf(this.mem, this.image, cpu),
        ),
      )
    }
    void this.end('finding')
  }

  /** Follows one CPU to the end of its loop. */
  private async runOne(worker: WorkerCpu): Promise<void> {
    const { id } = worker
    try {
      this.cpuEnded(id, await worker.run())
    } catch (error) {
      this.control(id, error)
    }
    this.ended.add(id)
  }

  private cpuEnded(id: number, end: CpuEnd): void {
    if (end.finding !== null) return this.fail(end.finding)
    this.where.set(id, end.stack)
    // Another CPU may have failed the machine before this message of it is here.
    if (!isRunning(this.mem)) return
    this.fail(finding('crash', id, `CPU ${id} left its loop although nothing stopped it`))
  }

  /** A control call failed. If its worker died, the watch over its life has reported it. */
  private control(id: number, error: unknown): void {
    if (error instanceof WorkerDied) return
    const thrown = error instanceof Error ? error : new Error(String(error))
    this.died(new WorkerDied(id, 'threw', `threw ${thrown.name}: ${thrown.message}`, thrown.stack))
  }

  private died(death: WorkerDied): void {
    this.ended.add(death.cpu)
    const found = finding('workerDied', death.cpu, death.message, curlwpOf(this.mem, this.image, death.cpu))
    this.fail(death.stack === undefined ? found : { ...found, stack: death.stack })
  }

  /** Looks after the machine: is its work done, does it still move? */
  private look(): void {
    if (this.ending || this.running.length === 0) return
    const state = (this.options.workload ?? defaultWorkload)(this.mem, this.image)
    const { kernel } = totalCounts(this.image.events, this.image.machine.ncpu)
    const verdict = this.stall.look(state, kernel, isHalted(this.mem))
    if (verdict === 'moving') return
    if (verdict !== 'stalled') return void this.end(verdict)
    const message = `no user operation completed for ${this.deadlines.stallMs} ms while LWPs have work to do`
    this.fail({ ...finding('stalled', -1, message), lwps: lwpStates(this.mem, this.image.config) })
  }

  /** Ends the machine, once. */
  private async end(reason: EndReason): Promise<void> {
    if (this.ending) return
    if (reason !== 'finding' && this.running.length > 0) {
      // The CPUs stand before they end: none is left waiting for another that is gone.
      const missing = await this.turnToHalt()
      if (this.ending) return
      if (missing.length > 0) return this.missed(missing)
    }
    this.ending = true
    clearInterval(this.watch)
    endMachine(this.mem, this.image, reason === 'finding' ? MACHINE_FAILED : MACHINE_STOPPING)
    await this.settleWith(reason)
  }

  private async turnToHalt(): Promise<number[]> {
    const turn = this.turn.then(() => (this.ending ? [] : this.halt()))
    this.turn = turn.catch(() => {})
    return turn
  }

  private async settleWith(reason: EndReason): Promise<void> {
    const { endMs } = this.deadlines
    await within(Promise.all(this.running), endMs)
    const alive = this.workers.filter((worker) => this.ended.has(worker.id))
    const collected: CpuReport[] = []
    const collecting = alive.map((worker) =>
      worker.collect().then(
        (report) => collected.push(report),
        () => 0,
      ),
    )
    await within(Promise.all(collecting), endMs)
    this.wallMs = performance.now() - this.startedAt
    for (const worker of this.workers) {
      if (this.running.length > 0 && !this.ended.has(worker.id)) {
        const message = `CPU ${worker.id} did not end within ${endMs} ms: it polls no interrupt`
        this.add(finding('stalled', worker.id, message, curlwpOf(this.mem, this.image, worker.id)))
      }
    }
    await Promise.all(this.workers.map((worker) => worker.terminate()))
    const findings = this.findings.map((found) => this.complete(found))
    const final = findings.length > 0 ? 'finding' : reason
    this.settle({
      reason: final,
      stopReason: this.stopReason,
      findings,
      cpus: collected,
      stats: this.stats(),
    })
  }

  /** Adds what only the end knows: where a missing CPU was, and what each CPU did last. */
  private complete(found: Finding): Finding {
    const events: MachineEvent[][] = []
    for (let cpu = 0; cpu < this.image.machine.ncpu; cpu++) events.push(this.events(cpu, FINDING_EVENTS))
    const stack = found.stack ?? this.where.get(found.cpu)
    return { ...found, ...(stack === undefined ? {} : { stack }), events }
  }
}

function defaultWorkload(mem: Mem, image: MachineImage): ReturnType<typeof workload> {
  return workload(mem, image.config)
}

function finding(verdict: Finding['verdict'], cpu: number, message: string, lwp = 0): Finding {
  return { verdict, cpu, message, lwp }
}
