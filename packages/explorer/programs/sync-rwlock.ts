import { RW_READER, RW_WRITER, rwEnter, rwExit } from '@holdfast/atomics-sync'
import { type Addr, type Thread, call, check, defineProgram } from '@holdfast/explorer'
import { lotWords, makeLot, parker } from './lib/parker.js'

function* reader(t: Thread, lot: Addr, index: number, rw: Addr, data: Addr) {
  const { mem } = t
  const actor = parker(t, lot, index)
  yield* rwEnter(actor, rw, RW_READER)
  check(mem.read(data) % 2 === 0, 'a writer is inside')
  rwExit(actor, rw)
}

function* writer(t: Thread, lot: Addr, index: number, rw: Addr, data: Addr) {
  const { mem } = t
  const actor = parker(t, lot, index)
  yield* rwEnter(actor, rw, RW_WRITER)
  mem.write(data, mem.read(data) + 1)
  mem.write(data, mem.read(data) + 1)
  rwExit(actor, rw)
}

function main(t: Thread, lot: Addr, r: number, w: number, rw: Addr, data: Addr) {
  const { mem } = t
  makeLot(t, lot, r + w)
  for (let i = 0; i < r; i++) mem.spawn(call(reader, lot, i, rw, data))
  for (let i = 0; i < w; i++) mem.spawn(call(writer, lot, r + i, rw, data))
}

export default defineProgram({
  name: 'sync-rwlock',
  about:
    'r readers and w writers of the rwlock of atomics-sync, word by word, down to how threads are parked',
  params: { r: 2, w: 1 },
  memory: ({ r, w }) => ({ lot: lotWords(r + w), rw: 2, data: 1 }),
  threads: ({ r, w }, { lot, rw, data }) => [call(main, lot, r, w, rw, data)],
})
