import { setTimeout as delay } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { Mem } from '@holdfast/atomics-sync'
import { NPROCS } from '@holdfast/kernel'
import type { MachineCounts } from '../events.js'
import { allocEvents, totalCounts } from '../events.js'
import type { Finding } from '../findings.js'
import { ticksOf } from '../host-mem.js'
import type { MachineImage } from '../image.js'
import { workload } from '../lwp-states.js'
import { WORKER_LIMITS } from '../machine-options.js'
import { StallWatch } from '../stall-watch.js'
import { within } from '../within.js'
import { allocLog, clearLog, readLog } from './log.js'
import type { CpuLog } from './log.js'
import {
  ENOUGH,
  FAILED,
  LOG_FULL,
  RECORD_READY,
  RECORD_STOP,
  RUNNING,
  allocControl,
} from './recording-mem.js'
import type { Recording } from './recording-mem.js'
import { allocStripes, cutOf, eventsSeen } from './stripes.js'
import type { RecordEnd, RecordTask } from './worker.js'

/** How a recorded run is bounded. */
export interface RecordOptions {
  /** Wall-clock ms from when all CPUs are there. */
  readonly ms: number
  /** How long no user operation may complete, in ms. */
  readonly stallMs: number
  /** Processes that remain when the scenario's are gone. */
  readonly systemProcs: number
  readonly signal?: AbortSignal
}

/**
 * Why a recorded run ended: every process of the scenario is gone (`done`), those left wait for nothing in the machine (`quiet`),
 * its time was up, its logs were full, a CPU found a fault (`failed`), nothing was done for long (`stalled`), or a worker was
 * lost (`died`).
 */
export type RecordedReason = 'done' | 'quiet' | 'time' | 'full' | 'failed' | 'stalled' | 'died'

/** What a recorded run has left. */
export interface RecordedRun {
  readonly reason: RecordedReason
  readonly findings: readonly Finding[]
  /** By CPU. */
  readonly logs: readonly CpuLog[]
  /** How long it ran, from when all CPUs were there. */
  readonly ms: number
  readonly ticks: number
  readonly counts: MachineCounts
}

const LOOK_MS = 1
/** How long a CPU may take to end. */
const END_MS = 5_000

/** Workers that are the CPUs of recorded machines, one run after the other; all of one size of memory. */
export class Recorders {
  private readonly image: MachineImage
  private readonly pristine: Uint8Array
  private readonly recording: Recording
  private readonly url: URL
  private workers: Worker[] = []

  /** `url`: the built worker.ts. `local`: see recording-mem.ts. `logBytes`: of all logs together. */
  constructor(url: URL, image: MachineImage, local: Uint8Array, logBytes: number) {
    const { ncpu } = image.machine
    this.url = url
    this.pristine = new Uint8Array(image.buffer).slice()
    this.image = {
      ...image,
      buffer: new SharedArrayBuffer(image.buffer.byteLength),
      events: allocEvents(ncpu),
    }
    const cut = cutOf(image)
    const shared = new Uint8Array(new SharedArrayBuffer(local.length))
    shared.set(local)
    this.recording = {
      stripes: allocStripes(cut),
      pages: cut.pages,
      logs: Array.from({ length: ncpu }, () => allocLog(Math.floor(logBytes / ncpu))),
      control: allocControl(),
      local: shared,
    }
  }

  /** Runs the machine once, from its image. */
  async run(options: RecordOptions): Promise<RecordedRun> {
    this.reset()
    const { image, recording } = this
    const { buffer, events, config, machine } = image
    const findings: Finding[] = []
    const ends = this.started().map((worker, id) => {
      const end = endOf(worker, id)
      const task: RecordTask = { id, image: { buffer, events, config, machine }, recording }
      worker.postMessage(task)
      return end.then((found) => {
        if (found !== null) findings.push(found)
        // A CPU that is lost stops nobody by itself.
        if (found !== null) new Mem(recording.control).cas(RECORD_STOP, RUNNING, FAILED)
        return found
      })
    })
    const all = Promise.all(ends)
    const { reason: watched, ms } = await this.watch(options, all)
    if ((await within(all, END_MS)) === null) {
      await this.close()
      await all
    }
    const died = findings.some(({ verdict }) => verdict === 'workerDied')
    if (died) await this.close()
    return {
      reason: died ? 'died' : watched,
      findings,
      logs: this.logs(),
      ms,
      ticks: ticksOf(new Mem(buffer)),
      counts: totalCounts(events, machine.ncpu),
    }
  }

  /** Ends the workers, whatever they do. */
  async close(): Promise<void> {
    const { workers } = this
    this.workers = []
    await Promise.all(workers.map((worker) => worker.terminate()))
  }

  private started(): Worker[] {
    const { url } = this
    while (this.workers.length < this.image.machine.ncpu) {
      const name = `cpu${this.workers.length}`
      this.workers.push(new Worker(url, { name, execArgv: [], resourceLimits: WORKER_LIMITS }))
    }
    return this.workers
  }

  private reset(): void {
    const { image, recording, pristine } = this
    new Uint8Array(image.buffer).set(pristine)
    new Uint8Array(image.events).fill(0)
    new Uint8Array(recording.stripes).fill(0)
    new Uint8Array(recording.control).fill(0)
    for (const log of recording.logs) clearLog(log)
  }

  /** What the CPUs wrote; of one that is lost, the events that the others know of. */
  private logs(): CpuLog[] {
    const { recording } = this
    const logs = recording.logs.map(readLog)
    const seen = eventsSeen(recording.stripes, logs.length)
    return logs.map((log, cpu) =>
      log.ended ? log : { ...log, events: Math.max(log.events, seen[cpu] as number) },
    )
  }

  /** Looks after the machine until it ends, or ends it. */
  private async watch(
    { ms, stallMs, systemProcs, signal }: RecordOptions,
    all: Promise<unknown>,
  ): Promise<Pick<RecordedRun, 'reason' | 'ms'>> {
    const { image } = this
    const mem = new Mem(image.buffer)
    const control = new Mem(this.recording.control)
    const stall = new StallWatch(stallMs)
    let ended = false
    let since: number | undefined
    const over = all.then(() => {
      ended = true
    })
    for (;;) {
      await Promise.race([over, delay(LOOK_MS)])
      const state = control.load(RECORD_STOP)
      const isReady = control.load(RECORD_READY) === image.machine.ncpu
      if (isReady) since ??= performance.now()
      const ran = since === undefined ? 0 : performance.now() - since
      if (state !== RUNNING || ended) return { reason: endedBy(state), ms: ran }
      const reason = isReady ? this.judge(mem, stall, systemProcs) : undefined
      const late = ran > ms || signal?.aborted === true
      if (reason === undefined && !late) continue
      if (control.cas(RECORD_STOP, RUNNING, ENOUGH) === RUNNING) return { reason: reason ?? 'time', ms: ran }
    }
  }

  private judge(mem: Mem, stall: StallWatch, systemProcs: number): RecordedReason | undefined {
    const { image } = this
    if (mem.load(NPROCS) <= systemProcs) return 'done'
    const { kernel } = totalCounts(image.events, image.machine.ncpu)
    const movement = stall.look(workload(mem, image.config), kernel, false)
    return movement === 'moving' || movement === 'done' ? undefined : movement
  }
}

function endedBy(state: number): RecordedReason {
  if (state === LOG_FULL) return 'full'
  return state === FAILED ? 'failed' : 'died'
}

/** What a worker says at its end, or that it is gone. */
function endOf(worker: Worker, cpu: number): Promise<Finding | null> {
  return new Promise((resolve) => {
    const settle = (found: Finding | null): void => {
      worker.off('message', told)
      worker.off('error', failed)
      worker.off('exit', gone)
      resolve(found)
    }
    const told = ({ finding }: RecordEnd): void => settle(finding)
    const failed = (error: unknown): void => settle(lost(cpu, `threw ${String(error)}`))
    const gone = (code: number): void => settle(lost(cpu, `exited with code ${code}`))
    worker.on('message', told)
    worker.on('error', failed)
    worker.on('exit', gone)
  })
}

function lost(cpu: number, how: string): Finding {
  return { verdict: 'workerDied', cpu, message: `the worker of CPU ${cpu} ${how}`, lwp: 0 }
}
