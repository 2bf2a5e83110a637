import type { Params } from '../program/define.js'

/** Of a program: how many Mazurkiewicz traces it has, and in how many of them threads wait for ever. */
export interface TraceRow {
  readonly program: string
  readonly params: Params
  readonly traces: number
  readonly deadlocked?: number
  /** Traces that fail a check or are deadlocked, where that is known. */
  readonly buggy?: number
}

function rows(program: string, param: string, counts: Readonly<Record<number, number>>): TraceRow[] {
  return Object.entries(counts).map(([value, traces]) => ({
    program,
    params: { [param]: Number(value) },
    traces,
  }))
}

function row(program: string, params: Params, traces: number, more: Partial<TraceRow> = {}): TraceRow {
  return { program, params, traces, ...more }
}

/** Counts that other tools report too, of sequential consistency: each to be visited once, and none in vain. */
export const TRACES: readonly TraceRow[] = [
  ...rows('writers', 'n', { 2: 2, 3: 6, 4: 24, 5: 120, 6: 720, 7: 5040 }),
  ...rows('readers', 'n', { 2: 4, 4: 16, 8: 256, 10: 1024, 15: 32768 }),
  ...rows('inc', 'n', { 2: 4, 3: 36, 4: 576, 5: 14400 }),
  row('fai', { n: 6, k: 1 }, 720),
  row('fai', { n: 2, k: 4 }, 70),
  row('fai', { n: 3, k: 2 }, 90),
  row('lockinc', { n: 6, k: 1 }, 720),
  row('lockinc', { n: 2, k: 4 }, 70),
  row('lockinc', { n: 3, k: 3 }, 1680),
  row('lockinc', { n: 4, k: 2 }, 2520),
  ...rows('philosophers', 'n', { 2: 3, 3: 7, 4: 15, 5: 31, 8: 255, 10: 1023 }).map((at) => ({
    ...at,
    deadlocked: 1,
    buggy: 1,
  })),
  ...rows('philosophers-ordered', 'n', { 2: 2, 3: 6, 4: 14, 5: 30, 8: 254 }),
  row('deadlock01', {}, 3, { deadlocked: 1, buggy: 1 }),
  row('carter01', {}, 4, { deadlocked: 2, buggy: 2 }),
  ...rows('lastzero', 'n', { 3: 12, 5: 64, 8: 704, 10: 3328, 12: 15360, 15: 147456 }),
  row('reorder', { s: 1, c: 1 }, 4, { buggy: 2 }),
  row('reorder', { s: 2, c: 1 }, 36, { buggy: 16 }),
  row('reorder', { s: 3, c: 1 }, 576, { buggy: 216 }),
  row('reorder', { s: 4, c: 1 }, 14400),
  row('reorder', { s: 3, c: 2 }, 9216),
  row('twostage', { a: 1, b: 1 }, 3, { buggy: 1 }),
  row('twostage', { a: 2, b: 1 }, 40),
  row('twostage', { a: 3, b: 1 }, 1080),
  row('twostage', { a: 2, b: 2 }, 472),
  row('wronglock', { a: 1, b: 1 }, 7, { buggy: 2 }),
  row('wronglock', { a: 1, b: 2 }, 48),
  row('wronglock', { a: 1, b: 3 }, 360),
  row('wronglock', { a: 2, b: 1 }, 34, { deadlocked: 4 }), // who fails its check keeps the mutex
  row('bluetooth', {}, 10),
  row('account-bad', {}, 6, { buggy: 2 }),
  row('lazy01', {}, 6, { buggy: 2 }),
  row('sb', {}, 3),
  row('mp', {}, 3),
  row('lb', {}, 3),
  row('iriw', {}, 15),
  ...rows('ticket', 'n', { 2: 2, 3: 6, 4: 24, 5: 120 }),
  ...rows('condvar', 'n', { 1: 2, 2: 10, 3: 96, 4: 1560 }),
  row('lost-wakeup', {}, 2, { deadlocked: 1, buggy: 1 }),
]

/** Counts with a closed form, of programs of the same literature. */
export const MORE_TRACES: readonly TraceRow[] = [
  ...rows('n-writers-a-reader', 'n', { 1: 2, 2: 6, 3: 24, 5: 720 }), // (n + 1)!
  ...rows('cas', 'n', { 2: 2, 3: 3, 8: 8 }), // n
  ...rows('filesystem', 'n', { 13: 1, 14: 2, 16: 8, 18: 32, 19: 64 }), // 2^(n - 13)
  ...rows('indexer', 'n', { 11: 1, 12: 8, 13: 64, 14: 512, 15: 4096 }), // 8^(n - 11)
  ...rows('spawn-tree', 'd', { 0: 1, 1: 2, 2: 24 }), // (2^d)!
  ...rows('choose', 'n', { 1: 2, 3: 6, 20: 40 }), // 2n
  ...rows('barrier', 'n', { 1: 1, 2: 2, 3: 6, 4: 24 }), // n!
  ...rows('clh', 'n', { 1: 1, 2: 2, 3: 6, 4: 24, 5: 120 }), // n!
  ...rows('hazard-pointer', 'n', { 1: 7, 2: 49, 3: 343, 4: 2401 }), // 7^n
  row('burns', { n: 2 }, 11),
  row('peterson-plain', { fence: 0 }, 4),
  row('peterson-plain', { fence: 1 }, 4),
  row('token-ring', {}, 17, { deadlocked: 7, buggy: 11 }),
  row('string-buffer', {}, 3, { buggy: 1 }),
  // What GenMC expects of them under SC, in its own tests.
  ...rows('casrot', 'n', { 2: 2, 3: 5, 4: 14, 5: 43, 6: 144, 7: 523, 8: 2048, 9: 8597 }),
  ...rows('casw', 'n', { 2: 6, 3: 66, 4: 1200 }),
  ...rows('wcas', 'n', { 2: 5, 3: 13, 4: 33, 5: 81, 8: 1025, 9: 2305 }), // n 2^(n - 1) + 1
  ...rows('coa', 'n', { 0: 4, 1: 15, 2: 130, 3: 2028 }),
  ...rows('shared-ptr', 'n', { 1: 14, 100: 410 }), // 4n + 10
  row('eratosthenes', { n: 5 }, 398),
]

/** Of a small program: its interleavings, and the buggy among them, in all and with at most 0, 1, 2, 3 preemptions. */
export interface ScheduleRow {
  readonly program: string
  readonly params: Params
  readonly interleavings: number
  readonly buggy: number
  /** Chance that a random walk ends in a fault. */
  readonly chance: number
  /** `[interleavings, buggy]` with at most so many preemptions. */
  readonly bounded: readonly (readonly [number, number])[]
}

function schedules(
  program: string,
  params: Params,
  [interleavings, buggy]: readonly [number, number],
  chance: number,
  ...bounded: (readonly [number, number])[]
): ScheduleRow {
  return { program, params, interleavings, buggy, chance, bounded }
}

export const SCHEDULES: readonly ScheduleRow[] = [
  schedules('reorder', { s: 1, c: 1 }, [6, 2], 1 / 4, [2, 0], [4, 2], [6, 2], [6, 2]),
  schedules('reorder', { s: 2, c: 1 }, [90, 28], 20 / 81, [6, 0], [24, 8], [60, 20], [90, 28]),
  schedules('reorder', { s: 3, c: 1 }, [2520, 684], 57 / 256, [24, 0], [168, 36], [672, 180], [1656, 468]),
  schedules('twostage', { a: 1, b: 1 }, [72, 1], 1 / 64, [2, 0], [6, 1], [19, 1], [37, 1]),
  schedules('wronglock', { a: 1, b: 1 }, [199, 34], 29 / 128, [2, 0], [10, 2], [40, 7], [83, 17]),
  schedules('account-bad', {}, [6, 2], 1 / 3, [6, 2], [6, 2], [6, 2], [6, 2]),
  schedules('deadlock01', {}, [6, 2], 1 / 2, [2, 0], [6, 2], [6, 2], [6, 2]),
  schedules('string-buffer', {}, [9, 1], 1 / 8, [2, 0], [7, 1], [9, 1], [9, 1]),
]

/** How a row is called in the name of a test. */
export function called({ program, params }: { program: string; params: Params }): string {
  const values = Object.values(params)
  return values.length === 0 ? program : `${program}(${values.join(',')})`
}
