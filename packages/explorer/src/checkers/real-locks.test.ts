import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Patch } from '@holdfast/compiler'
import { expect, test } from 'vitest'
import type { Explored } from '../explore.js'
import { explore } from '../explore.js'
import type { Params } from '../program/define.js'
import { loadProgram } from '../program/load-program.js'
import { programTarget } from '../program/program-target.js'
import { RandomWalk } from '../strategies/random-walk.js'
import { Deadlock } from './deadlock.js'
import { GuardedBy } from './guarded-by.js'
import { LockOrder } from './lock-order.js'
import { LockTracker } from './lock-tracker.js'
import type { LockKind } from './lock-words.js'
import { placesOf } from './names.js'
import { Races } from './races.js'

/** A program of atomics-sync's rwlock, word by word. */
const READERS_AND_WRITERS = `
import {
  type Mem, type Parker, RW_READER, RW_WRITER, parkingInit, parkingInterrupts, parkingSleepq, parkingTurnstile,
  parkingWords, rwEnter, rwExit,
} from '@holdfast/atomics-sync'
import { type Addr, type Thread, call, defineProgram } from '@holdfast/explorer'

function parker(t: Thread, lot: Addr, index: number): Parker {
  const mem = t.mem as unknown as Mem
  const self = lot + 16 * (3 + index)
  mem.store(self, self)
  return {
    mem, lot, self, deadlineMs: Infinity, tickMs: 1, wmesg: '', spinDepth: 0, preemptWanted: false,
    turnstile: parkingTurnstile, sleepq: parkingSleepq, interrupts: parkingInterrupts, lockstat: null,
  }
}

function* reader(t: Thread, lot: Addr, index: number, l: Addr, x: Addr) {
  const { mem } = t
  const actor = parker(t, lot, index)
  yield* rwEnter(actor, l, RW_READER)
  mem.read(x)
  rwExit(actor, l)
}

function* writer(t: Thread, lot: Addr, index: number, l: Addr, x: Addr) {
  const { mem } = t
  const actor = parker(t, lot, index)
  yield* rwEnter(actor, l, RW_WRITER)
  mem.write(x, mem.read(x) + 1)
  rwExit(actor, l)
}

function main(t: Thread, lot: Addr, n: number, l: Addr, x: Addr) {
  const { mem } = t
  parkingInit(mem as unknown as Mem, lot, 2 * n, 1)
  for (let i = 0; i < n; i++) mem.spawn(call(reader, lot, i, l, x))
  for (let i = 0; i < n; i++) mem.spawn(call(writer, lot, n + i, l, x))
}

export default defineProgram({
  name: 'sync-rwlock',
  params: { n: 2 },
  memory: ({ n }) => ({ lot: parkingWords(2 * n, 1), l: 4, x: 1 }),
  threads: ({ n }, { lot, l, x }) => [call(main, lot, n, l, x)],
})
`

interface Watched {
  readonly explored: Explored
  /** Acquisitions by how they came about. */
  readonly hows: Record<string, number>
  /** Moments in which a writer was not alone; locks held at the end. */
  readonly wrong: number
}

/** Walks at random through a program in which `lock` covers `word`, with every checker watching. */
async function watch(
  what: string,
  kind: LockKind,
  lock: string,
  word: string,
  params: Params,
  patches: readonly Patch[] = [],
): Promise<Watched> {
  const { program, sites } = await loadProgram(what, { patches })
  const target = programTarget(program, params)
  const at = (name: string): number => target.image.findIndex((_, addr) => target.nameOf?.(addr) === name)
  const [lockAddr, wordAddr, lot] = [at(lock), at(word), at('lot[0]')]
  const names = { site: placesOf(sites) }
  const locks = new LockTracker({
    lockAt: (addr) => (addr === lockAddr ? { kind, class: lock, name: lock } : undefined),
    holderOf: (_world, actor) => lot + 16 * (2 + actor), // what stands in the word: see parker
    isInner: (site) => sites[site]?.file.includes('atomics-sync') === true,
  })
  const hows: Record<string, number> = {}
  let wrong = 0
  locks.listen({
    acquired: (_world, { how, mode }) => {
      hows[`${how} ${mode}`] = (hows[`${how} ${mode}`] ?? 0) + 1
      const modes = locks.held.slice(0, locks.count).map((held) => held.mode)
      if (modes.length > 1 && modes.includes('write')) wrong++
    },
  })
  const atEnd = {
    name: 'at the end',
    reset: () => {},
    event: () => {},
    finish: () => void (wrong += locks.count),
  }
  const guard = { kind: 'lock' as const, lock: lockAddr, name: lock }
  const guarded = new GuardedBy({
    locks,
    covered: (addr) => addr === wordAddr,
    guardOf: () => guard,
    ...names,
  })
  const order = new LockOrder({ locks, ...names })
  const explored = explore(target, {
    strategy: new RandomWalk(1),
    executions: 1500,
    observers: [locks, guarded, new Races(names), order, new Deadlock({ locks, ...names }), atEnd],
  })
  return { explored, hows, wrong }
}

test('the adaptive mutex of atomics-sync, word by word: its holders are known, and nothing is found (1,500 executions)', async () => {
  const { explored, hows, wrong } = await watch('sync-mutex', 'mutex', 'm', 'inside', { n: 3 })
  expect(explored.found.map(({ report }) => report.message)).toEqual([])
  expect(hows).toEqual({ 'blocking write': 4500 })
  expect(wrong).toBe(0)
})

test('a user that does not enter the mutex: a field without its lock, and a race', async () => {
  const forgets = { file: 'sync-mutex.ts', find: '  yield* mutexEnter(actor, m)\n', replace: '' }
  const exits = { file: 'sync-mutex.ts', find: '  mutexExit(actor, m)\n', replace: '' }
  const { explored } = await watch('sync-mutex', 'mutex', 'm', 'inside', { n: 2 }, [forgets, exits])
  const verdicts = new Set(explored.found.map(({ report }) => report.verdict))
  expect([...verdicts].sort()).toEqual(['assertion', 'guardedBy', 'race'])
  const guarded = explored.found.find(({ report }) => report.verdict === 'guardedBy')
  expect(guarded?.report.message).toMatch(
    /^T\d reads inside at .*sync-mutex\.ts:\d+ \(user\) without holding m$/,
  )
})

test('the rwlock of atomics-sync: readers and writers that take it, and those to whom it is handed (1,500 executions)', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-'))
  try {
    const scope = join(folder, 'node_modules', '@holdfast')
    mkdirSync(scope, { recursive: true })
    symlinkSync(fileURLToPath(new URL('../../../atomics-sync', import.meta.url)), join(scope, 'atomics-sync'))
    const file = join(folder, 'sync-rwlock.ts')
    writeFileSync(file, READERS_AND_WRITERS)
    const { explored, hows, wrong } = await watch(file, 'rw', 'l[0]', 'x', { n: 3 })
    expect(explored.found.map(({ report }) => report.message)).toEqual([])
    expect(wrong).toBe(0)
    expect(hows['handed read']).toBeGreaterThan(0)
    expect((hows['blocking write'] ?? 0) + (hows['handed write'] ?? 0)).toBe(4500)
    const mutant = READERS_AND_WRITERS.replace('rwEnter(actor, l, RW_WRITER)', 'rwEnter(actor, l, RW_READER)')
    writeFileSync(file, mutant)
    const { explored: bad } = await watch(file, 'rw', 'l[0]', 'x', { n: 2 })
    const messages = bad.found.map(({ report }) => report.message).join('\n')
    expect(messages).toMatch(/T\d writes x at .* holding l\[0\] for reading only/)
    expect(new Set(bad.found.map(({ report }) => report.verdict))).toEqual(new Set(['guardedBy', 'race']))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
