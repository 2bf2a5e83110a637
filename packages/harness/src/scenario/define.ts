import { parseScenario } from './load.js'
import type { ProcessSpec, Program, Scenario } from './types.js'

/** A scenario whose programs may name only the processes, channels and programs that it declares. */
interface Declared<P extends string, C extends string, G extends string>
  extends Omit<Scenario, 'channels' | 'programs' | 'processes'> {
  readonly channels?: readonly C[]
  readonly programs?: { readonly [K in G]: Program<NoInfer<P>, NoInfer<C>, NoInfer<G>> }
  readonly processes: readonly ({ readonly name: P } & Omit<
    ProcessSpec<NoInfer<P>, NoInfer<C>, NoInfer<G>>,
    'name'
  >)[]
}

/**
 * Declares a scenario in TypeScript. A name that is not declared is a type error, and whatever a file is
 * checked for is checked here too. Throws UsageError.
 */
export function defineScenario<
  const P extends string,
  const C extends string = never,
  const G extends string = never,
>(scenario: Declared<P, C, G>): Scenario {
  return parseScenario(scenario)
}
