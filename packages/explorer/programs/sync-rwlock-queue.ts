import {
  RW_HAS_WAITERS,
  RW_READER,
  RW_WRITER,
  RW_WRITE_LOCKED,
  RW_WRITE_WANTED,
  rwEnter,
  rwExit,
} from '@holdfast/atomics-sync'
import { type Addr, type Thread, call, check, defineProgram } from '@holdfast/explorer'
import { lotWords, makeLot, parker } from './lib/parker.js'

/** Lets a reader queue while it is off its CPU, and then waits, on its CPU, until a writer has done the same. */
function* owner(t: Thread, lot: Addr, rw: Addr, done: Addr) {
  const { mem } = t
  const actor = parker(t, lot, 0)
  const mine = (actor.self << 1) | RW_WRITE_LOCKED
  yield* rwEnter(actor, rw, RW_WRITER)
  mem.spawn(call(reader, lot, rw, done))
  mem.store(actor.self, 0)
  mem.await(rw, mine | RW_HAS_WAITERS)
  mem.store(actor.self, actor.self)
  mem.spawn(call(writer, lot, rw, done))
  mem.await(rw, mine | RW_HAS_WAITERS | RW_WRITE_WANTED)
  rwExit(actor, rw)
}

function* reader(t: Thread, lot: Addr, rw: Addr, done: Addr) {
  const { mem } = t
  const actor = parker(t, lot, 1)
  yield* rwEnter(actor, rw, RW_READER)
  mem.write(done, 1)
  rwExit(actor, rw)
}

function* writer(t: Thread, lot: Addr, rw: Addr, done: Addr) {
  const { mem } = t
  const actor = parker(t, lot, 2)
  yield* rwEnter(actor, rw, RW_WRITER)
  check(mem.read(done) === 1, 'a writer that leaves lets a writer in before the readers')
  rwExit(actor, rw)
}

function main(t: Thread, lot: Addr, rw: Addr, done: Addr) {
  const { mem } = t
  makeLot(t, lot, 3)
  mem.spawn(call(owner, lot, rw, done))
}

export default defineProgram({
  name: 'sync-rwlock-queue',
  about:
    'the rwlock of atomics-sync, word by word: where somebody queues for it, whoever comes later queues too, though the owner runs; readers are let in first',
  memory: () => ({ lot: lotWords(3), rw: 2, done: 1 }),
  threads: (_, { lot, rw, done }) => [call(main, lot, rw, done)],
})
