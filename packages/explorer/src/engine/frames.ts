import type { Context } from './context.js'
import { DRAIN, INTERRUPT } from './kinds.js'
import { mix } from './mix.js'
import type { Target } from './target.js'
import type { World } from './world.js'

/** Of a call: all that it leaves behind in its caller is its result; or it may change what its caller keeps in objects. */
export const RETURNS = 0
export const CHANGES = 1
/** Nothing that its caller did before matters any more: the call is at the head of a loop without end, which carries nothing from turn to turn. */
export const FORGETS = 2

/** Numbers of each function: what it has done, in two halves, and what it began with. */
const MARK = 4

const LOW = 0x5bd1e995
const HIGH = 0x2545f491

/**
 * Where the coroutines of an execution stand, and what is in their locals, as hashes in two halves.
 *
 * A history of all that an actor did tells that too, but tells apart what has become the same: once a function has returned nothing is left of what it did but its
 * result. So each function that is under way has a hash of its own:
 *
 *     is called     its caller's hash, and Target.registers then: its arguments follow from them
 *     operation     mixed with where, and the result
 *     returns       its caller's hash is mixed with its result alone; if it may have changed more (CHANGES), or returns an object, with its own hash
 *     interrupt     the handler begins from the hash of what it interrupts, which its end leaves as it was
 *
 * That of the innermost function stands for its whole context. Two executions in which all contexts, memory and Target.registers and hidden are the same go on in
 * the same way.
 */
export class Frames {
  /** Sums over the contexts that no actor is in. */
  asleepLow = 0
  asleepHigh = 0
  private readonly target: Target
  private readonly kinds: Uint8Array

  constructor(target: Target, kinds: Uint8Array) {
    this.target = target
    this.kinds = kinds
  }

  /** An execution begins. */
  begin(): void {
    this.asleepLow = 0
    this.asleepHigh = 0
  }

  /** A fresh context, whose outermost function is about to run. */
  launched(context: Context): void {
    context.marked = 0
    begin(context, LOW, HIGH)
  }

  /** The event at hand has been executed, with that result: by the innermost function of its actor, unless it is an interrupt or a drain. */
  executed(world: World, result: number): void {
    const { evKind, evAddr } = world
    if (evKind === INTERRUPT || evKind === DRAIN) return
    const { marks, marked } = world.contexts[world.evActor] as Context
    const top = marked - MARK
    const place = (evKind << 24) ^ evAddr
    marks[top] = mix(mix(marks[top] as number, place), result)
    marks[top + 1] = mix(mix(marks[top + 1] as number, result ^ HIGH), place)
  }

  /** It has called another, at `site`. */
  called(world: World, actor: number, site: number): void {
    const context = world.contexts[actor] as Context
    const { marks } = context
    const top = context.marked - MARK
    if (this.kinds[site] === FORGETS) {
      marks[top] = mix(marks[top + 2] as number, site)
      marks[top + 1] = mix(marks[top + 3] as number, site)
    }
    const registers = this.target.registers?.(world, actor) ?? 0
    begin(context, mix(marks[top] as number, registers), mix(marks[top + 1] as number, registers ^ HIGH))
  }

  /** It has returned `value` to the one that called it at `site`, or to the machine. */
  returned(context: Context, site: number, value: unknown): void {
    const { marks, saved, stack } = context
    context.marked -= MARK
    const ended = context.marked
    const top = ended - MARK
    if (top < 0 || (saved.length > 0 && saved[saved.length - 1]?.height === stack.length)) return
    const isPlain = typeof value === 'number' || typeof value === 'boolean' || value === undefined
    if (isPlain && this.kinds[site] !== CHANGES) {
      const result = value === undefined ? LOW : Number(value) | 0
      marks[top] = mix(marks[top] as number, result)
      marks[top + 1] = mix(marks[top + 1] as number, result ^ HIGH)
    } else {
      marks[top] = mix(marks[top] as number, marks[ended] as number)
      marks[top + 1] = mix(marks[top + 1] as number, marks[ended + 1] as number)
    }
  }

  /** The handler of an interrupt begins. */
  interrupted(context: Context, source: number): void {
    const { marks } = context
    const top = context.marked - MARK
    begin(context, mix(marks[top] as number, LOW + source), mix(marks[top + 1] as number, HIGH + source))
  }

  /** An actor has gone from one context to another. What is left empty is dropped. */
  switched(before: Context, after: Context): void {
    if (before === after) return
    if (before.stack.length > 0) this.count(before, 1)
    if (after.marked === 0) this.launched(after)
    else this.count(after, -1)
  }

  /** The halves of where an actor stands, in this context. */
  low({ marks, marked }: Context): number {
    return marked === 0 ? 0 : (marks[marked - MARK] as number)
  }

  /** The upper 32 bits of the hash of where an actor stands. */
  high({ marks, marked }: Context): number {
    return marked === 0 ? 0 : (marks[marked - MARK + 1] as number)
  }

  private count(context: Context, sign: number): void {
    this.asleepLow = (this.asleepLow + sign * mix(this.low(context), context.id)) | 0
    this.asleepHigh = (this.asleepHigh + sign * mix(this.high(context), context.id)) | 0
  }
}

/** A function begins, with that hash. */
function begin(context: Context, low: number, high: number): void {
  const at = context.marked
  if (at === context.marks.length) {
    const larger = new Int32Array(Math.max(MARK * 16, 2 * at))
    larger.set(context.marks)
    context.marks = larger
  }
  const { marks } = context
  marks[at] = low
  marks[at + 1] = high
  marks[at + 2] = low
  marks[at + 3] = high
  context.marked = at + MARK
}

/** For a target that tells of its calls. */
export function framesOf(target: Target): Frames | undefined {
  return target.frames === undefined ? undefined : new Frames(target, target.frames)
}
