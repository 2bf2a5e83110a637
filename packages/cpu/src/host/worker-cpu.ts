import { Worker } from 'node:worker_threads'
import type { ResourceLimits } from 'node:worker_threads'
import { controlOf, hear } from './control.js'
import type { CpuEnd, CpuOptions, CpuReport } from './control.js'
import type { MachineImage } from './image.js'
import type { SanitizeReport } from './sanitize/report.js'

/** Why a CPU's worker is gone. */
export type DeathCause = 'threw' | 'outOfMemory' | 'terminated' | 'exited' | 'messageError'

/** A CPU's worker is gone, without having been asked to go. */
export class WorkerDied extends Error {
  override readonly name = 'WorkerDied'
  readonly cpu: number
  readonly why: DeathCause

  constructor(cpu: number, cause: DeathCause, detail: string, stack?: string) {
    super(`the worker of CPU ${cpu} ${detail}`)
    this.cpu = cpu
    this.why = cause
    if (stack !== undefined) this.stack = stack
  }
}

/** One CPU's worker as the main thread sees it: control, and a watch over its life. */
export class WorkerCpu {
  readonly id: number
  private readonly worker: Worker
  private readonly control: ReturnType<typeof controlOf>
  /** Rejects when the worker dies. */
  private readonly death: Promise<never>
  private readonly exited: Promise<void>
  private ending = false

  constructor(id: number, url: URL, resourceLimits: ResourceLimits, onDeath: (death: WorkerDied) => void) {
    this.id = id
    // No execArgv: a condition or loader of the parent would have the worker read sources instead of built code.
    const worker = new Worker(url, { name: `cpu${id}`, execArgv: [], resourceLimits })
    this.worker = worker
    this.control = controlOf(worker)
    const { promise, reject } = rejecter()
    this.death = promise
    const die = (death: WorkerDied): void => {
      reject(death)
      if (!this.ending) onDeath(death)
      this.ending = true
    }
    worker.on('error', (error: unknown) => die(deathOf(id, error)))
    worker.on('messageerror', (error: Error) => {
      die(new WorkerDied(id, 'messageError', `sent a message that cannot be read: ${error.message}`))
    })
    this.exited = new Promise((resolve) => {
      worker.on('exit', (code) => {
        die(exitOf(id, code))
        resolve()
      })
    })
  }

  /** Has `listener` called with what the CPU tells unasked. */
  hear(listener: (report: SanitizeReport) => void): void {
    hear(this.worker, listener)
  }

  boot(image: MachineImage, options: CpuOptions): Promise<void> {
    return this.orDeath(this.control.boot(image, this.id, options))
  }

  /** Settles when the CPU's loop ended; rejects with WorkerDied. */
  run(): Promise<CpuEnd> {
    return this.orDeath(this.control.run())
  }

  collect(): Promise<CpuReport> {
    return this.orDeath(this.control.collect())
  }

  /** Ends the worker, whatever it does, and waits until it is gone. */
  async terminate(): Promise<void> {
    this.ending = true
    await this.worker.terminate()
    await this.exited
  }

  private orDeath<T>(call: Promise<T>): Promise<T> {
    return Promise.race([call, this.death])
  }
}

function rejecter(): { promise: Promise<never>; reject: (error: Error) => void } {
  let reject: (error: Error) => void = () => {}
  const promise = new Promise<never>((_resolve, rejected) => {
    reject = rejected
  })
  // Whoever races against it hears of it; nobody need be racing.
  promise.catch(() => {})
  return { promise, reject }
}

function deathOf(cpu: number, error: unknown): WorkerDied {
  const thrown = error instanceof Error ? error : new Error(String(error))
  if ((thrown as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return new WorkerDied(
      cpu,
      'outOfMemory',
      `ran out of memory (ERR_WORKER_OUT_OF_MEMORY): ${thrown.message}`,
    )
  }
  return new WorkerDied(cpu, 'threw', `threw ${thrown.name}: ${thrown.message}`, thrown.stack)
}

function exitOf(cpu: number, code: number): WorkerDied {
  // Node reports a terminated worker as exit code 1, with no error before it.
  if (code === 1) return new WorkerDied(cpu, 'terminated', 'was terminated (exit code 1)')
  return new WorkerDied(cpu, 'exited', `exited with code ${code}`)
}
