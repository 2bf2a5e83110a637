import { mutexEnter, mutexExit } from '@holdfast/atomics-sync'
import { type Addr, type Thread, call, check, defineProgram } from '@holdfast/explorer'
import { lotWords, makeLot, parker } from './lib/parker.js'

function* user(t: Thread, lot: Addr, index: number, m: Addr, inside: Addr) {
  const { mem } = t
  const actor = parker(t, lot, index)
  yield* mutexEnter(actor, m)
  mem.write(inside, mem.read(inside) + 1)
  check(mem.read(inside) === 1, 'two are inside')
  mem.write(inside, mem.read(inside) - 1)
  mutexExit(actor, m)
}

function main(t: Thread, lot: Addr, n: number, m: Addr, inside: Addr) {
  const { mem } = t
  makeLot(t, lot, n)
  for (let i = 0; i < n; i++) mem.spawn(call(user, lot, i, m, inside))
}

export default defineProgram({
  name: 'sync-mutex',
  about: 'n users of the adaptive mutex of atomics-sync, word by word, down to how threads are parked',
  params: { n: 2 },
  memory: ({ n }) => ({ lot: lotWords(n), m: 1, inside: 1 }),
  threads: ({ n }, { lot, m, inside }) => [call(main, lot, n, m, inside)],
})
