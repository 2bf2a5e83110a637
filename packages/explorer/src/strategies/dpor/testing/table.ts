import {
  add,
  awaits,
  cvBroadcast,
  cvSignal,
  cvWait,
  load,
  lock,
  store,
  unless,
  unlock,
} from './op-program.js'
import type { Op, OpProgram } from './op-program.js'

/** A program whose number of traces is known from other tools, and how many of them end blocked. */
export interface Row {
  readonly name: string
  readonly program: OpProgram
  readonly traces: number
  readonly blocked: number
}

const times = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i))
const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1))
const memory = (words: number): number[] => times(words + 1, () => 0)

/** The table of the literature, by program; each thread is a list of operations, word 1 and on are the variables. */
export const table = {
  writers: (n: number): Row => ({
    name: `writers(${n})`,
    program: { memory: memory(1), threads: times(n, (i) => [store(1, i + 1)]) },
    traces: factorial(n),
    blocked: 0,
  }),
  readers: (n: number): Row => ({
    name: `readers(${n})`,
    program: { memory: memory(1), threads: [[store(1, 42)], ...times(n, () => [load(1)])] },
    traces: 2 ** n,
    blocked: 0,
  }),
  inc: (n: number): Row => ({
    name: `inc(${n})`,
    program: { memory: memory(1), threads: times(n, () => [load(1), store(1, { of: 0, plus: 1 })]) },
    traces: factorial(n) ** 2,
    blocked: 0,
  }),
  fai: (n: number, k: number): Row => ({
    name: `fai(${n},${k})`,
    program: { memory: memory(1), threads: times(n, () => times(k, () => add(1, 1))) },
    traces: factorial(n * k) / factorial(k) ** n,
    blocked: 0,
  }),
  lockinc: (n: number, k: number): Row => ({
    name: `lockinc(${n},${k})`,
    program: {
      memory: memory(2),
      threads: times(n, () =>
        times(k, (i) => [lock(1), load(2), store(2, { of: 4 * i + 1, plus: 1 }), unlock(1)]).flat(),
      ),
    },
    traces: factorial(n * k) / factorial(k) ** n,
    blocked: 0,
  }),
  philosophers: (n: number): Row => ({
    name: `philosophers(${n})`,
    program: { memory: memory(n), threads: times(n, (i) => dine(1 + i, 1 + ((i + 1) % n))) },
    traces: 2 ** n - 1,
    blocked: 1,
  }),
  philosophersOrdered: (n: number): Row => ({
    name: `philosophers ordered(${n})`,
    program: {
      memory: memory(n),
      threads: times(n, (i) => dine(1 + Math.min(i, (i + 1) % n), 1 + Math.max(i, (i + 1) % n))),
    },
    traces: 2 ** n - 2,
    blocked: 0,
  }),
  deadlock01: (): Row => ({
    name: 'deadlock01',
    program: { memory: memory(2), threads: [dine(1, 2), dine(2, 1)] },
    traces: 3,
    blocked: 1,
  }),
  carter01: (): Row => ({
    name: 'carter01',
    program: { memory: memory(4), threads: [room(3), room(4), [], []] },
    traces: 4,
    blocked: 2,
  }),
  lastzero: (n: number): Row => ({
    name: `lastzero(${n})`,
    program: {
      memory: memory(n + 1),
      threads: [
        times(n + 1, (i) => (i === 0 ? load(n + 1) : unless(i - 1, 0, load(n + 1 - i)))),
        ...times(n, (j) => [load(1 + j), store(2 + j, { of: 0, plus: 1 })]),
      ],
    },
    traces: (n + 3) * 2 ** (n - 2),
    blocked: 0,
  }),
  reorder: (s: number, c: number, traces = factorial(s + 1) ** 2): Row => ({
    name: `reorder(${s},${c})`,
    program: {
      memory: memory(2),
      threads: [...times(s, () => [store(1, 1), store(2, -1)]), ...times(c, () => [load(1), load(2)])],
    },
    traces,
    blocked: 0,
  }),
  twostage: (a: number, b: number, traces: number): Row => ({
    name: `twostage(${a},${b})`,
    program: {
      memory: memory(4),
      threads: [
        ...times(a, () => [
          lock(1),
          store(2, 1),
          unlock(1),
          lock(3),
          load(2),
          store(4, { of: 4, plus: 1 }),
          unlock(3),
        ]),
        ...times(b, () => [
          lock(1),
          load(2),
          unlock(1),
          ...[lock(3), load(4), unlock(3)].map((op) => unless(1, 0, op)),
        ]),
      ],
    },
    traces,
    blocked: 0,
  }),
  wronglock: (a: number, b: number, traces: number): Row => ({
    name: `wronglock(${a},${b})`,
    program: {
      memory: memory(3),
      threads: [
        ...times(a, () => [lock(1), load(3), load(3), store(3, { of: 2, plus: 1 }), load(3), unlock(1)]),
        ...times(b, () => [lock(2), load(3), store(3, { of: 1, plus: 1 }), unlock(2)]),
      ],
    },
    traces,
    blocked: 0,
  }),
  accountBad: (): Row => ({
    name: 'account_bad',
    program: {
      memory: memory(4),
      threads: [
        [lock(1), load(2), store(2, { of: 1, plus: 1 }), store(3, 1), unlock(1)],
        [lock(1), load(2), store(2, { of: 1, plus: -1 }), store(4, 1), unlock(1)],
        [lock(1), load(3), unless(1, 0, load(4)), unless(2, 0, load(2)), unlock(1)],
      ],
    },
    traces: 6,
    blocked: 0,
  }),
  lazy01: (): Row => ({
    name: 'lazy01',
    program: {
      memory: memory(2),
      threads: [
        [lock(1), load(2), store(2, { of: 1, plus: 1 }), unlock(1)],
        [lock(1), load(2), store(2, { of: 1, plus: 2 }), unlock(1)],
        [lock(1), load(2), unlock(1)],
      ],
    },
    traces: 6,
    blocked: 0,
  }),
  storeBuffering: (): Row => ({
    name: 'store buffering',
    program: {
      memory: memory(2),
      threads: [
        [store(1, 1), load(2)],
        [store(2, 1), load(1)],
      ],
    },
    traces: 3,
    blocked: 0,
  }),
  messagePassing: (): Row => ({
    name: 'message passing',
    program: {
      memory: memory(2),
      threads: [
        [store(1, 1), store(2, 1)],
        [load(2), load(1)],
      ],
    },
    traces: 3,
    blocked: 0,
  }),
  loadBuffering: (): Row => ({
    name: 'load buffering',
    program: {
      memory: memory(2),
      threads: [
        [load(1), store(2, 1)],
        [load(2), store(1, 1)],
      ],
    },
    traces: 3,
    blocked: 0,
  }),
  iriw: (): Row => ({
    name: 'IRIW',
    program: {
      memory: memory(2),
      threads: [[store(1, 1)], [store(2, 1)], [load(1), load(2)], [load(2), load(1)]],
    },
    traces: 15,
    blocked: 0,
  }),
  ticket: (n: number): Row => ({
    name: `ticket(${n})`,
    program: {
      memory: memory(2),
      threads: times(n, () => [add(1, 1), awaits(2, { of: 0, plus: 0 }), store(2, { of: 0, plus: 1 })]),
    },
    traces: factorial(n),
    blocked: 0,
  }),
  condvar: (n: number, traces: number): Row => ({
    name: `condvar(${n})`,
    program: {
      memory: memory(3),
      threads: [
        ...times(n, () => [lock(1), load(3), unless(1, 1, cvWait(2, 1)), unless(1, 1, load(3)), unlock(1)]),
        [lock(1), store(3, 1), cvBroadcast(2), unlock(1)],
      ],
    },
    traces,
    blocked: 0,
  }),
  lostWakeup: (): Row => ({
    name: 'lost wake-up',
    program: {
      memory: memory(2),
      threads: [
        [lock(1), cvWait(2, 1), unlock(1)],
        [lock(1), cvSignal(2), unlock(1)],
      ],
    },
    traces: 2,
    blocked: 1,
  }),
}

/** Every row, at the sizes that are known, but for the largest. */
export const ROWS: readonly Row[] = [
  ...[2, 3, 4, 5, 6, 7].map(table.writers),
  ...[2, 4, 8, 10].map(table.readers),
  ...[2, 3, 4, 5].map(table.inc),
  table.fai(6, 1),
  table.fai(2, 4),
  table.fai(3, 2),
  table.lockinc(6, 1),
  table.lockinc(2, 4),
  table.lockinc(3, 3),
  table.lockinc(4, 2),
  ...[2, 3, 4, 5, 8, 10].map(table.philosophers),
  ...[2, 3, 4, 5, 8].map(table.philosophersOrdered),
  table.deadlock01(),
  table.carter01(),
  ...[3, 5, 8, 10, 12].map(table.lastzero),
  table.reorder(1, 1),
  table.reorder(2, 1),
  table.reorder(3, 1),
  table.reorder(4, 1),
  table.reorder(3, 2, 9216),
  table.twostage(1, 1, 3),
  table.twostage(2, 1, 40),
  table.twostage(3, 1, 1080),
  table.twostage(2, 2, 472),
  table.wronglock(1, 1, 7),
  table.wronglock(1, 2, 48),
  table.wronglock(1, 3, 360),
  table.wronglock(2, 1, 34),
  table.accountBad(),
  table.lazy01(),
  table.storeBuffering(),
  table.messagePassing(),
  table.loadBuffering(),
  table.iriw(),
  ...[2, 3, 4, 5].map(table.ticket),
  table.condvar(1, 2),
  table.condvar(2, 10),
  table.condvar(3, 96),
  table.condvar(4, 1560),
  table.lostWakeup(),
]

/** Takes both, and puts both back. */
function dine(left: number, right: number): Op[] {
  return [lock(left), lock(right), unlock(right), unlock(left)]
}

/** carter01: the first of its kind takes the second lock, the last releases it; word `count` counts. */
function room(count: number): Op[] {
  return [
    lock(1),
    load(count),
    store(count, { of: 1, plus: 1 }),
    load(count),
    lock(2),
    unlock(1),
    lock(1),
    load(count),
    store(count, { of: 7, plus: -1 }),
    load(count),
    unlock(2),
    unlock(1),
  ]
}
