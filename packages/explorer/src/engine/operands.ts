import { CHOOSE, COPY, CV_WAIT, FENCE, FILL, JOIN, SPIN_WHILE_BOTH, YIELD } from '@holdfast/compiler'
import { isCall } from '../program/model-mem.js'
import type { ActorMem } from './actor-mem.js'
import type { Coroutine } from './target.js'
import type { World } from './world.js'

/** A timeout in ms as an operand: a whole number, or -1 if it is none (infinite, or longer than anybody waits). */
export function ticks(timeout: number): number {
  return timeout < 0x7fff_ffff ? Math.max(0, Math.ceil(timeout)) : -1
}

/** The operand of SPAWN: see {@link call}. */
export function makerOf(operand: unknown): (mem: ActorMem) => Coroutine {
  if (isCall(operand)) return operand as unknown as (mem: ActorMem) => Coroutine
  throw new TypeError('spawn takes call(f, ...arguments)')
}

/** Most alternatives of a CHOOSE. */
const MOST_ALTERNATIVES = 60

/**
 * Checks what the pending operation of `actor` names: words in the memory of the program, alternatives, threads. Throws RangeError, which ends the
 * thread. For pure targets only: it is called once for each operation that is new.
 */
export function checkOperands(world: World, actor: number): void {
  const { kind, a, b, c } = world
  const first = a[actor] as number
  switch (kind[actor]) {
    case FENCE:
    case YIELD:
      return
    case CHOOSE:
      if (first >= 1 && first <= MOST_ALTERNATIVES) return
      throw new RangeError(`choose(${first}); 1 to ${MOST_ALTERNATIVES} alternatives are allowed`)
    case JOIN:
      if (world.hasActor(first)) return
      throw new RangeError(`join(${first}); there is no such thread`)
    case FILL:
      return words(world, first, b[actor] as number)
    case COPY:
      words(world, first, c[actor] as number)
      return words(world, b[actor] as number, c[actor] as number)
    case SPIN_WHILE_BOTH:
      words(world, first, 1)
      return words(world, c[actor] as number, 1)
    case CV_WAIT:
      words(world, first, 1)
      return words(world, b[actor] as number, 1)
    default:
      words(world, first, 1)
  }
}

function words(world: World, addr: number, count: number): void {
  const most = world.words.length
  if (addr > 0 && count >= 0 && addr + count <= most) return
  throw new RangeError(
    `word ${addr}${count === 1 ? '' : ` and ${count - 1} more`}: outside the memory of the program, 1 to ${most - 1}`,
  )
}
