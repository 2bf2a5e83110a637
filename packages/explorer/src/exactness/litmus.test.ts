import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { explore } from '../explore.js'
import { programSubject } from '../program/program-subject.js'
import { makeStrategy } from '../strategies/registry.js'
import { Outcomes } from './testing/outcomes.js'

/**
 * A litmus test of programs/litmus.ts: the outcomes of sequential consistency, which are those of x86-TSO with fences too, and those that x86-TSO
 * permits besides when there are none. Each list is complete: what is not in it is forbidden.
 */
interface Litmus {
  readonly sc: readonly string[]
  readonly tso: readonly string[]
  /** The outcome that the test is known for. */
  readonly asked: string
}

const LITMUS: Readonly<Record<string, Litmus>> = {
  sb: { asked: '0 | 0 ; 1 1', sc: ['0 | 1 ; 1 1', '1 | 0 ; 1 1', '1 | 1 ; 1 1'], tso: ['0 | 0 ; 1 1'] },
  mp: { asked: '1 0 ; 1 1', sc: ['0 0 ; 1 1', '0 1 ; 1 1', '1 1 ; 1 1'], tso: [] },
  lb: { asked: '1 | 1 ; 1 1', sc: ['0 | 0 ; 1 1', '0 | 1 ; 1 1', '1 | 0 ; 1 1'], tso: [] },
  iriw: {
    asked: '1 0 | 1 0 ; 1 1',
    sc: ['0 0', '0 1', '1 0', '1 1']
      .flatMap((one) => ['0 0', '0 1', '1 0', '1 1'].map((two) => `${one} | ${two} ; 1 1`))
      .filter((outcome) => outcome !== '1 0 | 1 0 ; 1 1'),
    tso: [],
  },
  r: { asked: '0 ; 1 2', sc: ['0 ; 1 1', '1 ; 1 1', '1 ; 1 2'], tso: ['0 ; 1 2'] },
  s: { asked: '1 ; 2 1', sc: ['0 ; 1 1', '0 ; 2 1', '1 ; 1 1'], tso: [] },
  '2+2w': { asked: '; 1 1', sc: ['; 1 2', '; 2 1', '; 2 2'], tso: [] },
  wrc: {
    asked: '1 | 1 0 ; 1 1',
    sc: ['0', '1']
      .flatMap((one) => ['0 0', '0 1', '1 0', '1 1'].map((two) => `${one} | ${two} ; 1 1`))
      .filter((outcome) => outcome !== '1 | 1 0 ; 1 1'),
    tso: [],
  },
  rwc: {
    asked: '1 0 | 0 ; 1 1',
    sc: ['0 0', '0 1', '1 0', '1 1']
      .flatMap((one) => ['0', '1'].map((two) => `${one} | ${two} ; 1 1`))
      .filter((outcome) => outcome !== '1 0 | 0 ; 1 1'),
    tso: ['1 0 | 0 ; 1 1'],
  },
  'sb+rfi': {
    asked: '1 0 | 1 0 ; 1 1',
    sc: ['1 0 | 1 1 ; 1 1', '1 1 | 1 0 ; 1 1', '1 1 | 1 1 ; 1 1'],
    tso: ['1 0 | 1 0 ; 1 1'],
  },
  n5: { asked: '2 | 1 ; 2 0', sc: ['1 | 1 ; 1 0', '1 | 2 ; 1 0', '1 | 2 ; 2 0', '2 | 2 ; 2 0'], tso: [] },
  n6: { asked: '1 0 ; 1 2', sc: ['1 0 ; 2 2', '1 2 ; 1 2', '1 2 ; 2 2', '2 2 ; 2 2'], tso: ['1 0 ; 1 2'] },
  corr: { asked: '1 0 ; 1 0', sc: ['0 0 ; 1 0', '0 1 ; 1 0', '1 1 ; 1 0'], tso: [] },
  coww: { asked: '; 1 0', sc: ['; 2 0'], tso: [] },
}

/** Tests without a variant that is fenced. */
const OTHERS: Readonly<Record<string, Litmus>> = {
  'sb+xchg': { ...(LITMUS.sb as Litmus), tso: [] },
  'sb+atomic': { ...(LITMUS.sb as Litmus), tso: [] },
  'sb+load': LITMUS.sb as Litmus,
}

const FILE = fileURLToPath(new URL('../../programs/litmus.ts', import.meta.url))

async function outcomes(name: string, fence: 0 | 1, memoryModel: 'sc' | 'tso', strategy: string) {
  const { target } = await programSubject(`${FILE}#${name}`, { fence })
  const observed = new Outcomes()
  const engine = { memoryModel }
  const result = explore(target, { strategy: makeStrategy(strategy), observers: [observed], engine })
  expect(result).toMatchObject({ complete: true, blocked: 0, abandoned: 0, cut: 0 })
  return [...observed.seen].toSorted()
}

for (const strategy of ['dfs', 'dpor', 'preemption-bound', 'delay-bound']) {
  for (const [name, { asked, sc, tso }] of Object.entries({ ...LITMUS, ...OTHERS })) {
    const all = [...sc, ...tso].toSorted()
    const says = tso.includes(asked) ? 'permits' : 'forbids'
    test(`${name}, ${strategy}: x86-TSO ${says} ${asked}; the outcomes are exactly these ${all.length}`, async () => {
      expect(await outcomes(name, 0, 'sc', strategy)).toEqual([...sc].toSorted())
      expect(await outcomes(name, 0, 'tso', strategy)).toEqual(all)
      if (name in LITMUS) expect(await outcomes(name, 1, 'tso', strategy)).toEqual([...sc].toSorted())
    })
  }
}
