import { explore, makeStrategy } from '@holdfast/explorer'
import { expect, test } from 'vitest'
import { CORRECTED } from '../../mutate/corrected.js'
import { kernelSubject } from './kernel-subject.js'
import { SMALL_SCENARIOS } from '../scenarios/index.js'

const CORRECTIONS = 'recheck-inmem,free-takes-swaplock,not-in-switch,addref-while-draining,forget-in-zombies'
/** What the kernel keeps to everywhere, but for what the layouts declare; and what a late release would come to. */
const MUST_HOLD: readonly string[] = [
  'guardedBy',
  'race',
  'useAfterFree',
  'lockOrder',
  'crash',
  'livelock',
  'lostWakeup',
]

async function verdicts(
  scenario: (typeof SMALL_SCENARIOS)[number],
  variant: string,
  memoryModel: 'sc' | 'tso',
) {
  const subject = await kernelSubject(scenario, { variant, engine: { memoryModel } })
  const found: string[] = []
  for (const name of ['random', 'pos']) {
    const { found: some } = explore(subject.target, {
      strategy: makeStrategy(name, { seed: 5 }),
      observers: subject.observers(),
      executions: 1,
      engine: subject.options,
    })
    for (const { report } of some) if (MUST_HOLD.includes(report.verdict)) found.push(report.message)
  }
  return found
}

/** Every third of them: the others show no more. */
for (const scenario of SMALL_SCENARIOS.filter((_, i) => i % 3 === 0)) {
  test(`${scenario.name}: under tso locks are released by plain stores without a false alarm (an execution of random and of pos)`, async () => {
    expect(await verdicts(scenario, CORRECTIONS, 'tso')).toEqual([])
    expect(await verdicts(scenario, `${CORRECTIONS},plain-release`, 'tso')).toEqual([])
  })
}

test('hold-vs-swapout: plain releases show nothing under sc, and the patches of the unfenced variant apply', async () => {
  const scenario = SMALL_SCENARIOS.find(({ name }) => name === 'hold-vs-swapout')
  if (scenario === undefined) throw new Error('there is no hold-vs-swapout')
  expect(await verdicts(scenario, `${CORRECTIONS},plain-release`, 'sc')).toEqual([])
  expect(await verdicts(scenario, `${CORRECTIONS},plain-release-unfenced`, 'sc')).toEqual([])
})

test('recycle-vs-scan: under tso a new LWP is what its creator has made of it, though it was cleared by plain stores (an execution of random)', async () => {
  const scenario = SMALL_SCENARIOS.find(({ name }) => name === 'recycle-vs-scan')
  if (scenario === undefined) throw new Error('there is no recycle-vs-scan')
  const subject = await kernelSubject(scenario, {
    variant: CORRECTED,
    engine: { memoryModel: 'tso' },
  })
  const strategy = makeStrategy('random', { seed: 7 })
  const { found } = explore(subject.target, {
    strategy,
    observers: subject.observers(),
    executions: 1,
    engine: subject.options,
  })
  expect(found.map(({ report }) => report.message)).toEqual([])
})
