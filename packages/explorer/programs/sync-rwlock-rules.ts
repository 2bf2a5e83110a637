import {
  type Actor,
  type Mem,
  RW_READER,
  RW_WRITER,
  rwDestroy,
  rwDowngrade,
  rwEnter,
  rwExit,
  rwInit,
  rwLockHeld,
  rwOwner,
  rwReadHeld,
  rwTryEnter,
  rwTryUpgrade,
  rwWriteHeld,
} from '@holdfast/atomics-sync'
import { type Addr, type Thread, call, check, defineProgram } from '@holdfast/explorer'
import { counting } from './lib/counting.js'
import { lotWords, makeLot } from './lib/parker.js'

function* readers(a: Actor, b: Actor, rw: Addr) {
  yield* rwEnter(a, rw, RW_READER)
  check(rwReadHeld(a, rw) && rwLockHeld(b, rw) && !rwWriteHeld(a, rw), 'one reader is inside')
  check(rwOwner(a.mem, rw) === 0, 'a reader has no name')
  check(!rwTryEnter(b, rw, RW_WRITER), 'a writer joins a reader')
  check(rwTryEnter(b, rw, RW_READER), 'a reader keeps another out')
  check(!rwTryUpgrade(a, rw), 'one of two readers becomes the writer')
  rwExit(b, rw)
  check(rwReadHeld(a, rw), 'a reader takes the other along')
  check(rwTryUpgrade(a, rw) && rwWriteHeld(a, rw) && !rwReadHeld(a, rw), 'the only reader stays a reader')
  check(!rwTryEnter(b, rw, RW_READER), 'a reader joins who became the writer')
  rwExit(a, rw)
  check(!rwLockHeld(a, rw), 'all have left')
}

function* writers(a: Actor, b: Actor, rw: Addr) {
  yield* rwEnter(a, rw, RW_WRITER)
  check(rwWriteHeld(a, rw) && !rwWriteHeld(b, rw) && rwLockHeld(b, rw), 'one writer is inside')
  check(rwOwner(a.mem, rw) === a.self, 'rw_owner names another')
  check(!rwTryEnter(b, rw, RW_READER) && !rwTryEnter(b, rw, RW_WRITER), 'others join a writer')
  rwDowngrade(a, rw)
  check(rwReadHeld(a, rw) && !rwWriteHeld(a, rw), 'the writer did not become a reader')
  check(rwTryEnter(b, rw, RW_READER), 'who became a reader keeps readers out')
  rwExit(a, rw)
  rwExit(b, rw)
  check(rwTryEnter(b, rw, RW_WRITER) && rwWriteHeld(b, rw), 'a try does not take what is free')
  rwExit(b, rw)
  check(!rwLockHeld(a, rw), 'all have left')
}

/** Who enters gives way first, unless interrupts are held off. */
function* preemption(t: Thread, lot: Addr, rw: Addr) {
  const a = counting(t, lot, 0)
  yield* rwEnter(a, rw, RW_READER)
  rwExit(a, rw)
  check(a.preemptions === 0, 'gives way though nobody asks')
  a.preemptWanted = true
  a.spinDepth = 1
  yield* rwEnter(a, rw, RW_READER)
  check(a.preemptions === 0, 'gives way with interrupts held off')
  rwExit(a, rw)
  a.spinDepth = 0
  yield* rwEnter(a, rw, RW_READER)
  check(a.preemptions === 1, 'does not give way')
  rwExit(a, rw)
}

function* main(t: Thread, lot: Addr, rw: Addr) {
  const mem = t.mem as unknown as Mem
  makeLot(t, lot, 2)
  rwInit(mem, rw)
  const a = counting(t, lot, 0)
  const b = counting(t, lot, 1)
  yield* readers(a, b, rw)
  yield* writers(a, b, rw)
  yield* preemption(t, lot, rw)
  rwDestroy(a, rw)
  check(!rwLockHeld(a, rw) && rwOwner(mem, rw) === 0, 'a destroyed lock is held')
}

export default defineProgram({
  name: 'sync-rwlock-rules',
  about: 'what each operation on an rwlock of atomics-sync promises, one after the other',
  memory: () => ({ lot: lotWords(2), rw: 2 }),
  threads: (_, { lot, rw }) => [call(main, lot, rw)],
})
