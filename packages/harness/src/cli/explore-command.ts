import { DEFAULT_OPTIONS } from '@holdfast/explorer'
import { noCampaign, runCampaign } from '../explore/campaign/campaign.js'
import type { Campaign } from '../explore/campaign/campaign.js'
import { planOf } from '../explore/campaign/campaign-plan.js'
import type { Leg } from '../explore/campaign/campaign-plan.js'
import type { ChunkSizes } from '../explore/campaign/campaign-chunks.js'
import { exploreReport, introduction, progressText, progressView } from '../explore/explore-report.js'
import { resultOf, siteText } from '../explore/explore-result.js'
import type { Unrepeatable } from '../explore/explore-result.js'
import type { About } from '../explore/campaign/job-tasks.js'
import { tellStopped } from '../explore/campaign/stopped.js'
import { Hang } from '../explore/campaign/thread-watch.js'
import { writeFindings } from '../explore/explore-result-findings.js'
import { Jobs } from '../explore/campaign/jobs.js'
import { asUsageError, kindOf } from '../explore/subject/subject-of.js'
import type { TargetKind } from '../explore/subject/subject-of.js'
import { parseQuery } from '../explore/subject/scenario-query.js'
import { splitCheckers } from '../explore/subject/subject-of-spec.js'
import type { SubjectSpec } from '../explore/subject/subject-of-spec.js'
import { isModulePath } from '../scenario/import-default.js'
import { notAllowed, UsageError } from '../scenario/problem.js'
import { checkFolder, checkWritable, NO_CI, reportToCi } from './written-reports.js'
import type { CiChoices } from './written-reports.js'
import type { ExploreChoices } from './explore-command-options.js'
import { print, printJson, terminalWidth } from './output.js'
import { paperOf } from './explore-command-paper.js'
import { progressOn } from './progress.js'
import { EXIT_FOUND, EXIT_OK, EXIT_USAGE } from './run-command.js'
import { tellError } from './tell-error.js'

/** What is done where no budget is given: enough to see something, little enough to wait for. */
const DEFAULT_EXECUTIONS = 10_000
const DEFAULT_SCENARIO_SECONDS = 20

/** Executions of a part of a campaign: about a second of them at most. */
const SIZES: Record<TargetKind, ChunkSizes> = {
  program: { smallest: 1_024, largest: 131_072 },
  scenario: { smallest: 64, largest: 512 },
}

/** Explores a target and prints what came of it. Returns the exit code. Throws UsageError before anything starts. */
export async function exploreCommand(
  target: string,
  choices: ExploreChoices,
  signal: AbortSignal,
  ci: CiChoices = NO_CI,
): Promise<number> {
  checkWritable('--junit', ci.junit)
  checkFolder('--out', choices.out)
  const kind = kindOf(target)
  const spec: SubjectSpec = {
    target,
    params: choices.params,
    engine: choices.engine,
    variant: choices.variant,
    ...(choices.checkers.length === 0 ? {} : { checkers: choices.checkers }),
    time: choices.time,
    all: choices.all,
  }
  const { memoryModel = DEFAULT_OPTIONS.memoryModel } = choices.engine
  const jobs = new Jobs(choices.jobs)
  const progress = progressOn(process.stderr)
  try {
    await loadStrategy(jobs, choices.strategy, signal)
    const legs = await legsOf(target, kind, choices)
    const budget = budgetOf(kind, legs, choices)
    const { about, stopped } = await firstLook(jobs, spec, signal)
    const { id: subject, actors, chance } = about
    if (!choices.json)
      await print(
        introduction({
          subject,
          actors,
          legs,
          memoryModel,
          ...budget,
          jobs: jobs.count,
          width: terminalWidth(),
        }),
      )
    // It visits each trace once.
    const byDpor = legs.length === 1 && legs[0]?.strategy.name === 'dpor'
    const begin = (): Promise<Campaign> =>
      runCampaign({
        spec,
        legs,
        ...budget,
        maxFindings: choices.maxFindings,
        sizes: SIZES[kind],
        traces: kind === 'program' && legs[0]?.strategy.name !== 'dpor',
        jobs,
        signal,
        onProgress: (so) =>
          progress.update(progressText(subject, so), () =>
            progressView(subject, byDpor ? { ...so, traces: so.executions } : so, budget),
          ),
      })
    const campaign = (chance ?? stopped) === undefined ? await begin() : noCampaign(legs.length, stopped)
    const own = [...choices.checkers, ...legs.map(({ strategy }) => strategy.name)]
    const { fault, error } = tellStopped(campaign.stopped, own)
    const { shrink, out } = choices
    const onProgress = (line: string): void => progress.update(line)
    const written = await writeFindings(campaign, { spec, legs, shrink, out, jobs, signal, onProgress })
    progress.done()
    const result = resultOf(campaign, {
      target,
      subject,
      params: choices.params,
      memoryModel,
      seed: choices.seed,
      legs,
      jobs: jobs.count,
      written,
      unrepeatable: changing(chance, campaign) ?? fault,
      error: error?.message,
    })
    await reportToCi(result, written, ci)
    await (choices.json ? printJson(result) : print(exploreReport(result, written, paperOf(process.stdout))))
    if (error !== undefined) {
      tellError(error)
      return EXIT_USAGE
    }
    if (result.findings.length > 0) return EXIT_FOUND
    // Whoever has asked for an end knows why there is no verdict.
    return result.inconclusive && !result.interrupted ? EXIT_USAGE : EXIT_OK
  } finally {
    progress.done()
    await jobs.close()
  }
}

/** One of the user's own is seen to come to its end before this thread has to do with it. */
async function loadStrategy(jobs: Jobs, strategy: string | undefined, signal: AbortSignal): Promise<void> {
  if (strategy !== undefined && isModulePath(strategy)) await jobs.load({ strategy }, signal)
}

/** What hangs at once, or is thrown by a checker of the user's own, ends it before it has begun. */
async function firstLook(
  jobs: Jobs,
  spec: SubjectSpec,
  signal: AbortSignal,
): Promise<{ about: About; stopped?: Hang }> {
  try {
    return { about: await jobs.ready(spec, signal) }
  } catch (error) {
    if (!(error instanceof Hang)) throw error
    return { about: { id: spec.target, actors: [], chance: undefined }, stopped: error }
  }
}

/** That the target does not do the same when it is run again. */
function changing(chance: About['chance'], { drift }: Campaign): Unrepeatable | undefined {
  const verdict = 'nondeterminism'
  if (chance !== undefined) return { verdict, message: chance.message, sites: chance.sites.map(siteText) }
  if (drift === undefined) return undefined
  return { verdict, message: `the program was not the same again: ${drift}`, sites: [] }
}

async function legsOf(target: string, kind: TargetKind, choices: ExploreChoices): Promise<Leg[]> {
  const { interrupts } = {
    ...(kind === 'scenario' ? parseQuery(splitCheckers(target).target) : {}),
    ...choices.time,
  }
  if (kind === 'scenario' && choices.strategy === 'dpor' && interrupts !== 'polled') {
    const allowed =
      'a scenario has interrupts, at any point, which it does not reorder: add --interrupts polled; or preemption-bound, or leave it out'
    throw new UsageError([notAllowed('--strategy', 'dpor', allowed)])
  }
  try {
    return await planOf(kind, choices)
  } catch (error) {
    throw asUsageError(error)
  }
}

function budgetOf(
  kind: TargetKind,
  legs: readonly Leg[],
  { executions, seconds }: ExploreChoices,
): { executions: number | undefined; seconds: number | undefined } {
  if (executions !== undefined || seconds !== undefined) return { executions, seconds }
  if (kind === 'scenario') return { executions, seconds: DEFAULT_SCENARIO_SECONDS }
  const endless = legs.some(({ exhaustive }) => !exhaustive)
  return { executions: endless ? DEFAULT_EXECUTIONS : undefined, seconds }
}
