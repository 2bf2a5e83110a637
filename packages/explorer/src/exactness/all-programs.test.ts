import { beforeAll, expect, test } from 'vitest'
import type { EngineOptions } from '../engine/options.js'
import type { Params } from '../program/define.js'
import { programNames } from '../program/program-files.js'
import { called } from './table.js'
import type { Compared, Comparison } from './testing/compare-traces.js'
import { inNode } from './testing/in-node.js'

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
  eratosthenes: [[{ n: 3 }]],
  bakery: [[{ fence: 0 }]],
  'chase-lev': [[{ k: 1, n: 1, fence: 0 }]],
}

/** Programs with too many interleavings to visit all. */
const LARGE: Readonly<Record<string, readonly Small[]>> = {
  'sync-condvar': [[{}]],
  'sync-once': [[{}]],
  'sync-barrier': [[{ k: 1 }]],
  'sync-rwlock': [[{ r: 1 }]],
  'sync-semaphore': [[{ n: 2 }]],
  // Millions of traces, or too many to be visited here.
  'sync-rwlock-crowd': [],
  'sync-condvar-twice': [],
  'sync-mutex-asleep': [],
  'sync-mutex': [[{ n: 2 }], [{ n: 3 }]],
  'sync-mutex-nap': [[{}]],
  'sync-mutex-try': [[{}]],
  'sync-rwlock-nap': [[{ w: 0 }]],
  'sync-rwlock-queue': [[{}]],
  'sync-rwlock-upgrade': [[{}]],
  'sync-condvar-late': [],
  'spawn-tree': [[{ d: 2 }]],
  filesystem: [[{ n: 14 }]],
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
  eratosthenes: [[{ n: 5 }]],
  'chase-lev': [[{ k: 2, n: 2, fence: 0 }]],
}

const WALKS = 5_000

const COMPARISONS: readonly Comparison[] = [
  ...programNames()
    .filter((name) => SMALL[name] !== undefined || LARGE[name] === undefined)
    .flatMap((name) => comparisons(name, SMALL[name] ?? [[{}]], 0)),
  ...Object.entries(LARGE).flatMap(([name, sizes]) => comparisons(name, sizes, WALKS)),
]

function comparisons(program: string, sizes: readonly Small[], walks: number): Comparison[] {
  return sizes.map(([params, engine = {}]) => ({ program, params, engine, walks }))
}

let compared: readonly Compared[] = []

beforeAll(async () => {
  compared = (await inNode('compare-traces', COMPARISONS)) as Compared[]
}, 240_000)

for (const [at, comparison] of COMPARISONS.entries()) {
  const how = Object.entries(comparison.engine).map(([name, value]) => `, ${name} ${value}`)
  const what =
    comparison.walks === 0
      ? 'dpor visits the traces of all interleavings'
      : `${WALKS} random walks find no trace that dpor does not visit`
  test(`${called(comparison)}${how.join('')}: ${what}, each once`, () => {
    const { executions, traces, ...rest } = compared[at] as Compared
    expect(rest).toEqual({ abandoned: 0, complete: true, missed: [], invented: [], agree: true })
    expect(executions).toBe(traces)
  })
}
