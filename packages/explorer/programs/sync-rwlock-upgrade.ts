import {
  RW_READER,
  RW_WRITER,
  rwDowngrade,
  rwEnter,
  rwExit,
  rwTryEnter,
  rwTryUpgrade,
} from '@holdfast/atomics-sync'
import { type Addr, type Thread, call, check, defineProgram } from '@holdfast/explorer'
import { lotWords, makeLot, parker } from './lib/parker.js'

function write(t: Thread, data: Addr): void {
  const { mem } = t
  mem.write(data, mem.read(data) + 1)
  mem.write(data, mem.read(data) + 1)
}

function even(t: Thread, data: Addr): void {
  const { mem } = t
  check(mem.read(data) % 2 === 0, 'a writer is inside')
}

/** Reads, writes if it can become the writer, and reads again. */
function* upgrader(t: Thread, lot: Addr, index: number, rw: Addr, data: Addr) {
  const actor = parker(t, lot, index)
  yield* rwEnter(actor, rw, RW_READER)
  even(t, data)
  if (rwTryUpgrade(actor, rw)) {
    write(t, data)
    rwDowngrade(actor, rw)
    even(t, data)
  }
  rwExit(actor, rw)
}

/** Writes if that takes no wait, and reads before others may write. */
function trier(t: Thread, lot: Addr, index: number, rw: Addr, data: Addr) {
  const actor = parker(t, lot, index)
  if (!rwTryEnter(actor, rw, RW_WRITER)) return
  write(t, data)
  rwDowngrade(actor, rw)
  even(t, data)
  rwExit(actor, rw)
}

function* writer(t: Thread, lot: Addr, index: number, rw: Addr, data: Addr) {
  const actor = parker(t, lot, index)
  yield* rwEnter(actor, rw, RW_WRITER)
  write(t, data)
  rwExit(actor, rw)
}

function main(t: Thread, lot: Addr, u: number, q: number, w: number, rw: Addr, data: Addr) {
  const { mem } = t
  makeLot(t, lot, u + q + w)
  for (let i = 0; i < u; i++) mem.spawn(call(upgrader, lot, i, rw, data))
  for (let i = 0; i < q; i++) mem.spawn(call(trier, lot, u + i, rw, data))
  for (let i = 0; i < w; i++) mem.spawn(call(writer, lot, u + q + i, rw, data))
}

export default defineProgram({
  name: 'sync-rwlock-upgrade',
  about:
    'the rwlock of atomics-sync, word by word: u readers that become the writer if they can, and readers again; q that try to write; w writers',
  params: { u: 1, q: 1, w: 0 },
  memory: ({ u, q, w }) => ({ lot: lotWords(u + q + w), rw: 2, data: 1 }),
  threads: ({ u, q, w }, { lot, rw, data }) => [call(main, lot, u, q, w, rw, data)],
  check: (final, _, { rw }) =>
    final.ended && final.read(rw) !== 0 ? `all have left, and the word is ${final.read(rw)}` : undefined,
})
