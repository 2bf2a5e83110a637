import type { Lockstat } from '@holdfast/atomics-sync'
import { AuditedMem } from './audited-mem.js'
import { hostClock } from './clock.js'
import { makeCpu } from '../cpu.js'
import { EventRing, withShownDepth } from './events.js'
import type { Instruments } from './instruments.js'
import { curlwpOf } from './host-mem.js'
import type { MachineImage } from './image.js'
import { poll } from '../intr.js'
import type { KernelTables, MachineCpu } from '../machine-cpu.js'

/**
 * Attaches the calling thread to the machine as CPU `id`: a spinning CPU polls its interrupts. `instruments`, where there are
 * any, stand between it and the machine.
 */
export function attachCpu(
  image: MachineImage,
  id: number,
  tables: KernelTables,
  lockstat: Lockstat | null,
  spinDeadlineMs: number,
  instruments: Instruments | null = null,
): MachineCpu {
  const options = { poll: () => poll(cpu), spinDeadlineMs }
  const mem = instruments?.mem(options) ?? new AuditedMem(image.buffer, image.config, options)
  const events = instruments?.events() ?? new EventRing(image.events, id)
  const { config, machine } = image
  const made = makeCpu(mem, id, curlwpOf(mem, image, id), {
    config,
    machine,
    tables,
    clock: hostClock,
    events,
    lockstat: instruments?.lockstat(lockstat) ?? lockstat,
  })
  const cpu: MachineCpu = withShownDepth(made, image.events, id)
  mem.self = () => cpu.self
  instruments?.attached(cpu)
  cpu.timerNext = performance.now()
  return cpu
}
