import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { decodeSchedule, makeFinding, readFinding, replay, shrink, writeFinding } from '@holdfast/explorer'
import type { Finding, Report, Shrunk, Subject } from '@holdfast/explorer'
import { CATALOGUE } from './catalogue.js'
import type { Listed } from './catalogue.js'
import { listedSubject, writePage } from './rewrite-findings.js'
import type { FindingsPaths } from './rewrite-findings.js'
import { DEFAULT_TIME } from '../machine/machine-time.js'
import { scenarioSubject } from '../subject/subject-of-scenario.js'
import type { SubjectSpec } from '../subject/subject-of-spec.js'

/**
 * Shrinks findings of docs/findings further, from the schedules they have: looks for executions with fewer preemptions, or proves that there are none, for so many
 * seconds each. What is better is written, how it was found stays; then the page. Throws if one is not shown any more.
 */
export async function shrinkFindings(
  paths: FindingsPaths,
  ids: readonly string[],
  seconds: number,
  say: (line: string) => void,
): Promise<void> {
  for (const listed of CATALOGUE) {
    if (ids.length > 0 && !ids.includes(listed.id)) continue
    const file = join(paths.dir, `${listed.id}.json`)
    if (!existsSync(file)) continue
    const finding = readFinding(file)
    if (finding.minimal) continue
    say(`${listed.id}: ${soFar(finding)}; shrinking for ${seconds} s`)
    const shrunk = await shrunkInFewestTicks(listed, finding, seconds)
    if (shrunk === undefined) throw new Error(`${listed.id}: does not show again when it is shrunk`)
    if (isBetter(shrunk, finding)) {
      writeFinding(file, remade(shrunk, finding))
      writePage(paths)
    }
    say(`${listed.id}: ${soFar({ ...shrunk, ...shrunk.cost })}, after ${shrunk.attempts} executions`)
  }
  writePage(paths)
}

/** Of the machine with the fewest free ticks in which the execution shows the fault: it has fewer executions to be searched. */
async function shrunkInFewestTicks(
  listed: Listed,
  finding: Finding,
  seconds: number,
): Promise<Shrunk | undefined> {
  const { choices: schedule } = decodeSchedule(finding.schedule)
  const report = reportOf(listed, await scenarioSubject(specOf(finding)), finding)
  const most = listed.ticks ?? DEFAULT_TIME.freeTicks
  for (let ticks = 0; ticks <= most; ticks++) {
    // What is the default is not said, so that the subject is called as it was.
    const subject = await listedSubject(ticks === most ? listed : { ...listed, ticks })
    const shrunk = shrink(subject, { report, schedule }, { seconds, subjects: false, upwards: true })
    if (shrunk !== undefined) return shrunk
  }
  return undefined
}

/** The machine that a finding is told of. */
function specOf({ subject, variant }: Finding): SubjectSpec {
  return { target: subject, params: {}, engine: {}, variant, all: false }
}

function reportOf({ id, verdict, says }: Listed, subject: Subject, { schedule }: Finding): Report {
  const { reports, drift } = replay(subject, decodeSchedule(schedule))
  const report = reports.find((each) => each.verdict === verdict && says.test(each.message))
  if (report === undefined || drift !== undefined)
    throw new Error(`${id}: is not reproduced, so it cannot be shrunk; --rewrite ${id} finds it anew`)
  return report
}

function isBetter({ cost, atLeast, minimal }: Shrunk, finding: Finding): boolean {
  if (cost.preemptions !== finding.preemptions) return cost.preemptions < finding.preemptions
  return minimal || atLeast > finding.atLeast || cost.steps < finding.length
}

/** The finding as it was found, shown by another execution. What was proven before stays so. */
function remade(shrunk: Shrunk, finding: Finding): Finding {
  const { variant, strategy, seed, execution, found } = finding
  const atLeast = Math.max(shrunk.atLeast, Math.min(finding.atLeast, shrunk.cost.preemptions))
  const minimal = atLeast === shrunk.cost.preemptions
  return makeFinding({ ...shrunk, atLeast, minimal }, { variant, strategy, seed, execution, ...found })
}

function soFar({
  preemptions,
  minimal,
  atLeast,
}: Pick<Finding, 'preemptions' | 'minimal' | 'atLeast'>): string {
  return `${preemptions} preemptions${minimal ? ', proven' : `, at least ${atLeast}`}`
}
