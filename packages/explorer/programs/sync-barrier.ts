import { type Mem, BARRIER_WORDS, barrierInit, barrierWait } from '@holdfast/atomics-sync'
import { type Addr, type Thread, call, check, defineProgram } from '@holdfast/explorer'
import { lotWords, makeLot, parker } from './lib/parker.js'

function* party(t: Thread, lot: Addr, n: number, rounds: number, index: number, bar: Addr, arrived: Addr) {
  const { mem } = t
  const actor = parker(t, lot, index)
  for (let round = 1; round <= rounds; round++) {
    mem.add(arrived, 1)
    yield* barrierWait(actor, bar)
    check(mem.load(arrived) >= n * round, 'a party went on before all had arrived')
  }
}

function main(t: Thread, lot: Addr, n: number, rounds: number, bar: Addr, arrived: Addr) {
  const { mem } = t
  makeLot(t, lot, n)
  barrierInit(mem as unknown as Mem, bar, n)
  for (let i = 0; i < n; i++) mem.spawn(call(party, lot, n, rounds, i, bar, arrived))
}

export default defineProgram({
  name: 'sync-barrier',
  about: 'n parties of the barrier of atomics-sync, word by word, for k rounds',
  params: { n: 2, k: 2 },
  memory: ({ n }) => ({ lot: lotWords(n), bar: BARRIER_WORDS, arrived: 1 }),
  threads: ({ n, k }, { lot, bar, arrived }) => [call(main, lot, n, k, bar, arrived)],
})
