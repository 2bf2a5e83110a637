import { Sanitizer, netbsdTables, serveCpu, tell } from '@holdfast/cpu'
import type { Instruments } from '@holdfast/cpu'

/** Entry of a CPU's worker in the sanitize build; without sanitize options it is the plain one. */
serveCpu(netbsdTables, (image, id, { sanitize }): Instruments | null =>
  sanitize === undefined ? null : new Sanitizer(image, id, sanitize, tell, null),
)
