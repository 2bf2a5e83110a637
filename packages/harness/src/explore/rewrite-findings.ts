import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { explore, makeFinding, makeStrategy, reportMarkdown, shrink, writeFinding } from '@holdfast/explorer'
import type { Finding, Found, Subject } from '@holdfast/explorer'
import { CATALOGUE } from './catalogue.js'
import type { Listed } from './catalogue.js'
import { kernelSubject } from './kernel-subject.js'
import { variants } from './variants.js'

/**
 * Makes docs/findings and docs/findings.md anew: finds each fault of the catalogue in the kernel as it is now, shrinks it, and explores its correction as far
 * as it took to find it many times over.
 */

const SEED = 1
const CHUNK = 16
const FIND_SECONDS = 600
const SHRINK_SECONDS = 60
/** The correction is explored for this many times the executions that it took to find the fault, and at least for so many. */
const VERIFY_FACTOR = 20
const VERIFY_LEAST = 400
const VERIFY_SECONDS = 90

/** One fault, found, and its correction. */
interface Told {
  readonly listed: Listed
  readonly finding: Finding
  readonly corrected: {
    readonly executions: number
    readonly seconds: number
    readonly found: readonly string[]
  }
}

/** Rewrites the folder `dir` for the faults in `ids` (all, if none are named), and the page from all files. Throws if one is not found. */
export async function rewriteFindings(
  dir: string,
  page: string,
  ids: readonly string[],
  say: (line: string) => void,
): Promise<void> {
  const told: Told[] = []
  for (const listed of CATALOGUE) {
    if (ids.length > 0 && !ids.includes(listed.id)) continue
    say(`${listed.id}: looking in ${listed.scenario}`)
    const each = await tell(listed, say)
    writeFinding(join(dir, `${listed.id}.json`), each.finding)
    told.push(each)
  }
  if (ids.length === 0) writeFileSync(page, pageOf(told))
}

async function tell(listed: Listed, say: (line: string) => void): Promise<Told> {
  const { id, scenario, variant, strategy } = listed
  const subject = await kernelSubject(scenario, variant === undefined ? {} : { variant })
  const found = find(subject, listed)
  if (found === undefined) throw new Error(`${id}: not found in ${scenario}`)
  say(`${id}: in execution ${found.execution + 1}, after ${found.seconds.toFixed(1)} s; shrinking`)
  const shrunk = shrink(subject, found, { seconds: SHRINK_SECONDS })
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
    `${id}: ${finding.preemptions} preemptions${finding.minimal ? ', proven' : ''}; exploring the correction`,
  )
  return { listed, finding, corrected: await corrected(listed, found.execution + 1) }
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
async function corrected(
  { scenario, variant, correction, strategy, depth }: Listed,
  took: number,
): Promise<Told['corrected']> {
  const names = [variant, correction].filter((name) => name !== undefined).join(',')
  const subject = await kernelSubject(scenario, { variant: names })
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
    'Each fault below was found by the explorer in the kernel as it was published, or, where it says so, with a fault that hides it corrected. The table of each is its ' +
      'shortest schedule; `holdfast findings` replays them all, and the line at the end of each replays one. Seconds are those of one run on two cores; executions and schedules depend on nothing but the sources.',
    '',
    'This page is written by `holdfast findings --rewrite`. What was found to hold is in [verified.md](verified.md).',
    '',
    '| fault | verdict | scenario | found by | executions | seconds | preemptions |',
    '| --- | --- | --- | --- | ---: | ---: | ---: |',
    ...told.map(({ listed, finding }) => {
      const { found, preemptions, strategy, minimal, verdict } = finding
      const least = `${preemptions}${minimal ? '' : ' (fewest found)'}`
      return `| [${listed.title}](#${anchor(listed.title)}) | ${verdict} | ${listed.scenario} | ${strategy} | ${found.executions} | ${found.seconds.toFixed(1)} | ${least} |`
    }),
    '',
    ...told.flatMap((each) => sectionOf(each)),
  ].join('\n')
}

function sectionOf({ listed, finding, corrected: { executions, seconds, found } }: Told): string[] {
  const { correction, fault, title, variant } = listed
  const about = variants.find(({ name }) => name === correction)?.about ?? ''
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
    `**Correction** (\`--variant ${correction}\`): ${about} The same campaign on the corrected kernel: ${executions} executions in ${seconds.toFixed(0)} s find ${rest}.`,
    '',
    reportMarkdown(finding),
    '',
  ]
}

function anchor(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-')
}
