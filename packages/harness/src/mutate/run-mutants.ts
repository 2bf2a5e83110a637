import { setMaxListeners } from 'node:events'
import { rmSync } from 'node:fs'
import { kernelBuild } from '../explore/machine/kernel-build.js'
import { SMALL_SCENARIOS } from '../explore/scenarios/index.js'
import { patchesOf } from '../explore/subject/variants.js'
import { CORRECTED } from './corrected.js'
import { Coverage } from './coverage.js'
import type { Reach } from './coverage.js'
import { EQUIVALENT } from './equivalent.js'
import type { Mutant } from './mutant.js'
import { MUTANTS_FOLDER } from './mutant-folder.js'
import { MUTANTS_PER_THREAD, MutateJobs } from './mutate-jobs.js'
import type { Outcome, Tried } from './outcome.js'

export interface RunMutantsOptions {
  readonly mutants: readonly Mutant[]
  readonly seed: number
  readonly executions: number
  readonly seconds: number | undefined
  readonly jobs: number
  readonly signal: AbortSignal
  readonly onTried?: (tried: Tried, done: number) => void
}

/** Tries mutants; when the signal comes, those that are done are returned. In the order of `mutants`. */
export async function runMutants(options: RunMutantsOptions): Promise<Tried[]> {
  const { mutants, jobs, signal, onTried } = options
  setMaxListeners(0, signal)
  const results = new Map<Mutant, Outcome>()
  const note = (mutant: Mutant, outcome: Outcome): void => {
    results.set(mutant, outcome)
    onTried?.({ mutant, outcome }, results.size)
  }
  const coverage = await coverageOf(options)
  const queue = mutants.filter((mutant) => {
    const reason = mutant.equivalent ?? EQUIVALENT.get(mutant.id)
    if (reason !== undefined) note(mutant, { status: 'equivalent', reason })
    return reason === undefined
  })
  const size = jobs * MUTANTS_PER_THREAD
  for (let at = 0; at < queue.length && !signal.aborted; at += size) {
    const batch = queue.slice(at, at + size)
    await withJobs(Math.min(jobs, batch.length), signal, (threads) =>
      batch.map(async (mutant) => {
        const { patches, file, function: name, line, lastLine } = mutant
        const focus = { file, function: name, line, lastLine }
        const { seed, executions, seconds } = options
        const order = coverage.orderFor(mutant)
        note(mutant, await threads.mutant({ patches, focus, ...order, seed, executions, seconds }, signal))
      }),
    )
  }
  return mutants.flatMap((mutant) => {
    const outcome = results.get(mutant)
    return outcome === undefined ? [] : [{ mutant, outcome }]
  })
}

async function coverageOf({ seed, jobs, signal }: RunMutantsOptions): Promise<Coverage> {
  const { compiled } = await kernelBuild(patchesOf(CORRECTED))
  const reaches: Reach[] = []
  await withJobs(jobs, signal, (threads) =>
    SMALL_SCENARIOS.map(async ({ name }, at) => {
      reaches[at] = await threads.reach(name, seed, signal)
    }),
  )
  return new Coverage(reaches, compiled.sites)
}

/** Does things in threads, and waits until all are done; what the signal ends is no error. */
async function withJobs(
  count: number,
  signal: AbortSignal,
  work: (threads: MutateJobs) => Promise<void>[],
): Promise<void> {
  const threads = new MutateJobs(count)
  try {
    await Promise.all(work(threads))
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    await threads.close()
    rmSync(MUTANTS_FOLDER, { recursive: true, force: true })
  }
}
