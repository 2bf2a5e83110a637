import type { Lockstat, MemOptions } from '@holdfast/atomics-sync'
import type { AuditedMem } from '../audited-mem.js'
import type { MachineImage } from '../image.js'
import type { Instruments } from '../instruments.js'
import type { KernelTables, MachineCpu } from '../../machine-cpu.js'
import type { SanitizeOptions } from './options.js'
import type { Report } from './report.js'
import { type AccessCheck, SanitizedMem } from './sanitized-mem.js'

/** The instruments of one CPU of the sanitize build. */
export class Sanitizer implements Instruments {
  private readonly image: MachineImage
  private readonly cpu: number
  private readonly options: SanitizeOptions
  private readonly report: Report
  private readonly check: AccessCheck | null

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
  }

  mem(options: MemOptions): AuditedMem {
    const { image, cpu, report, check } = this
    return new SanitizedMem(image.buffer, image.config, options, cpu, this.options, report, check)
  }

  lockstat(collector: Lockstat | null): Lockstat | null {
    return collector
  }

  tables(plain: KernelTables): KernelTables {
    return plain
  }

  attached(_cpu: MachineCpu): void {}
}
