import { AWAIT, LOAD, READ, SPIN_WHILE, SPIN_WHILE_BOTH } from '@holdfast/compiler'
import { KINDS } from '../../engine/kinds.js'
import { MAX_ACTORS } from '../../engine/world.js'
import type { World } from '../../engine/world.js'
import { ADDR, ADDR2, CHOICE, WORDS2, kindOf, ownWord, touchInstead } from '../dependence.js'
import type { EventLog } from './event-log.js'

/** Kinds that look at words, which the store buffer of their actor may answer. */
const SEES = new Uint8Array(KINDS)
for (const kind of [READ, LOAD, SPIN_WHILE, SPIN_WHILE_BOTH, AWAIT]) SEES[kind] = 1

/** Whether the condition that `actor` waits for would hold, for what it would see, had the event `e` and what comes of it not been. */
export function seenWithout(log: EventLog, world: World, actor: number, e: number): boolean {
  const value = (word: number): number =>
    log.seesOwnWithout(world, actor, word, e)
      ? log.ownValue(world, actor, word)
      : log.valueWithout(world, word, e, -1, -1)
  const first = value(world.a[actor] as number) === world.b[actor]
  switch (world.kind[actor]) {
    case SPIN_WHILE:
      return !first
    case AWAIT:
      return first
    default:
      return !first || value(world.c[actor] as number) !== world.d[actor]
  }
}

/** The step in `steps[step ..]` is to come before `e`: if it looks at words, its own buffer may answer there. */
export function answeredBefore(
  log: EventLog,
  world: World,
  steps: Int32Array,
  step: number,
  e: number,
): void {
  if (SEES[kindOf(steps, step)] === 0) return
  const actor = (steps[step + CHOICE] as number) & (MAX_ACTORS - 1)
  const own = (addr: number): number =>
    addr < log.store && log.seesOwnWithout(world, actor, addr, e) ? ownWord(world, actor, addr) : addr
  const two = (steps[step + WORDS2] as number) > 0
  touchInstead(steps, step, own(steps[step + ADDR] as number), two ? own(steps[step + ADDR2] as number) : -1)
}
