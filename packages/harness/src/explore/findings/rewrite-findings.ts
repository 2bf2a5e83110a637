import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  explore,
  makeFinding,
  makeStrategy,
  readFinding,
  reportMarkdown,
  shrink,
  writeFinding,
} from '@holdfast/explorer'
import type { Finding, Found, Subject } from '@holdfast/explorer'
import { CATALOGUE } from './catalogue.js'
import type { Listed } from './catalogue.js'
import { kernelSubject } from '../subject/kernel-subject.js'
import { variants } from '../subject/variants.js'

/**
 * Makes docs/findings and docs/findings.md anew: finds each fault of the catalogue in the kernel as it is now, shrinks it, and explores its correction by the
 * same campaign.
 */

const SEED = 1
const CHUNK = 16
const FIND_SECONDS = 600
/** The correction is explored for this many times the executions that it took to find the fault, and at least for so many, as far as the time allows. */
const VERIFY_FACTOR = 20
const VERIFY_LEAST = 400
const VERIFY_SECONDS = 30

/** What exploring a corrected kernel came to. */
interface Corrected {
  readonly executions: number
  readonly seconds: number
  readonly found: readonly string[]
}

/** One fault, found, and its correction. */
interface Told {
  readonly listed: Listed
  readonly finding: Finding
  readonly corrected: Corrected
}

/** Where the documents are: a file for each finding, what came of the corrections, and the page. */
export interface FindingsPaths {
  readonly dir: string
  readonly corrections: string
  readonly page: string
}

/** Does it anew for the faults in `ids` (all, if none are named), and writes the page if there is a file for every fault. Throws if one is not found. */
export async function rewriteFindings(
  paths: FindingsPaths,
  ids: readonly string[],
  /** To shrink each. */
  seconds: number,
  say: (line: string) => void,
): Promise<void> {
  for (const listed of CATALOGUE) {
    if (ids.length > 0 && !ids.includes(listed.id)) continue
    say(`${listed.id}: looking in ${listed.scenario}`)
    const { finding, corrected: result } = await tell(listed, seconds, say)
    writeFinding(join(paths.dir, `${listed.id}.json`), finding)
    const corrections = { ...correctionsIn(paths), [listed.id]: result }
    writeFileSync(paths.corrections, `${JSON.stringify(corrections, null, 2)}\n`)
    writePage(paths)
  }
}

/** Writes the page, if there is a file for every fault. */
export function writePage(paths: FindingsPaths): void {
  if (CATALOGUE.every(({ id }) => existsSync(join(paths.dir, `${id}.json`))))
    writeFileSync(paths.page, pageOf(toldIn(paths)))
}

function toldIn(paths: FindingsPaths): Told[] {
  const corrections = correctionsIn(paths)
  return CATALOGUE.map((listed) => ({
    listed,
    finding: readFinding(join(paths.dir, `${listed.id}.json`)),
    corrected: correctionOf(corrections, listed.id),
  }))
}

function correctionOf(corrections: Record<string, Corrected>, id: string): Corrected {
  const found = corrections[id]
  if (found === undefined)
    throw new Error(`${id}: no exploration of its correction is recorded; --rewrite ${id} makes one`)
  return found
}

function correctionsIn({ corrections }: FindingsPaths): Record<string, Corrected> {
  return existsSync(corrections)
    ? (JSON.parse(readFileSync(corrections, 'utf8')) as Record<string, Corrected>)
    : {}
}

async function tell(listed: Listed, seconds: number, say: (line: string) => void): Promise<Told> {
  const { id, scenario, variant, strategy } = listed
  const subject = await listedSubject(listed)
  const found = find(subject, listed)
  if (found === undefined) throw new Error(`${id}: not found in ${scenario}`)
  say(`${id}: in execution ${found.execution + 1}, after ${found.seconds.toFixed(1)} s; shrinking`)
  // The scenario stays as it is: the finding is told as one of it.
  const shrunk = shrink(subject, found, { seconds, subjects: false })
  if (shrunk === undefined) throw new Error(`${id}: does not show again when it is replayed`)
  const finding = makeFinding(shrunk, {
    ...(variant === undefined ? {} : { variant }),
    strategy: strategy === 'pct' ? `pct, depth ${listed.depth ?? 3}` : strategy,
    seed: SEED,
    execution: found.execution,
    executions: found.execution + 1,
    seconds: found.seconds,
  })
  say(
    `${id}: ${finding.preemptions} preemptions${finding.minimal ? ', proven' : `, at least ${finding.atLeast}`}; exploring the correction`,
  )
  const result = await corrected(listed, found.execution + 1)
  say(`${id}: ${result.executions} executions of the correction find ${result.found.length}`)
  return { listed, finding, corrected: result }
}

/** What a fault is found in. */
export function listedSubject(listed: Listed): Promise<Subject> {
  return subjectOf(listed, listed.variant)
}

function subjectOf({ scenario, ticks }: Listed, variant: string | undefined): Promise<Subject> {
  return kernelSubject(scenario, {
    ...(variant === undefined ? {} : { variant }),
    ...(ticks === undefined ? {} : { time: { ticks } }),
  })
}

/** The first execution that shows the fault. */
function find(subject: Subject, { strategy, depth, verdict, says }: Listed): Found | undefined {
  const started = performance.now()
  const made = makeStrategy(strategy, { seed: SEED, ...(depth === undefined ? {} : { depth }) })
  for (let first = 0; performance.now() - started < FIND_SECONDS * 1000; first += CHUNK) {
    const { found } = explore(subject.target, {
      strategy: made,
      observers: subject.observers(),
      engine: subject.options,
      executions: CHUNK,
      first,
    })
    const hit = found.find(({ report }) => report.verdict === verdict && says.test(report.message))
    if (hit !== undefined) return { ...hit, seconds: (performance.now() - started) / 1000 }
  }
  return undefined
}

/** The same campaign on the corrected kernel, for longer. */
async function corrected(listed: Listed, took: number): Promise<Corrected> {
  const { variant, correction, alsoCorrected, strategy, depth } = listed
  const names = [variant, correction, alsoCorrected].filter((name) => name !== undefined).join(',')
  const subject = await subjectOf(listed, names)
  const { executions, seconds, found } = explore(subject.target, {
    strategy: makeStrategy(strategy, { seed: SEED, ...(depth === undefined ? {} : { depth }) }),
    observers: subject.observers(),
    engine: subject.options,
    executions: Math.max(VERIFY_LEAST, took * VERIFY_FACTOR),
    seconds: VERIFY_SECONDS,
  })
  return { executions, seconds, found: found.map(({ report }) => `${report.verdict}: ${report.message}`) }
}

function pageOf(told: readonly Told[]): string {
  return [
    '# What Holdfast finds in uvm_glue.c 1.137',
    '',
    'Each fault below was found by the explorer in the kernel as it was published, or, where it says so, with a fault that hides it corrected. The table of each is the ' +
      'shortest schedule found; `holdfast findings` replays them all, and the line at the end of each replays one. Seconds are those of one run on two cores that others used too, and how far a schedule was shrunk depends on them; the number of executions depends on nothing but the sources. A correction whose campaign found nothing is not proved by that; three are, within a bound, in [verified.md](verified.md).',
    '',
    'A number of preemptions without a remark is the fewest that show the fault, which was proven; where it says `at least`, it was proven that fewer than those do not. ([exploring.md](exploring.md#findings) tells how, and up to what.)',
    '',
    'This page is written by `holdfast findings --rewrite`; `--shrink` makes its schedules smaller.',
    '',
    '| fault | verdict | scenario | found by | executions | seconds | preemptions |',
    '| --- | --- | --- | --- | ---: | ---: | ---: |',
    ...told.map(({ listed, finding }) => {
      const { found, preemptions, strategy, verdict } = finding
      const least = `${preemptions}${leastText(finding)}`
      return `| [${listed.title}](#${anchor(listed.title)}) | ${verdict} | ${listed.scenario} | ${strategy} | ${found.executions} | ${found.seconds.toFixed(1)} | ${least} |`
    }),
    '',
    ...told.flatMap((each) => sectionOf(each)),
  ].join('\n')
}

function leastText({ minimal, atLeast }: Finding): string {
  if (minimal) return ''
  return atLeast === 0 ? ' (fewest found)' : ` (fewest found; at least ${atLeast})`
}

function sectionOf({ listed, finding, corrected: { executions, seconds, found } }: Told): string[] {
  const { correction, alsoCorrected, fault, title, variant } = listed
  const about = variants.find(({ name }) => name === correction)?.about ?? ''
  const also =
    alsoCorrected === undefined ? '' : `, with \`${alsoCorrected}\` besides, since it would show that fault`
  const rest = found.length === 0 ? 'nothing' : found.join('; ')
  return [
    `## ${title}`,
    '',
    fault,
    '',
    ...(variant === undefined ? [] : [`Found in the kernel with \`${variant}\`.`, '']),
    `**Could a real kernel hit it?** ${listed.real}`,
    '',
    `**A fault of the model?** ${listed.apart}`,
    '',
    `**Correction** (\`--variant ${correction}\`): ${about} The same campaign on the corrected kernel${also}: ${executions} executions in ${seconds.toFixed(0)} s find ${rest}.${listed.corrected === undefined ? '' : ` ${listed.corrected}`}`,
    '',
    reportMarkdown(finding),
    '',
  ]
}

function anchor(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^a-z0-9_ -]/g, '')
    .replaceAll(' ', '-')
}
