import { parallelSubjectOf, parallelTwinOf } from './parallel.js'
import type { ParallelCatch, ParallelSubject } from './parallel.js'
import type { ParallelTwin, Shown, ZooOptions } from './run-zoo.js'

type Options = Pick<ZooOptions, 'parallel' | 'signal' | 'onProgress'>

/** Runs every mutant of the kernel in parallel, and the kernels without them. One machine after the other: each has the processors for itself. */
export async function runInParallel(
  explored: readonly Shown[],
  options: Options,
): Promise<{ shown: Shown[]; parallelTwins: ParallelTwin[] }> {
  const shown: Shown[] = []
  for (const each of explored)
    shown.push({ ...each, parallel: await runOne(parallelSubjectOf(each.mutant), options) })
  const parallelTwins: ParallelTwin[] = []
  for (const { name, subject, mutants } of twinsOf(shown)) {
    const caught = await runOne(subject, options)
    if (caught === undefined) continue
    const found = caught === null ? [] : [{ verdict: caught.verdict, message: caught.message }]
    parallelTwins.push({ name, mutants, found })
  }
  return { shown, parallelTwins }
}

/** Undefined: not run, or interrupted. */
async function runOne(
  subject: ParallelSubject | undefined,
  { parallel, signal, onProgress }: Options,
): Promise<ParallelCatch | null | undefined> {
  if (subject === undefined || parallel === undefined || signal.aborted) return undefined
  onProgress?.(`in parallel: ${subject.scenario} with ${subject.variant}`)
  const caught = await parallel(subject, signal)
  return caught === null && signal.aborted ? undefined : caught
}

/** The scenarios in which mutants were run. */
function twinsOf(
  shown: readonly Shown[],
): { readonly name: string; readonly subject: ParallelSubject; readonly mutants: string[] }[] {
  const twins = new Map<string, { name: string; subject: ParallelSubject; mutants: string[] }>()
  for (const { mutant, parallel } of shown) {
    const subject = parallelTwinOf(mutant)
    if (subject === undefined || parallel === undefined) continue
    const name = `${subject.scenario} with ${subject.variant}`
    const known = twins.get(name) ?? { name, subject, mutants: [] }
    known.mutants.push(mutant.id)
    twins.set(name, known)
  }
  return [...twins.values()]
}
