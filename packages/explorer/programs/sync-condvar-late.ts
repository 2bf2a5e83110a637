import {
  type Actor,
  type SleepOps,
  type Sleeps,
  cvBroadcast,
  cvSignal,
  cvTimedwait,
  cvWait,
  mutexEnter,
  mutexExit,
  mutexOwned,
  operations,
  parkingSleepq,
} from '@holdfast/atomics-sync'
import { type Addr, type Thread, call, check, defineProgram } from '@holdfast/explorer'
import { lotWords, makeLot, parker } from './lib/parker.js'

const EWOULDBLOCK = 35

function enter(actor: Actor, wchan: Addr, wmesg: string, syncobj: number): void {
  parkingSleepq.enter(actor, wchan, wmesg, syncobj)
}

/** The time of who has a timeout is over at once; and also when it is woken before, as it may be in a kernel: it does not know for what it was woken. */
function* block(actor: Actor, ticks: number, catchSignals: boolean): Sleeps<number> {
  const error = yield* parkingSleepq.block(actor, ticks, catchSignals)
  return ticks === 0 ? error : EWOULDBLOCK
}

function wake(actor: Actor, wchan: Addr, count: number): number {
  return parkingSleepq.wake(actor, wchan, count)
}

const lateSleepq: SleepOps = operations({ enter, block, wake })

interface Place {
  readonly lot: Addr
  readonly m: Addr
  readonly cv: Addr
  readonly items: Addr
  readonly calls: Addr
  readonly woken: Addr
}

/** Waits for an item, and takes it; or, with a timeout, leaves it to others. */
function* taker(t: Thread, at: Place, index: number, ticks: number) {
  const { mem } = t
  const actor = { ...parker(t, at.lot, index), sleepq: lateSleepq, tickMs: 0 }
  yield* mutexEnter(actor, at.m)
  let error = 0
  while (mem.read(at.items) === 0 && error === 0) {
    if (ticks === 0) yield* cvWait(actor, at.cv, at.m)
    else error = yield* cvTimedwait(actor, at.cv, at.m, ticks)
    check(mutexOwned(actor, at.m), 'woken without the mutex')
    if (ticks !== 0) continue
    mem.write(at.woken, mem.read(at.woken) + 1)
    check(mem.read(at.woken) <= mem.read(at.calls), 'more were woken than were called')
  }
  if (ticks === 0) mem.write(at.items, mem.read(at.items) - 1)
  else if (error !== 0) {
    check(error === EWOULDBLOCK, `the error is ${error}`)
    mem.write(at.calls, mem.read(at.calls) + 1) // it has passed the call on
  }
  mutexExit(actor, at.m)
}

/** Calls one for nothing. */
function* joker(t: Thread, at: Place, index: number) {
  const { mem } = t
  const actor = parker(t, at.lot, index)
  yield* mutexEnter(actor, at.m)
  mem.write(at.calls, mem.read(at.calls) + 1)
  cvSignal(actor, at.cv)
  mutexExit(actor, at.m)
}

/** Brings an item, and says so to one; or, if `all`, brings one for each and says so to all. */
function* bringer(t: Thread, at: Place, index: number, items: number, all: boolean) {
  const { mem } = t
  const actor = parker(t, at.lot, index)
  yield* mutexEnter(actor, at.m)
  mem.write(at.items, items)
  mem.write(at.calls, mem.read(at.calls) + items)
  if (all) cvBroadcast(actor, at.cv)
  else cvSignal(actor, at.cv)
  mutexExit(actor, at.m)
}

function main(t: Thread, at: Place, timed: number, n: number) {
  const { mem } = t
  makeLot(t, at.lot, timed + n + 2)
  for (let i = 0; i < timed; i++) mem.spawn(call(taker, at, i, 1))
  for (let i = 0; i < n; i++) mem.spawn(call(taker, at, timed + i, 0))
  const all = timed === 0
  mem.spawn(call(bringer, at, timed + n, all ? n : 1, all))
  if (all) mem.spawn(call(joker, at, timed + n + 1))
}

export default defineProgram({
  name: 'sync-condvar-late',
  about:
    'the condition variable of atomics-sync, word by word: n wait for an item, and others of whom each gives up as soon as it is woken (timed): it must pass on what it was woken for; with timed 0 one is called for nothing',
  params: { timed: 1, n: 1 },
  memory: ({ timed, n }) => ({ lot: lotWords(timed + n + 2), m: 1, cv: 2, items: 1, calls: 1, woken: 1 }),
  threads: ({ timed, n }, at) => [call(main, at, timed, n)],
})
