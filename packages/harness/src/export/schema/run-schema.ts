import * as v from 'valibot'
import type { RecordResult } from '../../record/record-result.js'
import type { Finding, RunResult } from '../../report/result.js'
import type { ScaleResult } from '../../report/scale-report.js'
import { count, counts, flag, positive, schemaOf, seconds, text, texts } from './parts.js'

const outcome = v.picklist(['time', 'done', 'quiet', 'interrupted', 'found'])

const finding = schemaOf<Finding>()(
  v.strictObject({
    verdict: text,
    message: text,
    cpu: v.exactOptional(v.number()),
    words: v.array(
      v.strictObject({ name: text, address: count, value: v.number(), means: v.exactOptional(text) }),
    ),
    stack: texts,
    other: v.exactOptional(v.strictObject({ who: text, stack: texts })),
    firstSeconds: v.exactOptional(seconds),
    times: v.exactOptional(count),
    lwps: texts,
    events: v.array(v.strictObject({ cpu: v.number(), events: texts })),
    seed: v.number(),
    repeat: text,
  }),
)

const lock = {
  name: text,
  acquisitions: count,
  contended: count,
  spins: count,
  sleeps: count,
  heldNs: positive,
  waitedNs: positive,
}

const paging = v.strictObject({
  faults: count,
  pageins: count,
  pageouts: count,
  zeroFilled: count,
  copied: count,
  pagedaemonRounds: count,
  pagesFreed: count,
  free: count,
})

const sanitize = v.strictObject({
  chaos: flag,
  variant: text,
  plainRate: v.nullable(positive),
  rate: positive,
  slowdown: v.nullable(positive),
  watchpoints: count,
})

const plainRun = schemaOf<RunResult>()(
  v.strictObject({
    command: v.literal('run'),
    scenario: text,
    cpus: count,
    lwps: count,
    seconds,
    operations: counts,
    swapins: count,
    swapouts: count,
    switches: count,
    shootdowns: count,
    locks: v.array(v.strictObject(lock)),
    findings: v.array(finding),
    outcome,
    seed: v.number(),
    memory: count,
    preempt: flag,
    simulatedSeconds: positive,
    checks: count,
    errors: counts,
    lives: v.strictObject({ lwpsFreed: count, reaped: count, stopped: count }),
    paging,
    lockSites: v.array(v.strictObject({ ...lock, caller: text })),
    sanitize: v.exactOptional(sanitize),
    messages: texts,
  }),
)

const recordedRun = schemaOf<RecordResult>()(
  v.strictObject({
    command: v.literal('run'),
    scenario: text,
    cpus: count,
    lwps: count,
    seconds,
    record: v.strictObject({
      runs: count,
      ends: counts,
      events: count,
      logBytes: count,
      bytesPerEvent: positive,
      replayed: count,
      replaySeconds: seconds,
      eventsPerSecond: positive,
      replayedPerSecond: positive,
      doubts: texts,
      cost: v.strictObject({
        hold: positive,
        swap: positive,
        plainOperationsPerSecond: v.nullable(positive),
        operationsPerSecond: positive,
      }),
    }),
    findings: v.array(
      v.strictObject({
        verdict: text,
        message: text,
        parallel: v.nullable(v.strictObject({ verdict: text, cpu: v.number(), message: text })),
        reproduced: flag,
        run: count,
        steps: v.nullable(count),
        preemptions: v.nullable(count),
        schedule: v.nullable(text),
        file: v.nullable(text),
      }),
    ),
  }),
)

/** `run`, and `run --record`. */
export const runSchema = v.union([plainRun, recordedRun])

export const scaleSchema = schemaOf<ScaleResult>()(
  v.strictObject({
    command: v.literal('scale'),
    scenario: text,
    seconds,
    seed: v.number(),
    hostCores: count,
    points: v.array(
      v.strictObject({
        cpus: count,
        lwps: count,
        seconds,
        operationsPerSecond: positive,
        swapCyclesPerSecond: positive,
        switchesPerSecond: positive,
        shootdownsPerSecond: positive,
        speedup: positive,
      }),
    ),
    findings: v.array(finding),
    outcome,
  }),
)
