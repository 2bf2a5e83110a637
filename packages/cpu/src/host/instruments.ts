import type { Lockstat, MemOptions } from '@holdfast/atomics-sync'
import type { AuditedMem } from './audited-mem.js'
import type { CpuOptions } from './control.js'
import type { EventRing } from './events.js'
import type { MachineImage } from './image.js'
import type { LockTaker } from './sanitize/lock-debug.js'

/** What stands between a CPU and its memory and its locks, and watches what passes. One for each CPU. */
export interface Instruments {
  /** The CPU's view of the memory. Its `self` is set by whoever attaches the CPU. */
  mem(options: MemOptions): AuditedMem
  /** The hooks of its locks; `collector` is what else wants to be called, or null. */
  lockstat(collector: Lockstat | null): Lockstat
  /** Where it notes what it did. */
  events(): EventRing
  /** The CPU is assembled, and has not run yet. */
  attached(cpu: LockTaker): void
}

/** Makes the instruments of CPU `id` in its worker; null: it runs plain. */
export type MakeInstruments = (image: MachineImage, id: number, options: CpuOptions) => Instruments | null
