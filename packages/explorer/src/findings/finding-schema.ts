import * as v from 'valibot'

/** The name of the format, and its version. */
export const FINDING_FORMAT = 'holdfast-finding/1'

/** An object with at least these fields. */
function shape<const E extends v.ObjectEntries>(entries: E) {
  return v.object(entries, ({ expected, path }) => {
    if (expected === 'Object') return 'an object'
    const missing = entries[String(path?.at(-1)?.key)] as { message?: unknown } | undefined
    return typeof missing?.message === 'string' ? missing.message : 'it is needed'
  })
}

/** The message of each schema is what it allows; path and value are added where problems are told. */
const text = v.string('a text')
const yesOrNo = v.boolean('true or false')
const number = v.pipe(v.number('a number, 0 or more'), v.minValue(0, 'a number, 0 or more'))
const count = v.pipe(
  v.number('a whole number, 0 or more'),
  v.integer('a whole number, 0 or more'),
  v.minValue(0, 'a whole number, 0 or more'),
)
const word = v.pipe(v.number('a whole number'), v.integer('a whole number'))
const meaning = v.optional(shape({ old: text, new: text }))

const place = shape({
  file: text,
  line: count,
  column: count,
  function: text,
  cName: text,
  op: text,
  text,
})

const remark = shape({
  text,
  weight: v.picklist([1, 2, 3], '1, 2 or 3'),
  about: v.optional(v.array(word, 'a list of numbers'), []),
  at: v.optional(text),
  opens: v.optional(count),
  closes: v.optional(count),
})

const gap = shape({
  from: count,
  skipped: v.array(
    shape({
      actor: count,
      actorName: text,
      steps: count,
      functions: v.array(shape({ name: text, steps: count }), 'a list of functions'),
    }),
    'a list of runs of steps',
  ),
})

const pending = {
  op: text,
  place: v.optional(count),
  addr: v.optional(count),
  word: v.optional(text),
  value: v.optional(word),
  meaning: v.optional(text),
  holder: v.optional(text),
}

const event = shape({
  step: count,
  actor: count,
  actorName: text,
  op: text,
  place: v.optional(count),
  callers: v.optional(v.array(count, 'a list of numbers of places'), []),
  inner: v.optional(count, 0),
  addr: v.optional(count),
  word: v.optional(text),
  words: count,
  old: word,
  new: word,
  wrote: yesOrNo,
  meaning,
  word2: v.optional(text),
  note: v.optional(text),
  preempts: yesOrNo,
  left: v.optional(
    v.variant(
      'why',
      [shape({ why: v.literal('ended') }), shape({ why: v.picklist(['preempted', 'waits']), ...pending })],
      "why: 'ended', 'preempted' or 'waits'",
    ),
  ),
  reports: v.optional(v.array(text, 'a list of texts'), []),
  remark: v.optional(remark),
  notes: v.optional(v.array(remark, 'a list of remarks'), []),
})

/** A finding file as JSON has it: places are given once, and named by their number in the list. */
export const findingSchema = shape({
  format: v.literal(FINDING_FORMAT, `'${FINDING_FORMAT}'`),
  subject: text,
  hash: text,
  variant: v.optional(text),
  scenario: v.optional(v.unknown()),
  strategy: text,
  seed: v.optional(word),
  execution: count,
  verdict: v.pipe(v.string('one word'), v.regex(/^[A-Za-z]\w*$/, 'one word')),
  message: text,
  /** The places that make it this fault, as text and as numbers of places. */
  sites: v.array(text, 'a list of texts'),
  at: v.array(count, 'a list of numbers of places'),
  schedule: text,
  after: v.optional(v.array(text, 'a list of schedules'), []),
  preemptions: count,
  minimal: yesOrNo,
  /** Left out: as many as it has, if that is proven; otherwise none. */
  atLeast: v.optional(count),
  found: shape({ executions: count, seconds: number }),
  steps: v.array(count, 'a list of steps'),
  words: v.array(
    shape({ addr: count, name: text, before: word, after: word, meaning, changed: v.optional(text) }),
    'a list of words',
  ),
  stuck: v.array(shape({ actor: count, actorName: text, ...pending }), 'a list of actors'),
  places: v.array(place, 'a list of places'),
  /** How many steps there are; left out: as many as are listed. */
  length: v.optional(count),
  events: v.array(event, 'a list of steps'),
  /** The steps that are not listed, where there are any. */
  gaps: v.optional(v.array(gap, 'a list of gaps'), []),
  subjects: v.optional(v.array(count, 'a list of numbers'), []),
})

/** The same before what is left out has been put in. */
export type FindingInput = v.InferInput<typeof findingSchema>
export type FindingJson = v.InferOutput<typeof findingSchema>
export type EventJson = FindingJson['events'][number]
export type RemarkJson = EventJson['notes'][number]
export type RemarkInput = v.InferInput<typeof remark>
export type GapInput = v.InferInput<typeof gap>
export type PendingJson = FindingJson['stuck'][number]
