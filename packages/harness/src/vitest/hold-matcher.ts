import { relative } from 'node:path'
import { programFile, reportText } from '@holdfast/explorer'
import type { Program } from '@holdfast/explorer'
import { runCampaign } from '../explore/campaign/campaign.js'
import type { Campaign } from '../explore/campaign/campaign.js'
import { planOf } from '../explore/campaign/campaign-plan.js'
import type { Leg } from '../explore/campaign/campaign-plan.js'
import { Jobs } from '../explore/campaign/jobs.js'
import type { About } from '../explore/campaign/job-tasks.js'
import type { SubjectSpec } from '../explore/subject/subject-of-spec.js'
import { tellStopped } from '../explore/campaign/stopped.js'
import { Hang } from '../explore/campaign/thread-watch.js'
import type { UsageError } from '../scenario/problem.js'
import { count, plural } from '../report/table.js'
import { checkOptions } from './hold-options.js'
import type { HoldOptions } from './hold-options.js'

interface Verdict {
  readonly pass: boolean
  readonly message: () => string
}

/** Where nothing else is said, an exploration that takes longer has failed. */
const DEFAULT_SECONDS = 60
const SIZES = { smallest: 1_024, largest: 65_536 }
const DEFAULT_EXECUTIONS = 10_000
const SHRINK = { seconds: 10, attempts: 20_000 }

/** See index.ts. The program is compiled from its file, in a worker thread; what the test has loaded is only looked at for its name. */
export async function toHoldInEveryInterleaving(
  received: unknown,
  options: HoldOptions = {},
): Promise<Verdict> {
  checkOptions(options)
  const program = programIn(received)
  const spec: SubjectSpec = {
    target: targetOf(program),
    params: options.params ?? {},
    engine: options.engine ?? {},
    variant: undefined,
    all: false,
  }
  const legs = await planOf('program', {
    strategy: options.strategy ?? (options.delays === undefined ? undefined : 'delay-bound'),
    seed: options.seed ?? 1,
    depth: options.depth,
    bound: options.preemptions ?? options.delays,
  })
  const jobs = new Jobs(1)
  try {
    const { chance } = await readyFor(spec, jobs)
    if (chance !== undefined) return unrepeatable(program.name, chance.message)
    const campaign = await explored(spec, legs, options, jobs)
    return await verdictOn(campaign, program.name, { spec, legs, options, jobs })
  } catch (error) {
    if (error instanceof Hang) return neverOn(program.name, error)
    throw error
  } finally {
    await jobs.close()
  }
}

/** What is wrong with the program is told without the stack of the thread that noticed. */
async function readyFor(spec: SubjectSpec, jobs: Jobs): Promise<About> {
  try {
    return await jobs.ready(spec)
  } catch (error) {
    if (error instanceof Error) error.stack = `${error.name}: ${error.message}`
    throw error
  }
}

function programIn(received: unknown): Program {
  if (typeof received === 'object' && received !== null && 'threads' in received && 'name' in received)
    return received as Program
  throw new TypeError(
    `toHoldInEveryInterleaving: a program made by defineProgram is expected, and ${received === null ? 'null' : `a ${typeof received}`} was given`,
  )
}

/** The program in its file, as the command line names it too. */
function targetOf(program: Program): string {
  const file = programFile(program)
  if (file === undefined)
    throw new TypeError(
      `toHoldInEveryInterleaving: it is not known in which file '${program.name}' is defined; call defineProgram of @holdfast/explorer, at the top level of a module`,
    )
  const from = relative(process.cwd(), file)
  return `${from.startsWith('..') ? file : `./${from}`}#${program.name}`
}

function explored(
  spec: SubjectSpec,
  legs: readonly Leg[],
  options: HoldOptions,
  jobs: Jobs,
): Promise<Campaign> {
  const { executions, seconds } = options
  const endless = legs.some(({ exhaustive }) => !exhaustive)
  const isOpen = executions === undefined && seconds === undefined
  return runCampaign({
    spec,
    legs,
    executions: isOpen && endless ? DEFAULT_EXECUTIONS : executions,
    seconds: isOpen ? DEFAULT_SECONDS : seconds,
    maxFindings: 1,
    sizes: SIZES,
    traces: false,
    jobs,
    signal: new AbortController().signal,
  })
}

async function verdictOn(
  campaign: Campaign,
  name: string,
  {
    spec,
    legs,
    options,
    jobs,
  }: { spec: SubjectSpec; legs: readonly Leg[]; options: HoldOptions; jobs: Jobs },
): Promise<Verdict> {
  const [found] = campaign.found
  const [leg] = legs as readonly [Leg]
  const went = `${plural(campaign.executions, 'execution')}, ${count(campaign.points)} operations`
  if (campaign.drift !== undefined) return unrepeatable(name, campaign.drift)
  if (campaign.stopped !== undefined && found === undefined) return neverOn(name, campaign.stopped)
  if (found !== undefined) {
    const finding = await jobs.finding(
      {
        kind: 'finding',
        spec,
        report: found.report,
        schedule: found.schedule,
        after: found.after,
        context: {
          strategy: leg.label,
          seed: leg.exhaustive ? undefined : leg.strategy.options.seed,
          execution: found.execution,
          executions: found.within,
          seconds: found.seconds,
        },
        shrink: SHRINK,
      },
      new AbortController().signal,
    )
    return {
      pass: false,
      message: () => `${name} does not hold in every interleaving\n\n${reportText(finding)}`,
    }
  }
  const { finished, bound } = campaign.legs[0] ?? { finished: false, bound: null }
  const isSample = options.executions !== undefined || options.seconds !== undefined || !leg.exhaustive
  if (!finished && !isSample) {
    const reach = bound === null ? '' : ` It has visited ${bound}.`
    const how = `a bound (preemptions: 2), a smaller program, or a budget (seconds: ${2 * DEFAULT_SECONDS}) in which it need not be complete`
    return {
      pass: false,
      message: () =>
        `${name}: not every interleaving was visited in ${DEFAULT_SECONDS} s (${went}), though none of those shows a fault.${reach}\nTry ${how}.`,
    }
  }
  const extent = finished ? (bound ?? 'every interleaving') : (bound ?? `a sample by ${leg.label}`)
  return { pass: true, message: () => `${name} holds in ${extent} (${went}), and was expected not to` }
}

function unrepeatable(name: string, how: string): Verdict {
  return {
    pass: false,
    message: () => `${name} does not do the same when it is run again\n\nnondeterminism: ${how}`,
  }
}

/** It makes no operation for long: no search of it ends. */
function neverOn(name: string, stopped: Hang | UsageError): Verdict {
  const { fault, error } = tellStopped(stopped, [])
  const text = fault === undefined ? error?.message : `${fault.verdict}: ${fault.message}`
  return { pass: false, message: () => `${name} does not hold in every interleaving\n\n${text}` }
}
