import type { Rebuilt } from './rebuild.js'
import type { Recorded } from './recorded-scenario.js'

/** How far the replay of a recorded run can be trusted, in a sentence for each reason why not to its end. */
export function trustText({ run }: Recorded, { drift, certain, choices }: Rebuilt): string[] {
  const lines: string[] = []
  if (drift !== undefined) {
    const at = `event ${drift.event} of CPU${drift.cpu}, step ${drift.step}`
    if (drift.why === 'values')
      lines.push(
        `the replay read or wrote other values than the run between event ${drift.since} and ${at}: it can be trusted up to event ${drift.since} of CPU${drift.cpu}`,
      )
    else lines.push(`the replay cannot go on as recorded at ${at}: it can be trusted up to there`)
  }
  for (const [cpu, { ended, events, checks }] of run.logs.entries()) {
    if (ended) continue
    const checked = checks.at(-1)?.event ?? 0
    lines.push(
      `the log of CPU${cpu} was cut short: the order of its first ${events} events is known, the values of the first ${checked} ` +
        `verified; what it did after them is not in it. Steps after ${certain} of ${choices.length} are a guess`,
    )
  }
  return lines
}
