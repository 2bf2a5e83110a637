import { LockstatCollector } from '@holdfast/atomics-sync'
import { attachCpu } from './attach.js'
import { serveControl } from './control.js'
import type { CpuControl, CpuEnd, CpuOptions, CpuReport } from './control.js'
import { runCpu } from './cpu-loop.js'
import { findingOf } from './findings.js'
import {
  MACHINE_FAILED,
  MACHINE_FAILURES,
  MACHINE_RUNNING,
  MACHINE_STATE,
  MC_ENDED,
  MC_STATE,
} from '../globals.js'
import type { MachineImage } from './image.js'
import type { MakeInstruments } from './instruments.js'
import type { KernelTables, MachineCpu } from '../machine-cpu.js'
import { postHalt } from '../mailbox.js'
import { Stopped } from '../stopped.js'

/** Functions that take a lock for their caller: lock statistics name the caller's place. */
const LOCK_WRAPPERS: readonly string[] = [
  'lwpLock',
  'lwpLockRetry',
  'lwpTrylock',
  'lwpRelock',
  'spcLock',
  'sleepqEnter',
  'vmMapLock',
  'vmMapLockRead',
  'vmMapLockTry',
]

/**
 * Makes the calling worker a CPU of whatever machine is booted into it. The CPU's kernel is `tables`; `instruments` makes what
 * watches it, if it is to be watched.
 */
export function serveCpu(tables: KernelTables, instruments: MakeInstruments | null = null): void {
  serveControl(new CpuService(tables, instruments))
}

class CpuService implements CpuControl {
  private readonly tables: KernelTables
  private readonly instruments: MakeInstruments | null
  private cpu: MachineCpu | null = null
  private locks: LockstatCollector | null = null

  constructor(tables: KernelTables, instruments: MakeInstruments | null) {
    this.tables = tables
    this.instruments = instruments
  }

  boot(image: MachineImage, id: number, options: CpuOptions): void {
    const { lockClasses: classes } = image
    this.locks = options.lockstat ? new LockstatCollector({ classes, wrappers: LOCK_WRAPPERS }) : null
    const instruments = this.instruments?.(image, id, options) ?? null
    this.cpu = attachCpu(image, id, this.tables, this.locks, options.spinDeadlineMs, instruments)
  }

  run(): CpuEnd {
    const cpu = this.booted()
    try {
      runCpu(cpu)
      return { finding: null, stack: '' }
    } catch (error) {
      if (error instanceof Stopped) return { finding: null, stack: error.stack ?? '' }
      const finding = findingOf(error, cpu.id, cpu.self, cpu.mem)
      failMachine(cpu)
      return { finding, stack: finding.stack ?? '' }
    } finally {
      endCpu(cpu)
    }
  }

  collect(): CpuReport {
    const cpu = this.booted()
    return { cpu: cpu.id, locks: this.locks?.snapshot() ?? null, messages: cpu.events.messages() }
  }

  private booted(): MachineCpu {
    if (this.cpu === null) throw new Error('this worker is no CPU yet: boot comes first')
    return this.cpu
  }
}

/** Ends the machine after a fault on this CPU: the others end at their next poll, whatever they hold. */
function failMachine(cpu: MachineCpu): void {
  const { mem } = cpu
  mem.add(MACHINE_FAILURES, 1)
  mem.cas(MACHINE_STATE, MACHINE_RUNNING, MACHINE_FAILED)
  postHalt(mem, cpu)
}

function endCpu(cpu: MachineCpu): void {
  const { mem } = cpu
  mem.store(cpu.mc + MC_STATE, MC_ENDED)
}
