import * as v from 'valibot'
import { list, nameOf, numberOr, oneOf, realNumber, shape, wholeNumber, yesOrNo } from './fields.js'
import {
  EXIT_CODE,
  IO_PAGES,
  IO_TICKS,
  KERNACC_PAGES,
  KERNEL_PAGE,
  LOOP_COUNT,
  LWPS,
  NICE,
  PAGE_NUMBER,
  PRIORITY,
  PROGRAM_LENGTH,
  SECONDS,
  TICKS,
  UNITS,
  WEIGHT,
  rangeText,
} from './limits.js'
import type { Alternative, Operation, Program } from './types.js'

const processTarget = nameOf("process, 'self' or 'any'")
/** Of LWPs created while running too, so more than a scenario may start with. */
const LWP_NUMBER = { min: 0, max: LWPS.max - 1 }
const lwpAllowed = `${rangeText(LWP_NUMBER)}, 'self' or 'any'`
const lwpTarget = v.union([wholeNumber(LWP_NUMBER, lwpAllowed), v.picklist(['self', 'any'])], lwpAllowed)
const onLwp = { process: processTarget, lwp: v.exactOptional(lwpTarget) }
const onProcess = { process: processTarget }
const channel = nameOf("channel or 'any'")
const schedClass = oneOf(['other', 'fifo', 'rr'])
const firstPage = v.exactOptional(wholeNumber(PAGE_NUMBER))
const priority = v.exactOptional(wholeNumber(PRIORITY))

const anyOperation = v.lazy(() => operationSchema)

export const programSchema: v.GenericSchema<Program> = list(anyOperation, PROGRAM_LENGTH, 'operations')
/** The body of a loop: never empty, or the loop would do nothing for ever. */
const bodySchema: v.GenericSchema<Program> = list(
  anyOperation,
  { min: 1, max: PROGRAM_LENGTH.max },
  'operations',
)

const alternativeSchema: v.GenericSchema<Alternative> = shape({
  weight: v.exactOptional(wholeNumber(WEIGHT)),
  body: programSchema,
})

/** One entry for each operation: its name, and the schema of its arguments. */
const OPERATIONS = [
  shape({ op: v.literal('compute'), units: wholeNumber(UNITS) }),
  shape({
    op: v.literal('touch'),
    page: v.exactOptional(numberOr('any', PAGE_NUMBER)),
    write: v.exactOptional(yesOrNo()),
  }),
  shape({
    op: v.literal('sleep'),
    channel: v.exactOptional(channel),
    seconds: v.exactOptional(realNumber(SECONDS)),
    ticks: v.exactOptional(wholeNumber(TICKS)),
  }),
  shape({ op: v.literal('wakeup'), channel }),
  shape({ op: v.literal('hold'), ...onLwp }),
  shape({ op: v.literal('rele'), process: v.exactOptional(processTarget), lwp: v.exactOptional(lwpTarget) }),
  shape({ op: v.literal('regread'), ...onLwp }),
  shape({
    op: v.literal('ptrace'),
    request: oneOf(['attach', 'continue', 'step', 'detach']),
    ...onLwp,
  }),
  shape({ op: v.literal('procfs'), request: oneOf(['attach', 'run', 'step', 'detach']), ...onLwp }),
  shape({ op: v.literal('stop'), ...onProcess }),
  shape({ op: v.literal('cont'), ...onProcess }),
  shape({ op: v.literal('kill'), ...onProcess }),
  shape({ op: v.literal('fork'), program: nameOf('program') }),
  shape({ op: v.literal('lwpCreate'), program: nameOf('program') }),
  shape({ op: v.literal('exit'), code: v.exactOptional(wholeNumber(EXIT_CODE)) }),
  shape({ op: v.literal('lwpExit') }),
  shape({ op: v.literal('wait'), nohang: v.exactOptional(yesOrNo()) }),
  shape({ op: v.literal('vslock'), page: firstPage, pages: wholeNumber(IO_PAGES) }),
  shape({ op: v.literal('vsunlock') }),
  shape({
    op: v.literal('physio'),
    page: firstPage,
    pages: wholeNumber(IO_PAGES),
    ticks: v.exactOptional(wholeNumber(IO_TICKS)),
  }),
  shape({ op: v.literal('setclass'), class: schedClass, priority, ...onLwp }),
  shape({ op: v.literal('nice'), process: v.exactOptional(processTarget), value: wholeNumber(NICE) }),
  shape({
    op: v.literal('kernacc'),
    page: v.exactOptional(wholeNumber(KERNEL_PAGE)),
    pages: wholeNumber(KERNACC_PAGES),
  }),
  shape({ op: v.literal('yield') }),
  shape({
    op: v.literal('loop'),
    count: numberOr('forever', LOOP_COUNT),
    body: bodySchema,
  }),
  shape({
    op: v.literal('choice'),
    of: list(alternativeSchema, { min: 1, max: 16 }, 'alternatives'),
  }),
] as const

/** Names of all operations, in the order of the documentation. */
const OPERATION_NAMES: readonly Operation['op'][] = OPERATIONS.map(({ entries }) => entries.op.literal)

export const operationSchema: v.GenericSchema<Operation> = v.variant(
  'op',
  OPERATIONS,
  `one of ${OPERATION_NAMES.join(', ')}`,
)
