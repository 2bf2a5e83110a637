import type { Worker } from 'node:worker_threads'
import { parentPort } from 'node:worker_threads'
import type { LockstatSnapshot } from '@holdfast/atomics-sync'
import { expose, wrap } from 'comlink'
import type { Endpoint, Remote } from 'comlink'
import type { Finding } from './findings.js'
import type { MachineImage } from './image.js'
import type { SanitizeOptions } from './sanitize/options.js'
import type { SanitizeReport } from './sanitize/report.js'

/** How one CPU is to run. */
export interface CpuOptions {
  readonly lockstat: boolean
  /** How long a busy wait may last before it is a finding, in ms. */
  readonly spinDeadlineMs: number
  /** For the sanitize build. */
  readonly sanitize?: SanitizeOptions
}

/** How a CPU's loop ended. */
export interface CpuEnd {
  /** What it found wrong, if it ended by an exception. */
  readonly finding: Finding | null
  /** Where it was when the machine stopped. */
  readonly stack: string
}

/** What a CPU hands over after its loop ended. */
export interface CpuReport {
  readonly cpu: number
  /** Lock statistics, or null if they were off. */
  readonly locks: LockstatSnapshot | null
  /** The last lines the kernel printed on this CPU. */
  readonly messages: readonly string[]
}

/**
 * What crosses by message between the main thread and a CPU's worker, all there is. While `run` lasts the
 * worker answers nothing: a CPU is stopped through shared memory.
 */
export interface CpuControl {
  boot(image: MachineImage, id: number, options: CpuOptions): void
  run(): CpuEnd
  collect(): CpuReport
}

/** Node's ports have on/off where Comlink wants addEventListener. */
interface NodePort {
  postMessage(message: unknown, transfer?: readonly never[]): void
  on(type: 'message', listener: (data: unknown) => void): unknown
  off(type: 'message', listener: (data: unknown) => void): unknown
}

type Listener = Parameters<Endpoint['addEventListener']>[1]

function endpoint(port: NodePort): Endpoint {
  const wrappers = new WeakMap<object, (data: unknown) => void>()
  return {
    postMessage: (message: unknown) => port.postMessage(message),
    addEventListener: (_type: string, listener: Listener) => {
      const wrapper = (data: unknown): void => {
        if (typeof listener === 'function') listener({ data })
        else listener.handleEvent({ data })
      }
      wrappers.set(listener, wrapper)
      port.on('message', wrapper)
    },
    removeEventListener: (_type: string, listener: Listener) => {
      const wrapper = wrappers.get(listener)
      if (wrapper !== undefined) port.off('message', wrapper)
    },
  }
}

/** What a CPU tells unasked, also while `run` lasts; all other messages are answers. */
interface Told {
  readonly told: SanitizeReport
}

/** The worker's end of what a CPU tells unasked. */
export function tell(report: SanitizeReport): void {
  parentPort?.postMessage({ told: report } satisfies Told)
}

/** The main thread's end of it. */
export function hear(worker: Worker, listener: (report: SanitizeReport) => void): void {
  worker.on('message', (message: Partial<Told> | null) => {
    if (message?.told !== undefined) listener(message.told)
  })
}

/** The worker's end. */
export function serveControl(control: CpuControl): void {
  if (parentPort === null) throw new Error('a CPU is a worker: this is the main thread')
  expose(control, endpoint(parentPort))
}

/** The main thread's end. A call to a worker that died never settles. */
export function controlOf(worker: Worker): Remote<CpuControl> {
  return wrap<CpuControl>(endpoint(worker))
}
