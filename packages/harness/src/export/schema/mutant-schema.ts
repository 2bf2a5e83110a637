import * as v from 'valibot'
import type { MutateResult } from '../../mutate/report.js'
import type { ZooResult } from '../../zoo/zoo-report.js'
import { count, flag, positive, schemaOf, seconds, text, texts } from './parts.js'

const strategy = v.nullable(
  v.strictObject({ caught: flag, checker: v.nullable(text), executions: count, seconds }),
)

export const zooSchema = schemaOf<ZooResult>()(
  v.strictObject({
    command: v.literal('zoo'),
    mutants: v.array(
      v.strictObject({
        id: text,
        caught: flag,
        checker: v.nullable(text),
        strategy: v.nullable(text),
        executions: count,
        seconds,
        preemptions: v.nullable(count),
        parallel: v.nullable(v.union([v.literal(false), v.strictObject({ verdict: text, seconds })])),
        expected: texts,
        asExpected: flag,
        target: text,
        corrections: v.nullable(text),
        strategies: v.record(text, strategy),
      }),
    ),
    falseAlarms: count,
    twins: v.array(
      v.strictObject({
        name: text,
        mutants: texts,
        executions: count,
        found: v.array(v.strictObject({ verdict: text, message: text })),
      }),
    ),
    parallelTwins: v.array(
      v.strictObject({
        name: text,
        mutants: texts,
        found: v.array(v.strictObject({ verdict: text, message: text })),
      }),
    ),
    seconds,
    interrupted: flag,
  }),
)

const counted = v.strictObject({ generated: count, caught: count, equivalent: count })

const tried = schemaOf<MutateResult>()(
  v.strictObject({
    command: v.literal('mutate'),
    generated: count,
    caught: count,
    equivalent: count,
    rejected: count,
    survivors: v.array(v.strictObject({ id: text, place: text, reason: text, before: text, after: text })),
    score: v.nullable(positive),
    operators: v.record(text, counted),
    files: v.record(text, counted),
    verdicts: v.record(text, count),
    mutants: v.array(
      v.strictObject({
        id: text,
        status: v.picklist(['caught', 'rejected', 'equivalent', 'survived']),
        by: v.exactOptional(
          v.strictObject({ scenario: text, strategy: text, execution: count, verdict: text, message: text }),
        ),
        reason: v.exactOptional(text),
      }),
    ),
  }),
)

const listed = v.strictObject({
  command: v.literal('mutate'),
  mutants: v.array(v.looseObject({ id: text, operator: text, file: text, line: count, cName: text })),
})

/** `mutate`, and `mutate --list`. */
export const mutateSchema = v.union([tried, listed])
