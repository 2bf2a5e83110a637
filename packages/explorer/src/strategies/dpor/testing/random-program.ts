import type { Rng } from '../../rng.js'
import * as op from './op-program.js'
import type { Op, OpProgram } from './op-program.js'

/** Which operations a random program may have. */
export interface Mix {
  readonly threads: number
  readonly ops: number
  readonly draw: readonly ((rng: Rng, at: number, words: number) => readonly Op[])[]
  readonly words: number
}

const word = (rng: Rng, words: number): number => 1 + rng.below(words)

export const accesses: Mix['draw'] = [
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

export const locks: Mix['draw'] = [
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

export const awaits: Mix['draw'] = [
  (rng, _, words) => [op.awaits(word(rng, words), rng.below(2))],
  (rng, _, words) => [op.spinWhile(word(rng, words), rng.below(2))],
  (rng, _, words) => [op.spinWhileBoth(word(rng, words), rng.below(2), word(rng, words), rng.below(2))],
]

export const ranges: Mix['draw'] = [
  (rng, _, words) => {
    const a = word(rng, words)
    return [op.fill(a, 1 + rng.below(words - a + 1), rng.below(3))]
  },
  (rng, _, words) => [op.copy(word(rng, words), word(rng, words), 1)],
]

export const choices: Mix['draw'] = [
  (rng) => [op.choose(2 + rng.below(2))],
  (rng, at, words) => [op.choose(2), op.unless(at, 0, op.store(word(rng, words), 5))],
  (rng, at, words) => [op.choose(2), op.store(word(rng, words), { of: at, plus: 0 })],
]

export const waits: Mix['draw'] = [
  (rng, _, words) => [op.wait(word(rng, words), rng.below(2), rng.below(2) === 0 ? 5 : Infinity)],
  (rng, _, words) => [op.wait(word(rng, words), 0, 1 + rng.below(9))],
  (rng, _, words) => [op.notify(word(rng, words), 1 + rng.below(2))],
]

/** Word 1 is the mutex, word 2 the condition variable. */
export const conditions: Mix['draw'] = [
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

export const spawns: Mix['draw'] = [
  (rng, at, words) => [
    op.spawn(op.store(word(rng, words), 4), op.load(word(rng, words))),
    op.join({ of: at, plus: 0 }),
  ],
  (rng, _, words) => [op.spawn(op.add(word(rng, words), 1))],
]

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
