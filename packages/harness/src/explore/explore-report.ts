import { reportText } from '@holdfast/explorer'
import type { EngineOptions } from '@holdfast/explorer'
import { bar } from '../report/bar.js'
import { count, plural, rate } from '../report/table.js'
import type { CampaignProgress } from './campaign/campaign.js'
import type { Leg } from './campaign/campaign-plan.js'
import type { ExploreResult, Written } from './explore-result.js'

export interface Paper {
  readonly width: number
  readonly colour: boolean
}

export interface Introduction {
  readonly subject: string
  readonly actors: readonly string[]
  readonly legs: readonly Leg[]
  readonly memoryModel: EngineOptions['memoryModel']
  readonly executions: number | undefined
  readonly seconds: number | undefined
  readonly jobs: number
  /** Characters of a line, if that matters. */
  readonly width?: number | undefined
}

const MOST_ACTORS_NAMED = 8

/** What is about to be explored, how, and for how long. */
export function introduction({ subject, actors, legs, memoryModel, width, ...budget }: Introduction): string {
  const named = actors.slice(0, MOST_ACTORS_NAMED).join(', ')
  const more = actors.length > MOST_ACTORS_NAMED ? ', ...' : ''
  const only = legs.length === 1 ? (legs[0] as Leg) : undefined
  const strategies = legs.map(({ label, share }) => `${label} ${Math.round(100 * share)}%`)
  const notes =
    only !== undefined && only.exhaustive && budget.jobs > 1
      ? [`${only.label} goes from one execution to the next: it runs in one job`]
      : []
  return [
    subject,
    ...(actors.length === 0 ? [] : [`  actors    ${actors.length}: ${named}${more}`]),
    ...listed('  strategy  ', only === undefined ? strategies : [only.label], width),
    `  budget    ${budgetText(budget)}${budget.jobs > 1 ? `, ${budget.jobs} jobs` : ''}`,
    ...(memoryModel === 'sc'
      ? []
      : [`  memory    ${memoryModel}: stores go through the store buffer of their actor`]),
    ...notes.map((note) => `  note      ${note}`),
    '',
  ].join('\n')
}

/** Items after a label, in as many lines as they need. */
function listed(label: string, items: readonly string[], width = Number.POSITIVE_INFINITY): string[] {
  const lines: string[] = []
  let line = label
  for (const [n, item] of items.entries()) {
    const text = n < items.length - 1 ? `${item};` : item
    if (line.length > label.length && line.length + 1 + text.length > width) {
      lines.push(line)
      line = ' '.repeat(label.length)
    }
    line += line.length === label.length ? text : ` ${text}`
  }
  return [...lines, line]
}

function budgetText({ executions, seconds }: Pick<Introduction, 'executions' | 'seconds'>): string {
  const parts = [
    ...(executions === undefined ? [] : [plural(executions, 'execution')]),
    ...(seconds === undefined ? [] : [`${seconds} s`]),
  ]
  return parts.length === 0 ? 'none: until all is visited, or Ctrl-C' : parts.join(' or ')
}

/** How a campaign is getting on, in one line. */
export function progressText(subject: string, so: CampaignProgress): string {
  const speed = so.seconds > 0 ? so.points / so.seconds / 1e6 : 0
  const left = so.remaining === null ? '' : `  about ${count(so.remaining)} to come`
  const found = so.findings === 0 ? '' : `  ${plural(so.findings, 'finding')}`
  return `${subject}  ${so.seconds.toFixed(1)} s  ${count(so.executions)} executions  ${speed.toFixed(2)} M points/s${found}${left}`
}

/** The same in several lines, with a bar if it is known how much there is. */
export function progressView(
  subject: string,
  so: CampaignProgress,
  budget: Pick<Introduction, 'executions' | 'seconds'>,
): string {
  const { executions, seconds, remaining, traces, depth, findings, points } = so
  const shares = [
    ...(budget.seconds === undefined ? [] : [seconds / budget.seconds]),
    ...(budget.executions === undefined ? [] : [executions / budget.executions]),
    ...(remaining === null ? [] : [executions / Math.max(1, executions + remaining)]),
  ]
  const known = shares.length === 0 ? '' : `${bar(Math.max(...shares))}  `
  const of = budget.seconds === undefined ? '' : ` of ${budget.seconds}`
  const parts = [
    plural(executions, 'execution'),
    ...(traces === undefined ? [] : [plural(traces, 'trace')]),
    `${rate(seconds > 0 ? points / seconds : 0)} points/s`,
    ...(depth > 0 ? [`depth ${count(depth)}`] : []),
    ...(remaining === null ? [] : [`about ${count(remaining)} to come`]),
  ]
  const found = findings === 0 ? 'nothing found so far' : `${plural(findings, 'finding')} so far`
  return [`${subject}  ${known}${seconds.toFixed(1)}${of} s`, parts.join(', '), found].join('\n')
}

/** What came of it: each finding as a report, then how much was visited and what was not. */
export function exploreReport(result: ExploreResult, written: readonly Written[], paper: Paper): string {
  const findings = written.map(({ finding, file }, i) => {
    const head = `FINDING ${i + 1} of ${written.length}`
    return `${head}\n\n${reportText(finding, paper)}${file === '' ? '' : `in ${file}\n`}`
  })
  const unrepeatable = result.findings.filter(({ schedule }) => schedule === '')
  const told = unrepeatable.map(
    ({ verdict, message, sites }) =>
      `FINDING\n\n${verdict}: ${message}\n${sites.map((site) => `    at ${site}\n`).join('')}`,
  )
  return [...told, ...findings, ...summary(result), ''].join('\n')
}

function summary(result: ExploreResult): string[] {
  const { executions, traces, seconds, points } = result
  const traced = traces === null ? '' : ` (${plural(traces, 'trace')})`
  const speed =
    seconds >= 0.1
      ? `: ${rate(executions / seconds)} executions/s, ${rate(points / seconds / 1e6)} M points/s`
      : ''
  const lines = [
    `${plural(executions, 'execution')}${traced}, ${count(points)} points in ${seconds.toFixed(2)} s${speed}`,
    reach(result),
  ]
  if (result.interrupted) lines.push('Interrupted: this is what was found until then.')
  if (result.error !== null) lines.push(`Ended before its time, by ${result.error}`)
  if (result.blocked > 0) lines.push(`${plural(result.blocked, 'execution')} given up as redundant.`)
  if (result.cut > 0 || result.inconclusive) lines.push(cutText(result))
  if (result.strategies.length > 1) {
    for (const { strategy, executions: own, found } of result.strategies)
      lines.push(`  ${strategy.padEnd(26)} ${count(own).padStart(10)} executions  found ${found}`)
  }
  const number = result.findings.length
  const until = result.error === null ? '' : ' until then'
  if (number > 0) lines.push(`${plural(number, 'finding')}${until}.`)
  else if (result.inconclusive) lines.push(`Nothing found${until}, nor shown to hold.`)
  else lines.push(`Nothing found${until}.`)
  return lines
}

/** What was cut off is no verdict on the rest of it. */
function cutText({ cut, executions, inconclusive }: ExploreResult): string {
  if (executions === 0) return 'No execution came to its end: this is no verdict.'
  if (inconclusive)
    return `No execution came to its end: the step limit cut off ${executions === 1 ? 'the only one' : `all ${count(executions)}`}. This is no verdict; --step-limit sets another.`
  return `${count(cut)} of ${plural(executions, 'execution')} cut off by the step limit: what they would have come to is not known.`
}

/** How far it went, and what was left out. */
function reach(result: ExploreResult): string {
  if (result.complete)
    return 'Complete: every interleaving was visited, up to the order of operations that commute.'
  const [only] = result.strategies
  if (only !== undefined && result.strategies.length === 1) {
    if (only.finished) return `Complete within its bound: ${only.bound ?? 'all'}. Others were not visited.`
    if (only.bound !== null) return `Not complete: ${only.bound}.`
  }
  const left =
    result.remaining === null ? '' : ` About ${plural(result.remaining, 'execution')} are still to come.`
  // A search visits one interleaving after the other: what it has not come to is no matter of chance.
  if (only !== undefined && /^(dpor|dfs)/.test(only.strategy) && result.strategies.length === 1)
    return `Not complete: the search was ended before it had visited all.${left}`
  return `Not complete: a sample of the interleavings.${left}`
}
