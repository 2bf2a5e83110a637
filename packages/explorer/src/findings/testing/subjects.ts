import { CV_SIGNAL, CV_WAIT, LOAD, LOCK, READ, STORE, UNLOCK, WRITE } from '@holdfast/compiler'
import type { Site } from '@holdfast/compiler'
import type { ActorMem } from '../../engine/actor-mem.js'
import { ENDED } from '../../engine/kinds.js'
import type { Observer, Report } from '../../engine/observer.js'
import type { Coroutine, Target } from '../../engine/target.js'
import type { Subject } from '../../subject.js'

/** Programs as the compiler would leave them, for tests that need no compiler. */
type Body = (mem: ActorMem) => Coroutine

const SITES: Site[] = []

function site(name: string, line: number, op: string, text: string): number {
  SITES.push({ file: 'src/toy.ts', line, column: 3, function: name, cName: name, op, text })
  return SITES.length - 1
}

interface Toy {
  readonly id: string
  readonly words: readonly string[]
  readonly bodies: readonly Body[]
  readonly hash?: string
  readonly pure?: boolean
  /** Address from which on words are of one actor alone: no choice is made before a plain access to them. */
  readonly localFrom?: number
  readonly check?: (words: Int32Array) => string | undefined
  readonly smaller?: () => Iterable<Subject>
}

function toySubject({ id, words, bodies, hash, pure, localFrom, check, smaller }: Toy): Subject {
  const target: Target = {
    name: id,
    image: new Int32Array(8 + words.length),
    pure: pure ?? localFrom === undefined,
    ...(localFrom === undefined ? {} : { local: new Uint8Array(8 + words.length).fill(1, localFrom) }),
    start(world) {
      for (const body of bodies) world.addActor(body)
    },
    threw(world, actor, error) {
      const report: Report = {
        verdict: 'assertion',
        message: `T${actor + 1}: ${(error as Error).message}`,
        sites: [world.evSite],
        steps: [world.steps - 1],
      }
      world.report(report)
      return false
    },
    finish(world) {
      if (world.outcome !== 'done') return
      const wrong = check?.(world.words)
      if (wrong !== undefined) world.report({ verdict: 'invariant', message: wrong, sites: [] })
    },
    nameOf: (addr) => words[addr - 8] ?? `word ${addr}`,
    actorName: (_world, actor) => `T${actor + 1}`,
  }
  return {
    id,
    hash: hash ?? '0123456789abcdef',
    target,
    options: {},
    sites: SITES,
    observers: () => [blocked()],
    ...(smaller === undefined ? {} : { smaller }),
  }
}

function blocked(): Observer {
  return {
    name: 'blocked',
    reset: () => {},
    event: () => {},
    finish(world) {
      if (world.outcome !== 'blocked') return
      const waiting = [...world.kind.subarray(0, world.n).keys()].filter((i) => world.kind[i] !== ENDED)
      const sites = waiting.map((actor) => world.site[actor] as number).sort((x, y) => x - y)
      world.report({
        verdict: 'deadlock',
        message: `${waiting.map((i) => `T${i + 1}`).join(', ')} wait for ever`,
        sites,
      })
    },
  }
}

const [A, B, C, D] = [8, 9, 10, 11] as const

const SET_A = site('setter', 10, 'store', 'mem.store(a, 1)')
const SET_B = site('setter', 11, 'store', 'mem.store(b, -1)')
const GET_A = site('checker', 15, 'load', 'mem.load(a)')
const GET_B = site('checker', 16, 'load', 'mem.load(b)')

function* setter(mem: ActorMem): Coroutine {
  if (mem.$(STORE, SET_A, A, 1, 0, 0)) yield
  if (mem.$(STORE, SET_B, B, -1, 0, 0)) yield
}

function* checker(mem: ActorMem): Coroutine {
  if (mem.$(LOAD, GET_A, A, 0, 0, 0)) yield
  const a = mem.v as number
  if (mem.$(LOAD, GET_B, B, 0, 0, 0)) yield
  const b = mem.v as number
  if (!((a === 0 && b === 0) || (a === 1 && b === -1))) throw new Error(`a is ${a} and b is ${b}`)
}

/** reorder(s, c) of the literature: setters do a = 1, b = -1; a checker must see both or neither. */
export function reorder(setters: number, checkers = 1, pure = true): Subject {
  return toySubject({
    id: `program:reorder?s=${setters}&c=${checkers}`,
    words: ['a', 'b'],
    bodies: [...repeated(setter, setters), ...repeated(checker, checkers)],
    pure,
    *smaller() {
      if (setters > 1) yield reorder(setters - 1, checkers, pure)
      if (checkers > 1) yield reorder(setters, checkers - 1, pure)
    },
  })
}

const STAGE = {
  lockA: site('writer', 20, 'lock', 'mem.lock(m1)'),
  set1: site('writer', 21, 'write', 'mem.write(data1, 1)'),
  unlockA: site('writer', 22, 'unlock', 'mem.unlock(m1)'),
  lockB: site('writer', 23, 'lock', 'mem.lock(m2)'),
  set2: site('writer', 24, 'write', 'mem.write(data2, data1 + 1)'),
  unlockB: site('writer', 25, 'unlock', 'mem.unlock(m2)'),
  read1: site('writer', 24, 'read', 'mem.read(data1)'),
  lockC: site('reader', 30, 'lock', 'mem.lock(m1)'),
  get1: site('reader', 31, 'read', 'mem.read(data1)'),
  unlockC: site('reader', 32, 'unlock', 'mem.unlock(m1)'),
  lockD: site('reader', 33, 'lock', 'mem.lock(m2)'),
  get2: site('reader', 34, 'read', 'mem.read(data2)'),
  unlockD: site('reader', 35, 'unlock', 'mem.unlock(m2)'),
}

function* writer(mem: ActorMem): Coroutine {
  if (mem.$(LOCK, STAGE.lockA, A, 0, 0, 0)) yield
  if (mem.$(WRITE, STAGE.set1, C, 1, 0, 0)) yield
  if (mem.$(UNLOCK, STAGE.unlockA, A, 0, 0, 0)) yield
  if (mem.$(LOCK, STAGE.lockB, B, 0, 0, 0)) yield
  if (mem.$(READ, STAGE.read1, C, 0, 0, 0)) yield
  const value = (mem.v as number) + 1
  if (mem.$(WRITE, STAGE.set2, D, value, 0, 0)) yield
  if (mem.$(UNLOCK, STAGE.unlockB, B, 0, 0, 0)) yield
}

function* reader(mem: ActorMem): Coroutine {
  if (mem.$(LOCK, STAGE.lockC, A, 0, 0, 0)) yield
  if (mem.$(READ, STAGE.get1, C, 0, 0, 0)) yield
  const one = mem.v as number
  if (mem.$(UNLOCK, STAGE.unlockC, A, 0, 0, 0)) yield
  if (one === 0) return
  if (mem.$(LOCK, STAGE.lockD, B, 0, 0, 0)) yield
  if (mem.$(READ, STAGE.get2, D, 0, 0, 0)) yield
  const two = mem.v as number
  if (mem.$(UNLOCK, STAGE.unlockD, B, 0, 0, 0)) yield
  if (two !== one + 1) throw new Error(`data2 is ${two}, data1 was ${one}`)
}

/** twostage(a, b): data2 is set in a second critical section, so a reader may come between. */
export function twostage(writers: number, readers: number): Subject {
  return toySubject({
    id: `program:twostage?a=${writers}&b=${readers}`,
    words: ['m1', 'm2', 'data1', 'data2'],
    bodies: [...repeated(writer, writers), ...repeated(reader, readers)],
  })
}

const LOCKS = [
  [site('forth', 40, 'lock', 'mem.lock(a)'), site('forth', 41, 'lock', 'mem.lock(b)')],
  [site('back', 45, 'lock', 'mem.lock(b)'), site('back', 46, 'lock', 'mem.lock(a)')],
] as const
const UNLOCKS = [
  [site('forth', 42, 'unlock', 'mem.unlock(b)'), site('forth', 43, 'unlock', 'mem.unlock(a)')],
  [site('back', 47, 'unlock', 'mem.unlock(a)'), site('back', 48, 'unlock', 'mem.unlock(b)')],
] as const

function locker(which: 0 | 1): Body {
  const [outer, inner] = which === 0 ? [A, B] : [B, A]
  return function* (mem) {
    if (mem.$(LOCK, LOCKS[which][0], outer, 0, 0, 0)) yield
    if (mem.$(LOCK, LOCKS[which][1], inner, 0, 0, 0)) yield
    if (mem.$(UNLOCK, UNLOCKS[which][0], inner, 0, 0, 0)) yield
    if (mem.$(UNLOCK, UNLOCKS[which][1], outer, 0, 0, 0)) yield
  }
}

/** deadlock01: lock a, lock b against lock b, lock a. */
export function deadlock01(): Subject {
  return toySubject({ id: 'program:deadlock01', words: ['a', 'b'], bodies: [locker(0), locker(1)] })
}

const BANK = {
  lock: site('deposit', 50, 'lock', 'mem.lock(m)'),
  get: site('deposit', 51, 'read', 'mem.read(balance)'),
  set: site('deposit', 52, 'write', 'mem.write(balance, balance + 1)'),
  unlock: site('deposit', 53, 'unlock', 'mem.unlock(m)'),
  look: site('audit', 55, 'lock', 'mem.lock(m)'),
  read: site('audit', 56, 'read', 'mem.read(balance)'),
  leave: site('audit', 57, 'unlock', 'mem.unlock(m)'),
}

function* deposit(mem: ActorMem): Coroutine {
  if (mem.$(LOCK, BANK.lock, A, 0, 0, 0)) yield
  if (mem.$(READ, BANK.get, B, 0, 0, 0)) yield
  const value = (mem.v as number) + 1
  if (mem.$(WRITE, BANK.set, B, value, 0, 0)) yield
  if (mem.$(UNLOCK, BANK.unlock, A, 0, 0, 0)) yield
}

function* audit(mem: ActorMem): Coroutine {
  if (mem.$(LOCK, BANK.look, A, 0, 0, 0)) yield
  if (mem.$(READ, BANK.read, B, 0, 0, 0)) yield
  const value = mem.v as number
  if (mem.$(UNLOCK, BANK.leave, A, 0, 0, 0)) yield
  if (value !== 2) throw new Error(`the balance is ${value}`)
}

/** account_bad: an audit that does not wait for both deposits; shown without a preemption. */
export function accountBad(): Subject {
  return toySubject({
    id: 'program:account_bad',
    words: ['m', 'balance'],
    bodies: [deposit, deposit, audit],
  })
}

const CV = {
  lock: site('waiter', 60, 'lock', 'mem.lock(m)'),
  wait: site('waiter', 61, 'cvWait', 'mem.cvWait(cv, m)'),
  unlock: site('waiter', 62, 'unlock', 'mem.unlock(m)'),
  signal: site('waker', 65, 'cvSignal', 'mem.cvSignal(cv)'),
}

function* waiter(mem: ActorMem): Coroutine {
  if (mem.$(LOCK, CV.lock, A, 0, 0, 0)) yield
  if (mem.$(CV_WAIT, CV.wait, B, A, 0, 0)) yield
  if (mem.$(UNLOCK, CV.unlock, A, 0, 0, 0)) yield
}

function* waker(mem: ActorMem): Coroutine {
  if (mem.$(CV_SIGNAL, CV.signal, B, 0, 0, 0)) yield
}

/** A wait without a condition: a signal that comes before it is lost. */
export function lostWakeup(): Subject {
  return toySubject({ id: 'program:lost-wakeup', words: ['m', 'cv'], bodies: [waiter, waker] })
}

const BUSY = site('bystander', 70, 'read', 'mem.read(own)')
const BUSY_WRITE = site('bystander', 71, 'write', 'mem.write(own, own + 1)')

function bystander(steps: number): (index: number) => Body {
  return (index) =>
    function* (mem) {
      for (let i = 0; i < steps; i++) {
        if (mem.$(READ, BUSY, 12 + index, 0, 0, 0)) yield
        const value = (mem.v as number) + 1
        if (mem.$(WRITE, BUSY_WRITE, 12 + index, value, 0, 0)) yield
      }
    }
}

/** reorder(1, 1) among `others` threads that have nothing to do with it. */
export function crowd(others: number, steps: number, smaller = true, local = false): Subject {
  const busy = Array.from({ length: others }, (_, i) => bystander(steps)(i))
  return toySubject({
    id: `program:crowd?others=${others}&steps=${steps}`,
    words: ['a', 'b', '', '', ...Array.from({ length: others }, (_, i) => `own[${i}]`)],
    bodies: [...busy.slice(0, others >> 1), setter, ...busy.slice(others >> 1), checker],
    ...(local ? { localFrom: 12 } : {}),
    *smaller() {
      if (!smaller) return
      if (others > 0) yield crowd(others - 1, steps)
      if (steps > 1) yield crowd(others, steps >> 1)
    },
  })
}

/** reorder(1, 1) whose setter has become one that sets b first: a program that has drifted. */
export function drifted(hash?: string): Subject {
  function* other(mem: ActorMem): Coroutine {
    if (mem.$(STORE, SET_B, B, -1, 0, 0)) yield
    if (mem.$(STORE, SET_A, A, 1, 0, 0)) yield
  }
  return toySubject({
    id: 'program:reorder?s=1&c=1',
    words: ['a', 'b'],
    bodies: [other, checker],
    ...(hash === undefined ? {} : { hash }),
  })
}

function repeated(body: Body, count: number): Body[] {
  return Array.from({ length: count }, () => body)
}
