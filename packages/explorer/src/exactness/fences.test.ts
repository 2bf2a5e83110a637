import { expect, test } from 'vitest'
import { explore } from '../explore.js'
import type { EngineOptions } from '../engine/options.js'
import { programSubject } from '../program/program-subject.js'
import { makeStrategy } from '../strategies/registry.js'

type Model = EngineOptions['memoryModel']

/** Traces, and the faulty among them: sequentially consistent, under tso without the fences, and under tso with them. */
interface Fenced {
  readonly program: string
  readonly without: Readonly<Record<Model, readonly [traces: number, faulty: number]>>
  readonly fenced: number
  /** So few interleavings that all of them are visited as well. */
  readonly small: boolean
}

const FENCED: readonly Fenced[] = [
  { program: 'bakery', without: { sc: [16, 0], tso: [40, 6] }, fenced: 16, small: false },
  { program: 'parker', without: { sc: [8, 0], tso: [15, 2] }, fenced: 8, small: true },
  { program: 'chase-lev', without: { sc: [288, 0], tso: [2154, 96] }, fenced: 1480, small: false },
]

async function search(program: string, fence: 0 | 1, memoryModel: Model, strategy = 'dpor') {
  const { target } = await programSubject(`program:${program}`, { fence })
  const { complete, executions, buggy } = explore(target, {
    strategy: makeStrategy(strategy),
    engine: { memoryModel },
  })
  expect(complete).toBe(true)
  return [executions, buggy]
}

for (const { program, without, fenced, small } of FENCED) {
  test(`${program} needs its fences under tso, and only there (every trace: ${without.tso[1]} of ${without.tso[0]} are wrong without)`, async () => {
    expect(await search(program, 0, 'sc')).toEqual(without.sc)
    expect(await search(program, 0, 'tso')).toEqual(without.tso)
    expect(await search(program, 1, 'tso')).toEqual([fenced, 0])
  })
  if (!small) continue
  test(`${program}: every interleaving says the same`, async () => {
    expect((await search(program, 0, 'sc', 'dfs'))[1]).toBe(0)
    expect((await search(program, 0, 'tso', 'dfs'))[1]).toBeGreaterThan(0)
    expect((await search(program, 1, 'tso', 'dfs'))[1]).toBe(0)
  })
}
