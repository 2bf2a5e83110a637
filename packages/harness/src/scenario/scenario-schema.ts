import * as v from 'valibot'
import { list, nameOf, newName, oneOf, shape, wholeNumber } from './fields.js'
import {
  CHANNEL_NAMES,
  DESCRIPTION_LENGTH,
  LWPS,
  NICE,
  PRIORITY,
  PROCESSES,
  REPLICAS,
  USER_PAGES,
  rangeText,
} from './limits.js'
import { machineSchema } from './machine-schema.js'
import { programSchema } from './operation-schema.js'
import type { LwpSpec, ProcessSpec, Scenario } from './types.js'

const descriptionAllowed = `a text of ${rangeText(DESCRIPTION_LENGTH)} characters`

const lwpSchema: v.GenericSchema<LwpSpec> = shape({
  count: v.exactOptional(wholeNumber(REPLICAS)),
  class: v.exactOptional(oneOf(['other', 'fifo', 'rr'])),
  priority: v.exactOptional(wholeNumber(PRIORITY)),
  program: v.union([programSchema, nameOf('program')], 'a list of operations, or the name of a program'),
})

const processSchema: v.GenericSchema<ProcessSpec> = shape({
  name: newName(),
  count: v.exactOptional(wholeNumber(REPLICAS)),
  nice: v.exactOptional(wholeNumber(NICE)),
  pages: v.exactOptional(wholeNumber(USER_PAGES)),
  lwps: list(lwpSchema, { min: 1, max: LWPS.max }, 'LWPs'),
})

/** The shape of a scenario. What joins its parts (names, sizes) is in check.ts. */
export const scenarioSchema: v.GenericSchema<Scenario> = shape({
  name: newName(),
  description: v.pipe(
    v.string(descriptionAllowed),
    v.regex(/\S/, descriptionAllowed),
    v.minLength(DESCRIPTION_LENGTH.min, descriptionAllowed),
    v.maxLength(DESCRIPTION_LENGTH.max, descriptionAllowed),
  ),
  machine: v.exactOptional(machineSchema),
  channels: v.exactOptional(list(newName(), CHANNEL_NAMES, 'channel names')),
  programs: v.exactOptional(v.record(newName(), programSchema, 'an object of programs by name')),
  processes: list(processSchema, PROCESSES, 'processes'),
})
