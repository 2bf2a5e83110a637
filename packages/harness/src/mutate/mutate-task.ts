import type { Patch } from '@holdfast/compiler'
import type { Reach } from './coverage.js'
import type { Focus } from './focus.js'
import type { Outcome } from './outcome.js'
import { Pulse } from './pulse.js'
import { reach, tryMutant } from './try-mutant.js'

/** What a worker thread is asked for. Plain data. */
export type MutateTask =
  | { readonly kind: 'reach'; readonly scenario: string; readonly seed: number }
  | {
      readonly kind: 'mutant'
      readonly patches: readonly Patch[]
      readonly focus: Focus
      readonly scenarios: readonly string[]
      readonly nearest: number
      readonly reached: boolean
      readonly seed: number
      readonly executions: number
      readonly seconds: number | undefined
      /** That of a {@link Pulse}, by which it shows that it gets on. */
      readonly pulse: SharedArrayBuffer
    }

export default async function work(task: MutateTask): Promise<Reach | Outcome> {
  if (task.kind === 'reach') return reach(task.scenario, task.seed)
  const pulse = new Pulse(task.pulse)
  return tryMutant({ ...task, alive: (done) => pulse.beat(done) })
}
