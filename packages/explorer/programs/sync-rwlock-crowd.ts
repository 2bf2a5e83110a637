import { RW_READER, RW_WRITER, rwEnter, rwExit, rwTryEnter } from '@holdfast/atomics-sync'
import { type Addr, type Thread, call, check, defineProgram } from '@holdfast/explorer'
import { lotWords, makeLot, parker } from './lib/parker.js'

/** Enters so often that the count of readers, where the owner would stand, is the writer's owner word. */
function crowd(t: Thread, lot: Addr, rw: Addr) {
  const { mem } = t
  const actor = parker(t, lot, 0)
  const readers = parker(t, lot, 1).self >> 2
  for (let i = 0; i < readers; i++) check(rwTryEnter(actor, rw, RW_READER), 'a reader keeps another out')
  mem.spawn(call(writer, lot, rw))
  for (let i = 0; i < readers; i++) rwExit(actor, rw)
}

function* writer(t: Thread, lot: Addr, rw: Addr) {
  const actor = parker(t, lot, 1)
  yield* rwEnter(actor, rw, RW_WRITER)
  rwExit(actor, rw)
}

function main(t: Thread, lot: Addr, rw: Addr) {
  makeLot(t, lot, 2)
  crowd(t, lot, rw)
}

export default defineProgram({
  name: 'sync-rwlock-crowd',
  about:
    'the rwlock of atomics-sync, word by word, with so many readers that their count looks like the writer who waits for them',
  memory: () => ({ lot: lotWords(2), rw: 2 }),
  threads: (_, { lot, rw }) => [call(main, lot, rw)],
})
