import {
  type Mem,
  SEMAPHORE_WORDS,
  semaphoreAcquire,
  semaphoreInit,
  semaphoreRelease,
} from '@holdfast/atomics-sync'
import { type Addr, type Thread, call, check, defineProgram } from '@holdfast/explorer'
import { lotWords, makeLot, parker } from './lib/parker.js'

function* user(t: Thread, lot: Addr, index: number, sem: Addr, inside: Addr) {
  const { mem } = t
  const actor = parker(t, lot, index)
  yield* semaphoreAcquire(actor, sem)
  check(mem.add(inside, 1) === 0, 'two have the one unit')
  mem.sub(inside, 1)
  semaphoreRelease(actor, sem)
}

function main(t: Thread, lot: Addr, n: number, sem: Addr, inside: Addr) {
  const { mem } = t
  makeLot(t, lot, n)
  semaphoreInit(mem as unknown as Mem, sem, 1)
  for (let i = 0; i < n; i++) mem.spawn(call(user, lot, i, sem, inside))
}

export default defineProgram({
  name: 'sync-semaphore',
  about: 'n users of a semaphore of atomics-sync with one unit, word by word',
  params: { n: 3 },
  memory: ({ n }) => ({ lot: lotWords(n), sem: SEMAPHORE_WORDS, inside: 1 }),
  threads: ({ n }, { lot, sem, inside }) => [call(main, lot, n, sem, inside)],
})
