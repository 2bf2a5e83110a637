import type { Rng } from '../../strategies/rng.js'
import { MAX_ACTORS } from '../../engine/world.js'
import type { Trace } from '../replay/trace.js'

/** Orders that are tried, each with other turns first. */
const TRIES = 40

/**
 * The choices of an execution in another order of the same trace, with as few switches as a greedy search finds: each actor goes
 * on as long as what must come before its next step has been done.
 *
 * `goals`: only the steps that lead to these are kept; none: all are.
 */
export function regrouped(trace: Trace, goals: readonly number[], rng: Rng): Uint16Array {
  const kept = goals.length === 0 ? trace.choices.map(() => 1) : leadingTo(trace, goals)
  const queues = queuesOf(trace, kept)
  let best: Uint16Array | undefined
  let fewest = Infinity
  for (let i = 0; i < TRIES; i++) {
    const order = new Order(trace, kept, queues, i === 0 ? undefined : rng)
    if (order.run(fewest) && order.switches < fewest) {
      fewest = order.switches
      best = Uint16Array.from(order.steps, (step) => trace.choices[step] as number)
    }
  }
  return best ?? trace.choices
}

function leadingTo({ choices, before }: Trace, goals: readonly number[]): Uint16Array {
  const kept = new Uint16Array(choices.length)
  for (const goal of goals) kept[goal] = 1
  for (let step = choices.length - 1; step >= 0; step--) {
    if (kept[step] === 1) for (const each of before[step] ?? []) kept[each] = 1
  }
  return kept
}

/** The kept steps of each actor, in its order. */
function queuesOf({ choices }: Trace, kept: Uint16Array): number[][] {
  const queues: number[][] = []
  for (let step = 0; step < choices.length; step++) {
    if (kept[step] === 0) continue
    const actor = (choices[step] as number) & (MAX_ACTORS - 1)
    while (queues.length <= actor) queues.push([])
    ;(queues[actor] as number[]).push(step)
  }
  return queues
}

/** One order: whose turn is over gives way to the actor that can go furthest then, or to one by chance. */
class Order {
  readonly steps: number[] = []
  switches = 0
  private readonly trace: Trace
  private readonly kept: Uint16Array
  private readonly queues: readonly (readonly number[])[]
  private readonly rng: Rng | undefined
  private readonly heads: Int32Array
  private readonly done: Uint8Array

  constructor(trace: Trace, kept: Uint16Array, queues: readonly (readonly number[])[], rng: Rng | undefined) {
    this.trace = trace
    this.kept = kept
    this.queues = queues
    this.rng = rng
    this.heads = new Int32Array(queues.length)
    this.done = new Uint8Array(trace.choices.length)
  }

  /** False: it came to `most` switches. */
  run(most: number): boolean {
    for (let actor = this.next(); actor >= 0; actor = this.next()) {
      if (++this.switches >= most) return false
      const queue = this.queues[actor] as readonly number[]
      for (let step = queue[this.heads[actor] as number]; step !== undefined && this.isReady(step); ) {
        this.done[step] = 1
        this.steps.push(step)
        this.heads[actor] = (this.heads[actor] as number) + 1
        step = queue[this.heads[actor] as number]
      }
    }
    return true
  }

  private next(): number {
    let best = -1
    let furthest = 0
    let ready = 0
    for (let actor = 0; actor < this.queues.length; actor++) {
      const reach = this.reach(actor)
      if (reach === 0) continue
      ready++
      const better = this.rng === undefined ? reach > furthest : this.rng.below(ready) === 0
      if (better) {
        best = actor
        furthest = reach
      }
    }
    return best
  }

  /** How many steps `actor` could take now. */
  private reach(actor: number): number {
    const queue = this.queues[actor] as readonly number[]
    const head = this.heads[actor] as number
    if (this.rng !== undefined) return head < queue.length && this.isReady(queue[head] as number) ? 1 : 0
    let at = head
    for (; at < queue.length && this.isReady(queue[at] as number); at++) this.done[queue[at] as number] = 1
    for (let i = head; i < at; i++) this.done[queue[i] as number] = 0
    return at - head
  }

  private isReady(step: number): boolean {
    for (const each of this.trace.before[step] ?? []) {
      if (this.kept[each] === 1 && this.done[each] === 0) return false
    }
    return true
  }
}
