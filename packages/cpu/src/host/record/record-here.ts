import { netbsdTables } from '../../netbsd.js'
import type { MachineImage } from '../image.js'
import type { MachineCpu } from '../../machine-cpu.js'
import { allocLog } from './log.js'
import { RecordedCpu } from './recorded-cpu.js'
import { allocControl } from './recording-mem.js'
import { allocStripes, cutOf } from './stripes.js'

const LOG_BYTES = 64 << 20
/** Host nanoseconds until the first tick: none comes. */
const NEVER_NS = 1e15

/**
 * Attaches the calling thread to a machine of one CPU as that CPU, recorded: to measure what recording costs. The clock stands, and the
 * recording is of no use.
 */
export function recordHere(image: MachineImage): MachineCpu {
  const cut = cutOf(image)
  const recording = {
    stripes: allocStripes(cut),
    pages: cut.pages,
    logs: [allocLog(LOG_BYTES)],
    control: allocControl(),
    local: new Uint8Array(cut.words),
  }
  const timeless = { ...image, machine: { ...image.machine, tickNs: NEVER_NS } }
  return new RecordedCpu(timeless, 0, netbsdTables, recording).cpu
}
