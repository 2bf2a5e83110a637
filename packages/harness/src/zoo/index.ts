import { clock } from './clock.js'
import { hold } from './hold.js'
import { kick } from './kick.js'
import { locks } from './locks.js'
import { lwp } from './lwp.js'
import type { Mutant } from './mutant.js'
import { swapIn } from './swap-in.js'
import { swapOut } from './swap-out.js'

/** The historic faults by family, in the order in which they are told. */
export const FAMILIES: readonly { readonly title: string; readonly mutants: readonly Mutant[] }[] = [
  { title: 'Kicking the swapper', mutants: kick },
  { title: 'Holding an LWP', mutants: hold },
  { title: 'Swapping out', mutants: swapOut },
  { title: 'Swapping in', mutants: swapIn },
  { title: 'The life of an LWP', mutants: lwp },
  { title: 'The clock', mutants: clock },
  { title: 'Locks', mutants: locks },
]

/** The zoo. */
export const MUTANTS: readonly Mutant[] = FAMILIES.flatMap(({ mutants }) => mutants)

/** The mutant of that name, if there is one. */
export function mutantOf(id: string): Mutant | undefined {
  return MUTANTS.find((each) => each.id === id)
}
