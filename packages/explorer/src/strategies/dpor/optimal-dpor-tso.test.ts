import { expect, test } from 'vitest'
import { explore } from '../../explore.js'
import { Rng } from '../rng.js'
import { OptimalDpor } from './optimal-dpor.js'
import { wrongTraces } from './testing/compare.js'
import { described, opTarget } from './testing/op-program.js'
import { randomProgram } from './testing/random-program.js'
import { SleepSetSearch } from './testing/sleep-set-search.js'
import { TSO_MIXES } from './testing/tso-mixes.js'

const PROGRAMS = 60
for (const [about, mix] of Object.entries(TSO_MIXES)) {
  test(`${about}: of ${PROGRAMS} random programs the traces visited are those of all interleavings, each once`, () => {
    const rng = new Rng(1)
    let compared = 0
    for (let i = 0; compared < PROGRAMS; i++) {
      rng.seed(30, i)
      const program = randomProgram(rng, mix)
      const compare = wrongTraces(opTarget(program), mix.engine, 1500)
      if (compare === null) continue
      compared++
      expect(compare.wrong, described(program)).toBe('')
    }
  })
}

for (const [about, mix] of Object.entries(TSO_MIXES)) {
  test(`${about}, larger: the traces visited are as many as a search with sleep sets alone finds, 8 programs`, () => {
    const rng = new Rng(1)
    const engine = mix.engine ?? {}
    const larger = { ...mix, ops: mix.ops + 1 }
    let compared = 0
    for (let i = 0; compared < 8; i++) {
      rng.seed(31, i)
      const program = randomProgram(rng, larger)
      const target = opTarget(program)
      const all = explore(target, { strategy: new SleepSetSearch(), engine, executions: 10_000 })
      if (!all.complete) continue
      compared++
      const executions = all.executions - all.abandoned
      const result = explore(target, { strategy: new OptimalDpor(), engine, executions: executions + 1 })
      const { blocked } = all
      expect(result, described(program)).toMatchObject({ executions, blocked, abandoned: 0, complete: true })
    }
  })
}
