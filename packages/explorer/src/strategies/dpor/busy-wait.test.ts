import { expect, test } from 'vitest'
import { explore } from '../../explore.js'
import { OptimalDpor } from './optimal-dpor.js'
import { cas, load, opTarget, store } from './testing/op-program.js'

const TURNS = 100_000

// A read depends on the last write of its word alone. To look at the reads since, too, is 5,000,000,000 looks here: no test waits for that.
test.each([
  ['load', load(1)],
  ['compare-and-swap that fails', cas(1, 1, 2)],
])(
  `a busy wait of ${TURNS} turns, each a %s, is analysed step by step in time that does not grow with the steps before`,
  (_, turn) => {
    const target = opTarget({
      memory: [0, 0],
      threads: [Array.from({ length: TURNS }, () => turn), [store(1, 0)]],
    })
    const { points, buggy } = explore(target, {
      strategy: new OptimalDpor(),
      executions: 2,
      engine: { stepLimit: 2 * TURNS },
    })
    expect([points, buggy]).toEqual([2 * (TURNS + 1), 0])
  },
)
