import { cvSignal, cvWait, mutexEnter, mutexExit } from '@holdfast/atomics-sync'
import { type Addr, type Thread, call, defineProgram } from '@holdfast/explorer'
import { lotWords, makeLot, parker } from './lib/parker.js'

interface Place {
  readonly lot: Addr
  readonly m: Addr
  readonly cv: Addr
  readonly flag: Addr
}

function* waiter(t: Thread, at: Place, index: number) {
  const { mem } = t
  const actor = parker(t, at.lot, index)
  yield* mutexEnter(actor, at.m)
  while (mem.read(at.flag) === 0) yield* cvWait(actor, at.cv, at.m)
  mutexExit(actor, at.m)
}

function* signaller(t: Thread, at: Place, index: number) {
  const { mem } = t
  const actor = parker(t, at.lot, index)
  yield* mutexEnter(actor, at.m)
  mem.write(at.flag, 1)
  cvSignal(actor, at.cv)
  mutexExit(actor, at.m)
}

function main(t: Thread, at: Place) {
  const { mem } = t
  makeLot(t, at.lot, 2)
  mem.spawn(call(waiter, at, 0))
  mem.spawn(call(signaller, at, 1))
}

export default defineProgram({
  name: 'sync-condvar',
  about:
    'the condition variable of atomics-sync, word by word: a waiter for a flag, and who sets it and signals',
  memory: () => ({ lot: lotWords(2), m: 1, cv: 2, flag: 1 }),
  threads: (_, at) => [call(main, at)],
})
