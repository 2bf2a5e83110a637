import { cvSignal, cvWait, mutexEnter, mutexExit } from '@holdfast/atomics-sync'
import { type Addr, type Thread, call, check, defineProgram } from '@holdfast/explorer'
import { lotWords, makeLot, parker } from './lib/parker.js'

interface Place {
  readonly lot: Addr
  readonly outer: Addr
  readonly inner: Addr
  readonly cv: Addr
  readonly flag: Addr
  readonly inside: Addr
}

/** Sleeps on the condition with the outer mutex held, and once more without it. */
function* owner(t: Thread, at: Place, index: number) {
  const { mem } = t
  const actor = parker(t, at.lot, index)
  yield* mutexEnter(actor, at.outer)
  mem.write(at.inside, mem.read(at.inside) + 1)
  yield* mutexEnter(actor, at.inner)
  while (mem.read(at.flag) < 1) yield* cvWait(actor, at.cv, at.inner)
  mutexExit(actor, at.inner)
  mem.write(at.inside, mem.read(at.inside) - 1)
  mutexExit(actor, at.outer)
  yield* mutexEnter(actor, at.inner)
  while (mem.read(at.flag) < 2) yield* cvWait(actor, at.cv, at.inner)
  mutexExit(actor, at.inner)
}

/** Wants the outer mutex, whose owner may be off its CPU. */
function* user(t: Thread, at: Place, index: number) {
  const { mem } = t
  const actor = parker(t, at.lot, index)
  yield* mutexEnter(actor, at.outer)
  mem.write(at.inside, mem.read(at.inside) + 1)
  check(mem.read(at.inside) === 1, 'two are inside')
  mem.write(at.inside, mem.read(at.inside) - 1)
  mutexExit(actor, at.outer)
  yield* setFlag(t, at, index, 2)
}

function* signaller(t: Thread, at: Place, index: number) {
  yield* setFlag(t, at, index, 1)
}

function* setFlag(t: Thread, at: Place, index: number, value: number) {
  const { mem } = t
  const actor = parker(t, at.lot, index)
  yield* mutexEnter(actor, at.inner)
  if (mem.read(at.flag) < value) mem.write(at.flag, value)
  cvSignal(actor, at.cv)
  mutexExit(actor, at.inner)
}

function main(t: Thread, at: Place) {
  const { mem } = t
  makeLot(t, at.lot, 3)
  mem.spawn(call(owner, at, 0))
  mem.spawn(call(user, at, 1))
  mem.spawn(call(signaller, at, 2))
}

export default defineProgram({
  name: 'sync-mutex-asleep',
  about:
    'the adaptive mutex of atomics-sync, word by word, whose owner sleeps on a condition with it, so that who wants it sleeps too',
  memory: () => ({ lot: lotWords(3), outer: 1, inner: 1, cv: 2, flag: 1, inside: 1 }),
  threads: (_, at) => [call(main, at)],
})
