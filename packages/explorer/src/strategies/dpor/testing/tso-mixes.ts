import * as op from './op-program.js'
import { MIXES, type Draw, type Mix, word } from './random-program.js'

const engine = { memoryModel: 'tso' } as const

const plain: readonly Draw[] = [
  (rng, _, words) => [op.read(word(rng, words))],
  (rng, _, words) => [op.write(word(rng, words), 1 + rng.below(2))],
  (rng, _, words) => [op.read(word(rng, words))],
  (rng, _, words) => [op.write(word(rng, words), 1 + rng.below(2))],
  (rng, _, words) => [op.load(word(rng, words))],
  (rng, at, words) => [op.write(word(rng, words), at === 0 ? 7 : { of: rng.below(at), plus: 1 })],
  (rng, at, words) => [
    at === 0
      ? op.write(word(rng, words), 3)
      : op.unless(rng.below(at), rng.below(2), op.write(word(rng, words), 3)),
  ],
]

const draining: readonly Draw[] = [
  () => [op.fence()],
  (rng, _, words) => [op.cas(word(rng, words), rng.below(2), 1 + rng.below(2))],
  (rng, _, words) => [op.add(word(rng, words), 1)],
  (rng, _, words) => [op.store(word(rng, words), 1 + rng.below(3))],
]

const awaits: readonly Draw[] = [
  (rng, _, words) => [op.awaits(word(rng, words), rng.below(2))],
  (rng, _, words) => [op.spinWhile(word(rng, words), rng.below(2))],
]

const bothAwaits: readonly Draw[] = [
  (rng, _, words) => [op.spinWhileBoth(word(rng, words), rng.below(2), word(rng, words), rng.below(2))],
]

const ranges: readonly Draw[] = [
  (rng, _, words) => {
    const a = word(rng, words)
    return [op.fill(a, 1 + rng.below(words - a + 1), rng.below(3))]
  },
  (rng, _, words) => [op.copy(word(rng, words), word(rng, words), 1)],
]

const locks: readonly Draw[] = [
  (rng, _, words) => [op.lock(word(rng, words)), op.unlock(word(rng, words))],
  (rng, _, words) => {
    const w = word(rng, words)
    return [op.lock(w), op.write(word(rng, words), 2), op.unlock(w)]
  },
]

const spawns: readonly Draw[] = [
  (rng, at, words) => [
    op.spawn(op.write(word(rng, words), 4), op.read(word(rng, words))),
    op.join({ of: at, plus: 0 }),
  ],
  (rng, _, words) => [op.spawn(op.write(word(rng, words), 1))],
]

/** With store buffers: one more event for each plain store. */
export const TSO_MIXES: Readonly<Record<string, Mix>> = {
  'tso, plain accesses of two words': { threads: 3, ops: 3, words: 2, draw: plain, engine },
  'tso, plain accesses of one word': { threads: 3, ops: 3, words: 1, draw: plain, engine },
  'tso, plain accesses and what drains': {
    threads: 3,
    ops: 3,
    words: 2,
    draw: [...plain, ...draining],
    engine,
  },
  'tso, awaits': { threads: 3, ops: 3, words: 2, draw: [...plain, ...awaits], engine },
  'tso, awaits of two words': {
    threads: 3,
    ops: 3,
    words: 2,
    draw: [...plain, ...bothAwaits, ...bothAwaits],
    engine,
  },
  'tso, ranges of words': { threads: 3, ops: 2, words: 3, draw: [...plain, ...ranges, ...ranges], engine },
  'tso, locks': { threads: 3, ops: 3, words: 2, draw: [...plain, ...locks], engine },
  'tso, threads that start threads': { threads: 2, ops: 3, words: 2, draw: [...plain, ...spawns], engine },
  'tso, timed waits': { ...(MIXES['timed waits'] as Mix), draw: [...plain, ...waits()], engine },
  'tso, condition variables and a spurious wake-up': {
    threads: 3,
    ops: 2,
    words: 3,
    draw: [...plain.slice(0, 2), ...conditions()],
    engine: { ...engine, spurious: 1, wake: 'any' },
  },
}

function waits(): readonly Draw[] {
  return (MIXES['timed waits alone'] as Mix).draw
}

function conditions(): readonly Draw[] {
  return (MIXES['condition variables'] as Mix).draw
}
