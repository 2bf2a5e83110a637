import {
  type Mem,
  mutexDestroy,
  mutexEnter,
  mutexExit,
  mutexInit,
  mutexOwned,
  mutexOwner,
  mutexSpinEnter,
  mutexSpinExit,
  mutexSpinInit,
  mutexSpinTryEnter,
  mutexTryEnter,
} from '@holdfast/atomics-sync'
import { type Addr, type Thread, call, check, defineProgram } from '@holdfast/explorer'
import { counting } from './lib/counting.js'
import { lotWords, makeLot } from './lib/parker.js'

function* adaptive(t: Thread, lot: Addr, m: Addr) {
  const mem = t.mem as unknown as Mem
  const a = counting(t, lot, 0)
  const b = counting(t, lot, 1)
  mutexInit(mem, m)
  check(!mutexOwned(a, m) && mutexOwner(mem, m) === 0, 'a new mutex has an owner')
  yield* mutexEnter(a, m)
  check(mutexOwned(a, m) && !mutexOwned(b, m), 'the owner is not who entered')
  check(mutexOwner(mem, m) === a.self, 'mutex_owner names another')
  check(!mutexTryEnter(b, m), 'a try takes what is held')
  mutexExit(a, m)
  check(mutexTryEnter(b, m) && mutexOwned(b, m), 'a try does not take what is free')
  mutexExit(b, m)
  check(!mutexOwned(b, m), 'released, and owned still')
  check(a.polls + b.polls === 0, 'an adaptive mutex holds no interrupts off')
  mutexDestroy(a, m)
  check(!mutexOwned(a, m) && mutexOwner(mem, m) === 0, 'a destroyed mutex has an owner')
}

function* spin(t: Thread, lot: Addr, m: Addr, other: Addr) {
  const mem = t.mem as unknown as Mem
  const a = counting(t, lot, 0)
  const b = counting(t, lot, 1)
  mutexSpinInit(mem, m)
  mutexSpinInit(mem, other)
  check(!mutexOwned(a, m) && mutexOwner(mem, m) === 0, 'a new spin mutex is held')
  yield* mutexEnter(a, m)
  check(mutexOwned(a, m) && mutexOwned(b, m), 'a spin mutex that is held is not held by anybody')
  check(mutexOwner(mem, m) === a.self && a.spinDepth === 1, 'a spin mutex is not held by who entered')
  check(!mutexTryEnter(b, m) && b.spinDepth === 0 && b.polls === 1, 'a try in vain serves no interrupts')
  mutexSpinEnter(a, other)
  check(a.spinDepth === 2, 'two spin mutexes are not counted')
  mutexSpinExit(a, other)
  check(a.spinDepth === 1 && a.polls === 0, 'interrupts are served with a spin mutex held')
  mutexSpinEnter(b, other)
  check(!mutexSpinTryEnter(b, m) && b.spinDepth === 1, 'a try in vain is counted')
  check(b.polls === 1, 'a try in vain serves interrupts with a spin mutex held')
  mutexExit(b, other)
  check(b.spinDepth === 0 && b.polls === 2, 'an exit serves no interrupts')
  mutexExit(a, m)
  check(a.spinDepth === 0 && a.polls === 1, 'the last exit serves no interrupts')
  check(mutexTryEnter(b, m) && b.spinDepth === 1 && mutexOwned(a, m), 'a try does not take what is free')
  mutexSpinExit(b, m)
  check(b.polls === 3, 'an exit serves no interrupts')
  mutexDestroy(a, m)
  check(!mutexOwned(a, m), 'a destroyed spin mutex is held')
}

/** Who enters gives way first, unless interrupts are held off. */
function* preemption(t: Thread, lot: Addr, m: Addr) {
  const a = counting(t, lot, 0)
  mutexInit(t.mem as unknown as Mem, m)
  yield* mutexEnter(a, m)
  mutexExit(a, m)
  check(a.preemptions === 0, 'gives way though nobody asks')
  a.preemptWanted = true
  a.spinDepth = 1
  yield* mutexEnter(a, m)
  check(a.preemptions === 0, 'gives way with interrupts held off')
  mutexExit(a, m)
  a.spinDepth = 0
  yield* mutexEnter(a, m)
  check(a.preemptions === 1, 'does not give way')
  mutexExit(a, m)
}

function* main(t: Thread, lot: Addr, m: Addr, other: Addr) {
  makeLot(t, lot, 2)
  yield* adaptive(t, lot, m)
  yield* spin(t, lot, m, other)
  yield* preemption(t, lot, m)
}

export default defineProgram({
  name: 'sync-mutex-rules',
  about: 'what each operation on a mutex of atomics-sync promises, of either kind, one after the other',
  memory: () => ({ lot: lotWords(2), m: 1, other: 1 }),
  threads: (_, { lot, m, other }) => [call(main, lot, m, other)],
})
