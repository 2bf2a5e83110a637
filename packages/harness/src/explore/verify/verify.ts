import { explore, PreemptionBound } from '@holdfast/explorer'
import { bootMachine, prepare } from '../../run/prepare.js'
import { kernelBuild } from '../machine/kernel-build.js'
import type { Patch } from '@holdfast/compiler'
import { AtRest } from '../checkers/kernel-checkers.js'
import { DEFAULT_TIME } from '../machine/machine-time.js'
import { placeOf } from '../machine/machinery.js'
import { MachineTarget } from '../machine/machine-target.js'
import { StackUse } from '../checkers/stack-use.js'
import { SwapWatch } from '../checkers/swap-watch.js'
import { periodOf } from './period.js'
import { patchesNamed } from '../subject/own-variant.js'
import type { Claim, Explored, Verified } from './verified-claim.js'
import { UNCORRECTED } from './verified-claim.js'

export interface VerifyOptions {
  /** Most seconds of each exploration; one that does not end in time shows nothing. Default: no limit. */
  readonly seconds?: number
  /** Called about ten times a second, with what is explored now. Returns false to end. */
  readonly progress?: (what: string, executions: number) => boolean
}

const STEP_LIMIT = 200_000
const SEED = 1

/**
 * Looks into a claim: explores its scenario within its bound, which must find nothing, and again with each planted fault, until that is found.
 *
 * The checkers are those whose judgement depends on states alone (assertions, panics, deadlocks and lost wake-ups, use of stacks that are
 * not wired, the invariants at the end, {@link SwapWatch}), since a state is visited once, whatever the way to it.
 */
export async function verify(claim: Claim, options: VerifyOptions = {}): Promise<Verified> {
  const corrections = await patchesNamed(claim.variant)
  const own = await exploreClaim(claim, corrections, claim.id, options)
  const planted: Verified['planted'][number][] = []
  for (const name of claim.planted) {
    const patches = name === UNCORRECTED ? [] : [...corrections, ...(await patchesNamed(name))]
    planted.push({ name, explored: await exploreClaim(claim, patches, `${claim.id}, ${name}`, options, 1) })
  }
  const holds =
    own.complete && own.found.length === 0 && planted.every(({ explored }) => explored.found.length > 0)
  return { id: claim.id, claim: own, planted, holds }
}

async function exploreClaim(
  claim: Claim,
  patches: readonly Patch[],
  what: string,
  { seconds, progress }: VerifyOptions,
  most = Infinity,
): Promise<Explored> {
  const build = await kernelBuild(patches)
  const machine = { ...claim.scenario.machine, ...claim.machine }
  const scenario = { ...claim.scenario, machine }
  const image = bootMachine(prepare(scenario, {}, SEED))
  const during = periodOf(claim, scenario, image, () => target.hidden())
  const time = { ...DEFAULT_TIME, freeTicks: claim.ticks ?? 0 }
  const target = new MachineTarget(scenario, image, build, time, (world) => during.holds(world))
  const strategy = new PreemptionBound({
    bound: claim.bound,
    cache: true,
    frames: true,
    sharedOnly: true,
    during,
  })
  const site = placeOf(build.compiled.sites)
  const result = explore(target, {
    strategy,
    observers: [new SwapWatch(target, site), new StackUse(target, site), new AtRest(target)],
    engine: { stepLimit: STEP_LIMIT },
    maxFindings: most,
    ...(seconds === undefined ? {} : { seconds }),
    ...(progress === undefined ? {} : { progress: ({ executions }) => progress(what, executions) }),
  })
  const found = result.found.map(({ report }) => `${report.verdict}: ${report.message}`)
  return {
    executions: result.executions,
    lastPass: strategy.visited,
    states: strategy.states,
    seconds: Math.round(result.seconds * 10) / 10,
    complete: result.complete,
    bound: result.bound ?? 'every interleaving',
    found: [...new Set(found)],
  }
}
