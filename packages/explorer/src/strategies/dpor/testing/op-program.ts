import {
  ADD,
  AND,
  AWAIT,
  CAS,
  CHOOSE,
  COPY,
  CV_BROADCAST,
  CV_SIGNAL,
  CV_WAIT,
  EXCHANGE,
  FENCE,
  FILL,
  JOIN,
  LOAD,
  LOCK,
  NOTIFY,
  OP_NAMES,
  OR,
  READ,
  SPAWN,
  SPIN_WHILE,
  SPIN_WHILE_BOTH,
  STORE,
  SUB,
  TRY_LOCK,
  UNLOCK,
  WAIT,
  WRITE,
  YIELD,
} from '@holdfast/compiler'
import { ENDED } from '../../../engine/kinds.js'
import type { ActorMem } from '../../../engine/actor-mem.js'
import type { Coroutine, Target } from '../../../engine/target.js'
import { call } from '../../../program/model-mem.js'
import type { Thread } from '../../../program/model-mem.js'

/** An operand: a number, or what the operation number `of` of the thread gave, plus `plus`. */
export type Operand = number | { readonly of: number; readonly plus: number }

/**
 * One operation of a thread: left out, with that result, if operation `unless[0]` gave `unless[1]`. SPAWN has the
 * child's operations.
 */
export interface Op {
  readonly kind: number
  readonly a?: Operand
  readonly b?: Operand
  readonly c?: Operand
  readonly d?: Operand
  readonly unless?: readonly [number, number]
  readonly child?: readonly Op[]
}

/** A program as data: so that it can be drawn by chance. */
export interface OpProgram {
  readonly memory: readonly number[]
  readonly threads: readonly (readonly Op[])[]
}

/** What the explorer explores of it. */
export function opTarget(program: OpProgram, name = 'ops'): Target {
  return {
    name,
    image: Int32Array.from(program.memory),
    pure: true,
    start(world) {
      for (const ops of program.threads) world.addActor((mem) => run(mem, ops))
    },
    // A thread may release what it does not hold, and end with it. Anything else is a mistake of these tests.
    threw: (_world, _actor, error) => {
      if (error instanceof RangeError && error.message.includes('is released')) return false
      throw error
    },
  }
}

/**
 * The same with a clock: when nothing else can go on, the first thread that has not ended is interrupted, and carries out the next of `ticks`.
 */
export function tickingTarget(
  program: OpProgram,
  ticks: readonly (readonly Op[])[],
  name = 'ticking',
): Target {
  let taken = 0
  let wanted = -1
  const plain = opTarget(program, name)
  return {
    ...plain,
    pure: false,
    interruptsAtRest: true,
    start(world) {
      taken = 0
      wanted = -1
      plain.start(world)
    },
    idle(world) {
      const actor = world.kind.subarray(0, world.n).findIndex((kind) => kind !== ENDED)
      if (actor < 0 || taken === ticks.length) return false
      wanted = actor
      return true
    },
    interrupts: (_, actor) => (actor === wanted ? 1 : 0),
    handler(world, actor) {
      wanted = -1
      return run(world.mems[actor] as ActorMem, ticks[taken++] as readonly Op[])
    },
  }
}

/** A thread as the compiler pass would have made it. */
function* run(mem: ActorMem, ops: readonly Op[]): Coroutine {
  const results: number[] = []
  const value = (operand: Operand = 0): number =>
    typeof operand === 'number' ? operand : (results[operand.of] ?? 0) + operand.plus
  for (const [i, op] of ops.entries()) {
    if (op.unless !== undefined && results[op.unless[0]] === op.unless[1]) {
      results[i] = op.unless[1]
      continue
    }
    const { child } = op
    const a = child === undefined ? value(op.a) : (call(start, child) as unknown as number)
    if (mem.$(op.kind, i, a, value(op.b), value(op.c), value(op.d))) yield
    results[i] = numbered(mem.v)
  }
  return 0
}

function start({ mem }: Thread, ops: readonly Op[]): Coroutine {
  return run(mem as unknown as ActorMem, ops)
}

function numbered(result: unknown): number {
  if (typeof result === 'number') return result
  return result === 'ok' ? 0 : result === 'not-equal' ? 1 : 2
}

/** The program in words, for a report of what went wrong. */
export function described(program: OpProgram): string {
  const operand = (o: Operand): string => (typeof o === 'number' ? `${o}` : `r${o.of}+${o.plus}`)
  const op = (o: Op): string => {
    const operands = [o.a, o.b, o.c, o.d].filter((x) => x !== undefined).map(operand)
    const child = o.child === undefined ? '' : ` {${o.child.map(op).join('; ')}}`
    const unless = o.unless === undefined ? '' : `unless r${o.unless[0]}=${o.unless[1]} `
    return `${unless}${OP_NAMES[o.kind]} ${operands.join(' ')}${child}`
  }
  return [`[${program.memory.join(' ')}]`, ...program.threads.map((ops) => ops.map(op).join('; '))].join('\n')
}

export const read = (a: number): Op => ({ kind: READ, a })
export const write = (a: number, b: Operand): Op => ({ kind: WRITE, a, b })
export const sub = (a: number, b: Operand): Op => ({ kind: SUB, a, b })
export const or = (a: number, b: Operand): Op => ({ kind: OR, a, b })
export const and = (a: number, b: Operand): Op => ({ kind: AND, a, b })
export const load = (a: number): Op => ({ kind: LOAD, a })
export const store = (a: number, b: Operand): Op => ({ kind: STORE, a, b })
export const add = (a: number, b: Operand): Op => ({ kind: ADD, a, b })
export const exchange = (a: number, b: Operand): Op => ({ kind: EXCHANGE, a, b })
export const cas = (a: number, b: Operand, c: Operand): Op => ({ kind: CAS, a, b, c })
export const fence = (): Op => ({ kind: FENCE })
export const yieldNow = (): Op => ({ kind: YIELD })
export const lock = (a: number): Op => ({ kind: LOCK, a })
export const unlock = (a: number): Op => ({ kind: UNLOCK, a })
export const tryLock = (a: number): Op => ({ kind: TRY_LOCK, a })
export const spinWhile = (a: number, b: Operand): Op => ({ kind: SPIN_WHILE, a, b })
export const spinWhileBoth = (a: number, b: number, c: number, d: number): Op => ({
  kind: SPIN_WHILE_BOTH,
  a,
  b,
  c,
  d,
})
export const awaits = (a: number, b: Operand): Op => ({ kind: AWAIT, a, b })
export const wait = (a: number, b: number, ms: number): Op => ({ kind: WAIT, a, b, c: ms })
export const notify = (a: number, b: number): Op => ({ kind: NOTIFY, a, b })
export const cvWait = (a: number, b: number): Op => ({ kind: CV_WAIT, a, b })
export const cvSignal = (a: number): Op => ({ kind: CV_SIGNAL, a })
export const cvBroadcast = (a: number): Op => ({ kind: CV_BROADCAST, a })
export const choose = (a: number): Op => ({ kind: CHOOSE, a })
export const fill = (a: number, b: number, c: number): Op => ({ kind: FILL, a, b, c })
export const copy = (a: number, b: number, c: number): Op => ({ kind: COPY, a, b, c })
export const spawn = (...child: Op[]): Op => ({ kind: SPAWN, child })
export const join = (a: Operand): Op => ({ kind: JOIN, a })
export const unless = (of: number, result: number, op: Op): Op => ({ ...op, unless: [of, result] })
