import type { EngineOptions } from '../../../engine/options.js'
import type { Rng } from '../../rng.js'
import * as op from './op-program.js'
import type { Op, OpProgram } from './op-program.js'

/** Draws a few operations: from number `at` of their thread on, over words 1 to `words`. */
type Draw = (rng: Rng, at: number, words: number) => readonly Op[]

/** Which operations a random program may have, and at most how many. */
export interface Mix {
  readonly threads: number
  readonly ops: number
  readonly words: number
  readonly draw: readonly Draw[]
  readonly engine?: Partial<EngineOptions>
}

const word = (rng: Rng, words: number): number => 1 + rng.below(words)

const accesses: readonly Draw[] = [
  (rng, _, words) => [op.load(word(rng, words))],
  (rng, _, words) => [op.store(word(rng, words), 1 + rng.below(3))],
  (rng, _, words) => [op.load(word(rng, words))],
  (rng, _, words) => [op.store(word(rng, words), 1 + rng.below(3))],
  (rng, _, words) => [op.cas(word(rng, words), rng.below(2), 1 + rng.below(2))],
  (rng, _, words) => [op.add(word(rng, words), 1)],
  (rng, at, words) => [op.store(word(rng, words), at === 0 ? 7 : { of: rng.below(at), plus: 1 })],
  (rng, at, words) => {
    const plain = rng.below(2) === 0 ? op.load(word(rng, words)) : op.store(word(rng, words), 2)
    return [at === 0 ? plain : op.unless(rng.below(at), rng.below(2), plain)]
  },
]

const locks: readonly Draw[] = [
  (rng, _, words) => [op.lock(word(rng, words))],
  (rng, _, words) => [op.unlock(word(rng, words))],
  (rng, at, words) => {
    const w = word(rng, words)
    return [op.tryLock(w), op.unless(at, 0, op.store(word(rng, words), 3)), op.unless(at, 0, op.unlock(w))]
  },
  (rng, _, words) => {
    const w = word(rng, words)
    return [op.lock(w), op.add(word(rng, words), 1), op.unlock(w)]
  },
]

const awaits: readonly Draw[] = [
  (rng, _, words) => [op.awaits(word(rng, words), rng.below(2))],
  (rng, _, words) => [op.spinWhile(word(rng, words), rng.below(2))],
  (rng, _, words) => [op.spinWhileBoth(word(rng, words), rng.below(2), word(rng, words), rng.below(2))],
]

const ranges: readonly Draw[] = [
  (rng, _, words) => {
    const a = word(rng, words)
    return [op.fill(a, 1 + rng.below(words - a + 1), rng.below(3))]
  },
  (rng, _, words) => [op.copy(word(rng, words), word(rng, words), 1)],
]

const choices: readonly Draw[] = [
  (rng) => [op.choose(2 + rng.below(2))],
  (rng, at, words) => [op.choose(2), op.unless(at, 0, op.store(word(rng, words), 5))],
  (rng, at, words) => [op.choose(2), op.store(word(rng, words), { of: at, plus: 0 })],
]

const waits: readonly Draw[] = [
  (rng, _, words) => [op.wait(word(rng, words), rng.below(2), rng.below(2) === 0 ? 5 : Infinity)],
  (rng, _, words) => [op.wait(word(rng, words), 0, 1 + rng.below(9))],
  (rng, _, words) => [op.notify(word(rng, words), 1 + rng.below(2))],
]

/** Word 1 is the mutex, word 2 the condition variable. */
const conditions: readonly Draw[] = [
  () => [op.lock(1), op.cvWait(2, 1), op.unlock(1)],
  (rng, at, words) => [
    op.lock(1),
    op.load(word(rng, words)),
    op.unless(at + 1, 1, op.cvWait(2, 1)),
    op.unlock(1),
  ],
  () => [op.cvSignal(2)],
  () => [op.cvBroadcast(2)],
  () => [op.lock(1), op.cvSignal(2), op.unlock(1)],
  (rng) => [op.lock(1), op.store(3, 1 + rng.below(2)), op.cvBroadcast(2), op.unlock(1)],
]

const spawns: readonly Draw[] = [
  (rng, at, words) => [
    op.spawn(op.store(word(rng, words), 4), op.load(word(rng, words))),
    op.join({ of: at, plus: 0 }),
  ],
  (rng, _, words) => [op.spawn(op.add(word(rng, words), 1))],
  (rng, at, words) => [
    op.spawn(
      op.spawn(op.store(word(rng, words), 5)),
      op.load(word(rng, words)),
      op.join({ of: 0, plus: 0 }),
      op.add(word(rng, words), 1),
    ),
    op.load(word(rng, words)),
    op.join({ of: at, plus: 0 }),
  ],
]

const others: readonly Draw[] = [
  (rng, _, words) => [op.read(word(rng, words))],
  (rng, _, words) => [op.write(word(rng, words), rng.below(3))],
  (rng, _, words) => [op.sub(word(rng, words), 1)],
  (rng, _, words) => [op.or(word(rng, words), rng.below(4))],
  (rng, _, words) => [op.and(word(rng, words), rng.below(4))],
  (rng, _, words) => [op.exchange(word(rng, words), rng.below(3))],
  () => [op.fence()],
  () => [op.yieldNow()],
]

const everything = [accesses, locks, awaits, ranges, choices, waits, conditions, spawns].flat()

/** Mixes by what they are about. */
export const MIXES: Readonly<Record<string, Mix>> = {
  'loads and stores of two words': { threads: 4, ops: 4, words: 2, draw: accesses },
  'loads and stores of three words': { threads: 3, ops: 4, words: 3, draw: accesses },
  'loads and stores of one word': { threads: 3, ops: 4, words: 1, draw: accesses },
  'other operations': { threads: 3, ops: 4, words: 2, draw: others },
  'locks and accesses': { threads: 4, ops: 4, words: 2, draw: [...accesses.slice(0, 4), ...locks] },
  'locks alone': { threads: 4, ops: 4, words: 2, draw: locks },
  awaits: { threads: 4, ops: 3, words: 2, draw: [...accesses, ...awaits] },
  'awaits of two words': {
    threads: 4,
    ops: 3,
    words: 2,
    draw: [accesses[1], accesses[4], awaits[2]] as Draw[],
  },
  'ranges of words': { threads: 3, ops: 4, words: 3, draw: [...accesses, ...ranges] },
  alternatives: { threads: 3, ops: 3, words: 2, draw: [...accesses, ...choices] },
  'timed waits': { threads: 3, ops: 3, words: 2, draw: [...accesses, ...waits] },
  'timed waits alone': { threads: 4, ops: 3, words: 2, draw: waits },
  'timed waits by the virtual clock': {
    threads: 4,
    ops: 3,
    words: 2,
    draw: [...accesses.slice(0, 4), ...waits],
    engine: { expiry: 'idle' },
  },
  'awaits and timed waits by the virtual clock': {
    threads: 4,
    ops: 3,
    words: 2,
    draw: [...accesses.slice(0, 4), ...awaits, ...locks, ...waits],
    engine: { expiry: 'idle' },
  },
  'condition variables': { threads: 4, ops: 2, words: 3, draw: conditions },
  'condition variables, any waiter woken': {
    threads: 4,
    ops: 2,
    words: 3,
    draw: conditions,
    engine: { wake: 'any' },
  },
  'condition variables, a spurious wake-up': {
    threads: 3,
    ops: 2,
    words: 3,
    draw: conditions,
    engine: { spurious: 1 },
  },
  'condition variables, two spurious wake-ups and any waiter woken': {
    threads: 3,
    ops: 2,
    words: 3,
    draw: conditions,
    engine: { spurious: 2, wake: 'any' },
  },
  'threads that start threads': { threads: 3, ops: 3, words: 2, draw: [...accesses, ...spawns] },
  everything: { threads: 4, ops: 3, words: 3, draw: everything },
  'everything, any waiter woken, a spurious wake-up': {
    threads: 3,
    ops: 3,
    words: 3,
    draw: everything,
    engine: { wake: 'any', spurious: 1 },
  },
}

/** A program drawn by chance. */
export function randomProgram(rng: Rng, mix: Mix): OpProgram {
  const threads = 2 + rng.below(mix.threads - 1)
  const memory = Array.from({ length: mix.words + 1 }, () => 0)
  return {
    memory,
    threads: Array.from({ length: threads }, () => {
      const ops: Op[] = []
      const most = 1 + rng.below(mix.ops)
      while (ops.length < most) {
        const draw = mix.draw[rng.below(mix.draw.length)] as (typeof mix.draw)[number]
        ops.push(...draw(rng, ops.length, mix.words))
      }
      return ops
    }),
  }
}
