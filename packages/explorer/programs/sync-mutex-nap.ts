import { mutexEnter, mutexExit } from '@holdfast/atomics-sync'
import { type Addr, type Thread, call, check, defineProgram } from '@holdfast/explorer'
import { nap } from './lib/nap.js'
import { lotWords, makeLot, parker } from './lib/parker.js'

/** Is off its CPU for a while with the mutex, and `after` times without it. */
function* owner(t: Thread, lot: Addr, m: Addr, inside: Addr, after: number) {
  const actor = parker(t, lot, 0)
  yield* mutexEnter(actor, m)
  enter(t, inside)
  nap(actor)
  leave(t, inside)
  mutexExit(actor, m)
  for (let i = 0; i < after; i++) nap(actor)
}

function* user(t: Thread, lot: Addr, index: number, m: Addr, inside: Addr) {
  const actor = parker(t, lot, index)
  yield* mutexEnter(actor, m)
  enter(t, inside)
  leave(t, inside)
  mutexExit(actor, m)
}

function enter(t: Thread, inside: Addr): void {
  const { mem } = t
  mem.write(inside, mem.read(inside) + 1)
  check(mem.read(inside) === 1, 'two are inside')
}

function leave(t: Thread, inside: Addr): void {
  const { mem } = t
  mem.write(inside, mem.read(inside) - 1)
}

function main(t: Thread, lot: Addr, n: number, k: number, m: Addr, inside: Addr) {
  const { mem } = t
  makeLot(t, lot, 1 + n)
  mem.spawn(call(owner, lot, m, inside, k))
  for (let i = 0; i < n; i++) mem.spawn(call(user, lot, 1 + i, m, inside))
}

export default defineProgram({
  name: 'sync-mutex-nap',
  about:
    'n users of the adaptive mutex of atomics-sync, word by word, whose owner leaves its CPU with it, and k times after it has released it: who wants it sleeps, and must be woken',
  params: { n: 1, k: 1 },
  memory: ({ n }) => ({ lot: lotWords(1 + n), m: 1, inside: 1 }),
  threads: ({ n, k }, { lot, m, inside }) => [call(main, lot, n, k, m, inside)],
})
