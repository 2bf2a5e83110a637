import { type Lockstat, Mem, type MemOptions } from '@holdfast/atomics-sync'
import { LSZOMB, L_STAT } from '@holdfast/kernel'
import type { AuditedMem } from '../audited-mem.js'
import type { EventRing } from '../events.js'
import type { MachineImage } from '../image.js'
import type { Instruments } from '../instruments.js'
import { Chaos } from './chaos.js'
import { LockDebug, type LockTaker } from './lock-debug.js'
import type { SanitizeOptions } from './options.js'
import type { Report } from './report.js'
import { type AccessCheck, SanitizedMem } from './sanitized-mem.js'
import { type KernelEdge, WatchedEvents } from './watched-events.js'

/** The instruments of one CPU of the sanitize build. */
export class Sanitizer implements Instruments, KernelEdge {
  private readonly image: MachineImage
  private readonly cpu: number
  private readonly options: SanitizeOptions
  private readonly report: Report
  private readonly check: AccessCheck | null
  private readonly atPoint: (() => void) | null
  /** The machine's memory, past all instruments. */
  private readonly plain: Mem
  private watched: SanitizedMem | null = null
  private locks: LockDebug | null = null

  constructor(
    image: MachineImage,
    cpu: number,
    options: SanitizeOptions,
    report: Report,
    check: AccessCheck | null,
  ) {
    this.image = image
    this.cpu = cpu
    this.options = options
    this.report = report
    this.check = check
    this.plain = new Mem(image.buffer)
    const chaos = options.chaos ? new Chaos(options.seed, cpu) : null
    this.atPoint = chaos === null ? null : () => chaos.point()
  }

  mem(memOptions: MemOptions): AuditedMem {
    const { image, cpu, options, report, check } = this
    this.watched = new SanitizedMem(image.buffer, image.config, memOptions, cpu, options, report, check)
    this.watched.atPoint = this.atPoint
    return this.watched
  }

  lockstat(collector: Lockstat | null): Lockstat {
    const { cpu, options, report } = this
    this.locks = new LockDebug(cpu, this.plain, options, report, collector, this.atPoint)
    if (this.watched !== null) this.watched.locks = this.locks
    return this.locks
  }

  events(): EventRing {
    return new WatchedEvents(this.image.events, this.cpu, this)
  }

  userret(): void {
    this.locks?.userret()
  }

  left(lwp: number): void {
    if (this.plain.read(lwp + L_STAT) === LSZOMB) this.locks?.exited(lwp)
  }

  attached(cpu: LockTaker): void {
    if (this.locks === null) return
    this.locks.attach(cpu)
    this.check?.attach(cpu, this.locks.spins)
  }
}
