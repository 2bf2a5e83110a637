import * as v from 'valibot'
import { TRACE_FORMAT } from './format.js'
import type { Trace } from './format.js'

const whole = v.pipe(v.number('a number'), v.integer('a whole number'))
const index = v.pipe(whole, v.minValue(0, 'a whole number, 0 or more'))
const text = v.string('a string')
const flag = v.optional(v.boolean('true or false'))

/** A column: checked in one go, since there may be a million entries. */
const column = v.custom<readonly number[]>(
  (value) => Array.isArray(value) && value.every((each) => Number.isInteger(each)),
  'a list of whole numbers',
)

/** A list of what `item` describes. */
function list<T extends v.GenericSchema>(item: T): v.ArraySchema<T, string> {
  return v.array(item, 'a list')
}

const place = v.strictObject({
  file: text,
  line: index,
  function: text,
  text,
  original: v.optional(v.strictObject({ file: text, from: index, to: index })),
})

/** A trace file; see docs/trace-format.md. */
export const traceSchema: v.GenericSchema<unknown, Trace> = v.strictObject({
  format: v.literal(TRACE_FORMAT, `'${TRACE_FORMAT}'`),
  title: text,
  subject: text,
  schedule: v.optional(text),
  verdict: v.optional(text),
  message: v.optional(text),
  note: v.optional(text),
  actors: list(text),
  tasks: list(text),
  groups: list(text),
  words: list(v.strictObject({ name: text, group: index, initial: whole, isLock: flag, isKey: flag })),
  ops: list(text),
  places: list(place),
  stacks: list(list(index)),
  files: list(v.strictObject({ name: text, lines: list(v.tuple([index, text])) })),
  events: v.strictObject({
    actor: column,
    task: column,
    op: column,
    stack: column,
    inner: column,
    word: column,
    old: column,
    new: column,
    flags: column,
  }),
  changes: v.strictObject({ event: column, word: column, value: column }),
  locks: v.strictObject({ event: column, word: column, what: column }),
  meanings: v.strictObject({ word: column, value: column, text: list(text) }),
  notes: list(
    v.strictObject({
      event: index,
      kind: v.picklist(
        ['report', 'remark', 'note', 'waits', 'left'],
        "'report', 'remark', 'note', 'waits' or 'left'",
      ),
      text,
    }),
  ),
  focus: list(index),
})
