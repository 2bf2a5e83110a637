import { expect, test } from 'vitest'
import { INTERRUPT } from '../../engine/kinds.js'
import { explore } from '../../explore.js'
import { Rng } from '../rng.js'
import { OptimalDpor } from './optimal-dpor.js'
import { wrongTraces } from './testing/compare.js'
import * as op from './testing/op-program.js'
import { described, tickingTarget } from './testing/op-program.js'
import type { Op, OpProgram } from './testing/op-program.js'
import { MIXES, randomProgram } from './testing/random-program.js'

/** Interrupts that come when nothing else can: a machine's clock. */

const PROGRAMS = 40
/** Of programs with more interleavings not all are compared. */
const MOST = 300
const TICKS = 2

/** What a tick does: it may let go on who waits, and stores what others read. */
function randomTick(rng: Rng): Op[] {
  const word = (): number => 1 + rng.below(2)
  const ops = [op.store(word(), rng.below(3)), op.load(word()), op.add(word(), 1), op.unlock(word())]
  return Array.from({ length: 1 + rng.below(2) }, () => ops[rng.below(3)] as Op)
}

for (const about of [
  'awaits',
  'awaits of two words',
  'locks and accesses',
  'timed waits by the virtual clock',
]) {
  const mix = MIXES[about]
  if (mix === undefined) throw new Error(`no mix ${about}`)
  test(`${about}, and ${TICKS} ticks: of ${PROGRAMS} random programs that tick the traces visited are all, each once`, () => {
    const rng = new Rng(1)
    let compared = 0
    let several = 0
    for (let i = 0; compared < PROGRAMS && i < 50 * PROGRAMS; i++) {
      rng.seed(31, i)
      const program = randomProgram(rng, mix)
      const ticks = Array.from({ length: TICKS }, () => randomTick(rng))
      // What never waits never comes to a tick.
      if (!comesToATick(program, ticks)) continue
      const compare = wrongTraces(tickingTarget(program, ticks), mix.engine, MOST)
      if (compare === null) continue
      compared++
      if (compare.traces > 1) several++
      expect(compare.wrong, `${described(program)}\n${JSON.stringify(ticks)}`).toBe('')
    }
    expect(compared).toBe(PROGRAMS)
    expect(several).toBeGreaterThan(PROGRAMS / 3)
  })
}

/** Whether the first execution has a tick. */
function comesToATick(program: OpProgram, ticks: readonly (readonly Op[])[]): boolean {
  let seen = false
  const observer = {
    name: 'ticks',
    reset: () => {},
    event: (world: { evKind: number }) => {
      if (world.evKind === INTERRUPT) seen = true
    },
    finish: () => {},
  }
  explore(tickingTarget(program, ticks), {
    strategy: new OptimalDpor(),
    observers: [observer],
    executions: 1,
  })
  return seen
}
