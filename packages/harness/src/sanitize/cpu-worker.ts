import { Sanitizer, netbsdTables, serveCpu, tell } from '@holdfast/cpu'
import type { CpuOptions, Instruments, MachineImage } from '@holdfast/cpu'
import { FieldLocks } from './field-locks.js'

/** Entry of a CPU's worker in the sanitize build; without sanitize options it is the plain one. */
serveCpu(netbsdTables, instruments)

function instruments(image: MachineImage, id: number, { sanitize }: CpuOptions): Instruments | null {
  if (sanitize === undefined) return null
  return new Sanitizer(image, id, sanitize, tell, new FieldLocks(image, id, sanitize, tell))
}
