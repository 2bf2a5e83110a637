import { readFileSync } from 'node:fs'
import { explore, LockOrder, makeStrategy } from '@holdfast/explorer'
import { expect, test } from 'vitest'
import { kernelSubject } from '../subject/kernel-subject.js'
import { SMALL_SCENARIOS } from '../scenarios/index.js'

const VARIANT = 'recheck-inmem,free-takes-swaplock,not-in-switch,addref-while-draining,forget-in-zombies'
const EXECUTIONS = 3
/** What the kernel keeps to everywhere, but for what the layouts declare. */
const MUST_HOLD: readonly string[] = ['guardedBy', 'race', 'useAfterFree', 'lockOrder', 'crash', 'livelock']

/** The locks in the order of docs/locking.md, outermost first. */
function documented(): string[] {
  const text = readFileSync(new URL('../../../../../docs/locking.md', import.meta.url), 'utf8')
  const block = /### As explored\n[^]*?\n\n((?: {4}[^\n]*\n)+)/.exec(text)?.[1] ?? ''
  return block.split(/\s+/).filter((word) => word !== '')
}

test('docs/locking.md names each lock once', () => {
  const order = documented()
  expect(order.length).toBeGreaterThan(20)
  expect(new Set(order).size).toBe(order.length)
})

for (const scenario of SMALL_SCENARIOS) {
  test(`${scenario.name}: every lock is waited for in the order of docs/locking.md, and every field is touched as its layout says, in ${EXECUTIONS} random walks and ${EXECUTIONS} executions of POS`, async () => {
    const order = documented()
    const subject = await kernelSubject(scenario, { variant: VARIANT })
    for (const name of ['random', 'pos']) {
      const observers = subject.observers()
      const { found } = explore(subject.target, {
        strategy: makeStrategy(name, { seed: 3 }),
        observers,
        executions: EXECUTIONS,
        engine: subject.options,
      })
      const checker = observers.find((each) => each instanceof LockOrder) as LockOrder
      const wrong = checker
        .edges()
        .filter(({ from, to }) => !(order.indexOf(from) >= 0 && order.indexOf(from) < order.indexOf(to)))
      expect(wrong.map(({ from, to }) => `${from} -> ${to}`)).toEqual([])
      expect(checker.edges().length).toBeGreaterThan(15)
      const wrongs = found.filter(({ report }) => MUST_HOLD.includes(report.verdict))
      expect(wrongs.map(({ report }) => report.message)).toEqual([])
    }
  })
}
