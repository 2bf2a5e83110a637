import { cvSignal, cvWait, mutexEnter, mutexExit } from '@holdfast/atomics-sync'
import { type Addr, type Thread, call, defineProgram } from '@holdfast/explorer'
import { lotWords, makeLot, parker } from './lib/parker.js'

interface Place {
  readonly lot: Addr
  readonly m: Addr
  readonly cv: Addr
  readonly flag: Addr
}

function* waiter(t: Thread, at: Place, index: number, value: number) {
  const { mem } = t
  const actor = parker(t, at.lot, index)
  yield* mutexEnter(actor, at.m)
  while (mem.read(at.flag) < value) yield* cvWait(actor, at.cv, at.m)
  mutexExit(actor, at.m)
}

/** Signals each step when the mutex is free again, as one may. */
function* signaller(t: Thread, at: Place, index: number) {
  const { mem } = t
  const actor = parker(t, at.lot, index)
  for (let step = 1; step <= 2; step++) {
    yield* mutexEnter(actor, at.m)
    mem.write(at.flag, step)
    mutexExit(actor, at.m)
    cvSignal(actor, at.cv)
    cvSignal(actor, at.cv)
  }
}

function main(t: Thread, at: Place) {
  const { mem } = t
  makeLot(t, at.lot, 3)
  mem.spawn(call(waiter, at, 0, 1))
  mem.spawn(call(waiter, at, 1, 2))
  mem.spawn(call(signaller, at, 2))
}

export default defineProgram({
  name: 'sync-condvar-twice',
  about:
    'the condition variable of atomics-sync, word by word: two waiters, for two steps of who signals without the mutex',
  memory: () => ({ lot: lotWords(3), m: 1, cv: 2, flag: 1 }),
  threads: (_, at) => [call(main, at)],
})
