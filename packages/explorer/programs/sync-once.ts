import { type Mem, ONCE_WORDS, onceDone, onceEnter, onceInit } from '@holdfast/atomics-sync'
import { type Addr, type Thread, call, check, defineProgram } from '@holdfast/explorer'
import { lotWords, makeLot, parker } from './lib/parker.js'

function* user(t: Thread, lot: Addr, index: number, once: Addr, done: Addr) {
  const { mem } = t
  const actor = parker(t, lot, index)
  if (yield* onceEnter(actor, once)) {
    mem.write(done, mem.read(done) + 1)
    onceDone(actor, once)
  }
  check(mem.read(done) === 1, 'it was not done once')
}

function main(t: Thread, lot: Addr, n: number, once: Addr, done: Addr) {
  const { mem } = t
  makeLot(t, lot, n)
  onceInit(mem as unknown as Mem, once)
  for (let i = 0; i < n; i++) mem.spawn(call(user, lot, i, once, done))
}

export default defineProgram({
  name: 'sync-once',
  about: 'n users of a once of atomics-sync, word by word',
  params: { n: 2 },
  memory: ({ n }) => ({ lot: lotWords(n), once: ONCE_WORDS, done: 1 }),
  threads: ({ n }, { lot, once, done }) => [call(main, lot, n, once, done)],
})
