import { expect, test } from 'vitest'
import type { EngineOptions } from '../engine/options.js'
import { explore } from '../explore.js'
import type { Params } from '../program/define.js'
import { programNames } from '../program/program-files.js'
import { programSubject } from '../program/program-subject.js'
import { Dfs } from '../strategies/dfs.js'
import { RandomWalk } from '../strategies/random-walk.js'
import { makeStrategy } from '../strategies/registry.js'
import { called } from './table.js'
import { TraceForms } from './testing/trace-forms.js'

type Small = readonly [params: Params, engine?: Partial<EngineOptions>]

/** Parameters with which a program has few interleavings, where its defaults have too many. */
const SMALL: Readonly<Record<string, readonly Small[]>> = {
  filesystem: [[{ n: 2 }]],
  indexer: [[{ n: 1 }]],
  lastzero: [[{ n: 2 }], [{ n: 3 }]],
  lockinc: [[{ n: 2, k: 3 }], [{ n: 3, k: 2 }]],
  condvar: [[{ n: 2 }], [{ n: 2 }, { wake: 'any' }], [{ n: 2 }, { spurious: 1 }]],
  'producer-consumer-bad': [[{}], [{}, { wake: 'any' }]],
  'producer-consumer': [[{ n: 1, k: 2 }], [{ n: 2, k: 1 }], [{ n: 2, k: 1 }, { wake: 'any' }]],
  semaphore: [[{ n: 2, k: 1 }], [{ n: 2, k: 2 }], [{ n: 2, k: 1 }, { spurious: 1 }]],
  'lost-wakeup': [[{}], [{}, { spurious: 1 }]],
  'timed-wait': [[{}], [{}, { expiry: 'idle' }]],
  'futex-mutex': [[{ n: 2 }]],
  reorder: [[{ s: 2, c: 1 }], [{ s: 1, c: 2 }]],
  twostage: [[{ a: 1, b: 1 }], [{ a: 2, b: 1 }]],
  wronglock: [[{ a: 2, b: 1 }], [{ a: 1, b: 2 }]],
  'cas-counter': [[{ n: 2 }], [{ n: 3 }]],
  trylock: [[{ n: 2 }], [{ n: 3 }]],
  'ms-queue': [[{ p: 1, c: 1 }]],
  'spawn-tree': [[{ d: 1 }]],
}

/** Programs with too many interleavings to visit all. */
const LARGE: Readonly<Record<string, readonly Small[]>> = {
  'sync-condvar': [[{}]],
  'sync-mutex': [[{ n: 2 }], [{ n: 3 }]],
  'spawn-tree': [[{ d: 2 }]],
  filesystem: [[{ n: 15 }]],
  indexer: [[{ n: 13 }]],
  lamport: [[{ n: 2 }]],
  'ms-queue': [[{ p: 2, c: 1 }]],
  treiber: [[{ p: 2, c: 2 }]],
  semaphore: [[{ n: 3, k: 1 }], [{ n: 3, k: 2 }, { wake: 'any' }]],
  condvar: [[{ n: 3 }, { wake: 'any' }]],
  'producer-consumer': [[{ n: 2, k: 2 }]],
  mcs: [[{ n: 3 }]],
  rwlock: [[{ r: 2, w: 1 }]],
  seqlock: [[{ r: 2 }]],
  'futex-mutex': [[{ n: 3 }]],
}

/** So many interleavings are few. */
const FEW = 60_000

const ONLY_LARGE = new Set(['sync-condvar', 'sync-mutex'])

for (const program of programNames().filter((name) => !ONLY_LARGE.has(name))) {
  for (const [params, engine = {}] of SMALL[program] ?? [[{}]]) {
    const how = Object.entries(engine).map(([name, value]) => `, ${name} ${value}`)
    test(`${called({ program, params })}${how.join('')}: dpor visits the traces of all interleavings, each once`, async () => {
      const { target } = await programSubject(program, params)
      const every = new TraceForms()
      const all = explore(target, { strategy: new Dfs(), observers: [every], engine, executions: FEW })
      expect(all).toMatchObject({ complete: true, cut: 0 })
      const visited = new TraceForms()
      const found = explore(target, { strategy: makeStrategy('dpor'), observers: [visited], engine })
      expect(found).toMatchObject({ complete: true, cut: 0, abandoned: 0 })
      expect(new Set(visited.seen.keys())).toEqual(new Set(every.seen.keys()))
      expect(found.executions).toBe(every.seen.size)
      expect(visited.buggy).toEqual(every.buggy)
    })
  }
}

for (const [program, sizes] of Object.entries(LARGE)) {
  for (const [params, engine = {}] of sizes) {
    const how = Object.entries(engine).map(([name, value]) => `, ${name} ${value}`)
    test(`${called({ program, params })}${how.join('')}: 20,000 random walks find no trace that dpor does not visit, and it visits each once`, async () => {
      const { target } = await programSubject(program, params)
      const visited = new TraceForms()
      const found = explore(target, { strategy: makeStrategy('dpor'), observers: [visited], engine })
      expect(found).toMatchObject({ complete: true, cut: 0, abandoned: 0, executions: visited.seen.size })
      const walked = new TraceForms()
      explore(target, { strategy: new RandomWalk(5), observers: [walked], engine, executions: 20_000 })
      expect([...walked.seen.keys()].filter((form) => !visited.seen.has(form))).toEqual([])
    })
  }
}
