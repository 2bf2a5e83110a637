import * as v from 'valibot'
import type { ExploreResult } from '../../explore/explore-result.js'
import type { Verified } from '../../explore/verify/verified-claim.js'
import { count, counts, flag, schemaOf, seconds, text, texts } from './parts.js'

export const exploreSchema = schemaOf<ExploreResult>()(
  v.strictObject({
    command: v.literal('explore'),
    target: text,
    strategy: text,
    executions: count,
    traces: v.nullable(count),
    blocked: count,
    complete: flag,
    points: count,
    seconds,
    findings: v.array(
      v.strictObject({
        verdict: text,
        message: text,
        sites: texts,
        execution: count,
        preemptions: count,
        schedule: text,
        file: text,
        strategy: text,
        minimal: flag,
        seconds,
      }),
    ),
    subject: text,
    params: counts,
    memoryModel: v.picklist(['sc', 'tso']),
    seed: v.number(),
    bound: v.nullable(text),
    remaining: v.nullable(v.number()),
    deadlocked: count,
    cut: count,
    inconclusive: flag,
    buggy: count,
    interrupted: flag,
    error: v.nullable(text),
    jobs: count,
    strategies: v.array(
      v.strictObject({
        strategy: text,
        executions: count,
        points: count,
        found: count,
        finished: flag,
        bound: v.nullable(text),
      }),
    ),
  }),
)

const fault = v.strictObject({ verdict: text, message: text })

export const replaySchema = v.strictObject({
  command: v.literal('replay'),
  subject: text,
  reproduced: flag,
  refused: flag,
  verdict: v.nullable(text),
  message: v.nullable(text),
  outcome: v.nullable(text),
  steps: count,
  preemptions: count,
  /** Has more, of each kind. */
  drift: v.nullable(v.looseObject({ kind: text, message: text })),
  reports: v.array(fault),
  recorded: v.nullable(fault),
})

export const findingsSchema = v.strictObject({
  command: v.literal('findings'),
  findings: v.array(
    v.strictObject({
      id: text,
      verdict: text,
      reproduced: flag,
      preemptions: count,
      seconds,
      why: v.exactOptional(text),
    }),
  ),
})

const explored = v.strictObject({
  executions: count,
  lastPass: count,
  states: count,
  seconds,
  complete: flag,
  bound: text,
  found: texts,
})

export const verifySchema = schemaOf<{ command: 'verify'; claims: readonly Verified[] }>()(
  v.strictObject({
    command: v.literal('verify'),
    claims: v.array(
      v.strictObject({
        id: text,
        claim: explored,
        planted: v.array(v.strictObject({ name: text, explored })),
        holds: flag,
      }),
    ),
  }),
)
