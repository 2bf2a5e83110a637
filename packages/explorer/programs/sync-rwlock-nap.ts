import {
  type Actor,
  type Parker,
  RW_READER,
  RW_WRITER,
  type Sleeps,
  type TurnstileOps,
  operations,
  parkingTurnstile,
  rwDowngrade,
  rwEnter,
  rwExit,
  rwReadHeld,
  rwTryEnter,
} from '@holdfast/atomics-sync'
import { type Addr, type Final, type Thread, call, check, defineProgram } from '@holdfast/explorer'
import { nap } from './lib/nap.js'
import { lotWords, makeLot, parker } from './lib/parker.js'
import { checkWaiterBits } from './lib/rwlock-bits.js'

interface Place {
  readonly lot: Addr
  readonly rw: Addr
  readonly data: Addr
}

function write(t: Thread, { data }: Place): void {
  const { mem } = t
  mem.write(data, mem.read(data) + 1)
  mem.write(data, mem.read(data) + 1)
}

function even(t: Thread, { data }: Place): void {
  const { mem } = t
  check(mem.read(data) % 2 === 0, 'a writer is inside')
}

/** Leaves, holding nothing. */
function leave(actor: Parker, { rw }: Place): void {
  rwExit(actor, rw)
  check(actor.spinDepth === 0, 'a spin mutex is held still')
}

/** Is off its CPU for a while with the lock. `as`: 0 a reader; 1 a writer; 2 a writer that becomes a reader before it leaves. */
function* owner(t: Thread, at: Place, as: number, impatients: number) {
  const actor = parker(t, at.lot, 0)
  yield* rwEnter(actor, at.rw, as === 0 ? RW_READER : RW_WRITER)
  nap(actor)
  if (impatients === 0) checkWaiterBits(actor, at.rw)
  if (as > 0) write(t, at)
  if (as === 2) {
    rwDowngrade(actor, at.rw)
    check(rwReadHeld(actor, at.rw), 'the writer did not become a reader')
    even(t, at)
  }
  leave(actor, at)
}

function* reader(t: Thread, at: Place, index: number) {
  const actor = parker(t, at.lot, index)
  yield* rwEnter(actor, at.rw, RW_READER)
  even(t, at)
  leave(actor, at)
}

function* writer(t: Thread, at: Place, index: number) {
  const actor = parker(t, at.lot, index)
  yield* rwEnter(actor, at.rw, RW_WRITER)
  checkWaiterBits(actor, at.rw)
  write(t, at)
  leave(actor, at)
}

/** Reads if that takes no wait. */
function trier(t: Thread, at: Place, index: number) {
  const actor = parker(t, at.lot, index)
  if (!rwTryEnter(actor, at.rw, RW_READER)) return
  even(t, at)
  leave(actor, at)
}

interface Impatient extends Parker {
  patient: boolean
}

/** Gives up the first time. */
function* giveUpOnce(actor: Actor, ts: Addr, queue: number, lock: Addr, syncobj: number): Sleeps<void> {
  if ((actor as Impatient).patient) yield* parkingTurnstile.block(actor, ts, queue, lock, syncobj)
  else {
    ;(actor as Impatient).patient = true
    parkingTurnstile.exit(actor, lock)
  }
}

/** Of a thread whose deadline is over as soon as it waits, and who comes again: the bits that it has set remain. */
const impatientTurnstile: TurnstileOps = operations({
  onproc(actor: Actor, thread: number) {
    return parkingTurnstile.onproc(actor, thread)
  },
  lookup(actor: Actor, lock: Addr) {
    return parkingTurnstile.lookup(actor, lock)
  },
  exit(actor: Actor, lock: Addr) {
    parkingTurnstile.exit(actor, lock)
  },
  block: giveUpOnce,
  wakeup(actor: Actor, ts: Addr, queue: number, count: number, lock: Addr, newOwner: number) {
    parkingTurnstile.wakeup(actor, ts, queue, count, lock, newOwner)
  },
  waiters(actor: Actor, ts: Addr, queue: number) {
    return parkingTurnstile.waiters(actor, ts, queue)
  },
  first(actor: Actor, ts: Addr, queue: number) {
    return parkingTurnstile.first(actor, ts, queue)
  },
})

function* impatient(t: Thread, at: Place, index: number) {
  const actor: Impatient = { ...parker(t, at.lot, index), turnstile: impatientTurnstile, patient: false }
  yield* rwEnter(actor, at.rw, RW_WRITER)
  write(t, at)
  leave(actor, at)
}

function main(t: Thread, at: Place, as: number, r: number, w: number, q: number, g: number) {
  const { mem } = t
  makeLot(t, at.lot, 1 + r + w + q + g)
  mem.spawn(call(owner, at, as, g))
  for (let i = 0; i < r; i++) mem.spawn(call(reader, at, 1 + i))
  for (let i = 0; i < w; i++) mem.spawn(call(writer, at, 1 + r + i))
  for (let i = 0; i < q; i++) mem.spawn(call(trier, at, 1 + r + w + i))
  for (let i = 0; i < g; i++) mem.spawn(call(impatient, at, 1 + r + w + q + i))
}

function left(final: Final, rw: Addr): string | undefined {
  const word = final.read(rw)
  return final.ended && word !== 0 ? `all have left, and the word is ${word}` : undefined
}

export default defineProgram({
  name: 'sync-rwlock-nap',
  about:
    'the rwlock of atomics-sync, word by word, whose owner leaves its CPU with it (as 0: a reader, 1: a writer, 2: one that lets readers in before it goes): r readers and w ' +
    'writers sleep until they are given the lock, q try, and g writers give up waiting and come again',
  params: { as: 1, r: 1, w: 1, q: 0, g: 0 },
  memory: ({ r, w, q, g }) => ({ lot: lotWords(1 + r + w + q + g), rw: 2, data: 1 }),
  threads: ({ as, r, w, q, g }, at) => [call(main, at, as, r, w, q, g)],
  check: (final, _, { rw }) => left(final, rw),
})
