import type { Patch } from '@holdfast/compiler'
import { explore, makeStrategy } from '@holdfast/explorer'
import { kernelBuild } from '../explore/machine/kernel-build.js'
import { subjectOfBuild } from '../explore/subject/kernel-subject.js'
import { SMALL_SCENARIOS } from '../explore/scenarios/index.js'
import type { Scenario } from '../scenario/types.js'

/** What all checkers say in so many executions of a scenario, random walks if nothing is said, on the kernel with these patches. Throws Error if no small scenario has that name. */
export async function said(
  scenario: string | Scenario,
  patches: readonly Patch[],
  {
    seed,
    executions,
    strategy = 'random',
  }: { readonly seed: number; readonly executions: number; readonly strategy?: string },
): Promise<string[]> {
  const found = typeof scenario === 'string' ? named(scenario) : scenario
  const subject = subjectOfBuild(found, await kernelBuild(patches))
  const result = explore(subject.target, {
    strategy: makeStrategy(strategy, { seed }),
    observers: subject.observers(),
    executions,
    engine: subject.options,
  })
  return result.found.map(({ report }) => report.message)
}

function named(wanted: string): Scenario {
  const scenario = SMALL_SCENARIOS.find(({ name }) => name === wanted)
  if (scenario === undefined) throw new Error(`no scenario is called ${wanted}`)
  return scenario
}
