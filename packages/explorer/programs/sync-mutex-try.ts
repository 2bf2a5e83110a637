import {
  type Mem,
  mutexEnter,
  mutexExit,
  mutexInit,
  mutexSpinInit,
  mutexTryEnter,
} from '@holdfast/atomics-sync'
import { type Addr, type Thread, call, check, defineProgram } from '@holdfast/explorer'
import { lotWords, makeLot, parker } from './lib/parker.js'

function inside(t: Thread, data: Addr): void {
  const { mem } = t
  mem.write(data, mem.read(data) + 1)
  check(mem.read(data) === 1, 'two are inside')
  mem.write(data, mem.read(data) - 1)
}

function trier(t: Thread, lot: Addr, index: number, m: Addr, data: Addr) {
  const actor = parker(t, lot, index)
  if (!mutexTryEnter(actor, m)) return
  inside(t, data)
  mutexExit(actor, m)
}

function* user(t: Thread, lot: Addr, index: number, m: Addr, data: Addr) {
  const actor = parker(t, lot, index)
  yield* mutexEnter(actor, m)
  inside(t, data)
  mutexExit(actor, m)
}

function main(t: Thread, lot: Addr, spin: number, n: number, q: number, m: Addr, data: Addr) {
  const { mem } = t
  makeLot(t, lot, n + q)
  if (spin === 0) mutexInit(mem as unknown as Mem, m)
  else mutexSpinInit(mem as unknown as Mem, m)
  for (let i = 0; i < n; i++) mem.spawn(call(user, lot, i, m, data))
  for (let i = 0; i < q; i++) mem.spawn(call(trier, lot, n + i, m, data))
}

export default defineProgram({
  name: 'sync-mutex-try',
  about:
    'a mutex of atomics-sync, word by word, adaptive (spin 0) or spin (1): n users, and q that enter if it is free',
  params: { spin: 1, n: 1, q: 1 },
  memory: ({ n, q }) => ({ lot: lotWords(n + q), m: 1, data: 1 }),
  threads: ({ spin, n, q }, { lot, m, data }) => [call(main, lot, spin, n, q, m, data)],
})
