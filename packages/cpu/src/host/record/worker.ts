import { parentPort } from 'node:worker_threads'
import { Mem } from '@holdfast/atomics-sync'
import { netbsdTables } from '../../netbsd.js'
import { Stopped } from '../../stopped.js'
import { findingOf } from '../findings.js'
import type { Finding } from '../findings.js'
import { RecordedCpu } from './recorded-cpu.js'
import type { RecordedImage } from './recorded-cpu.js'
import { FAILED, RECORD_READY, RECORD_STOP, RUNNING } from './recording-mem.js'
import type { Recording } from './recording-mem.js'

/** What a worker is told: to be CPU `id` of a machine until it stops. */
export interface RecordTask {
  readonly id: number
  readonly image: RecordedImage
  readonly recording: Recording
}

/** What it answers when the CPU has ended: what it found wrong, if that is why. */
export interface RecordEnd {
  readonly finding: Finding | null
}

const READY_MS = 30_000

/** Makes the calling worker a CPU of one recorded machine after the other. */
export function serveRecorder(): void {
  parentPort?.on('message', (task: RecordTask) => {
    parentPort?.postMessage({ finding: runTask(task) } satisfies RecordEnd)
  })
}

function runTask({ id, image, recording }: RecordTask): Finding | null {
  const control = new Mem(recording.control, { spinDeadlineMs: READY_MS })
  const recorded = new RecordedCpu(image, id, netbsdTables, recording)
  begin(control, image.machine.ncpu)
  try {
    return recorded.run()
  } catch (error) {
    if (error instanceof Stopped) return null
    control.cas(RECORD_STOP, RUNNING, FAILED)
    return findingOf(error, id, recorded.cpu.self, new Mem(image.buffer))
  }
}

/** Waits until all CPUs are ready, or one of them is lost. Throws SpinDeadline. */
function begin(control: Mem, ncpu: number): void {
  let ready = control.add(RECORD_READY, 1) + 1
  while (ready < ncpu && control.load(RECORD_STOP) === RUNNING) {
    control.spinWhileBoth(RECORD_READY, ready, RECORD_STOP, RUNNING)
    ready = control.load(RECORD_READY)
  }
}

serveRecorder()
