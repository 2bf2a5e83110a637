import { COPY, JOIN, SPAWN, SPIN_WHILE_BOTH } from '@holdfast/compiler'
import { INTERRUPT } from '../../engine/kinds.js'
import type { Observer } from '../../engine/observer.js'
import { MAX_ACTORS } from '../../engine/world.js'
import type { World } from '../../engine/world.js'

/**
 * What must come before what in an execution: the order of each actor, of accesses to a word that are not both reads, of a
 * thread's start and end and what waits for it.
 *
 * Interrupts depend on what a target looks at, which is not known: see {@link TraceRecorder.strict}.
 */
export interface Trace {
  readonly choices: Uint16Array
  /** Steps that come directly before each step. */
  readonly before: readonly (readonly number[])[]
}

/** Records the order of an execution. */
export class TraceRecorder implements Observer {
  readonly name = 'trace recorder'
  /** Interrupts, and waits whose time is over, keep their place among all events. */
  private readonly strict: boolean
  private before: number[][] = []
  private lastOf = new Int32Array(MAX_ACTORS).fill(-1)
  private starts = new Int32Array(MAX_ACTORS).fill(-1)
  private writes = new Map<number, number>()
  private reads = new Map<number, number[]>()
  private barrier = -1
  /** Actors that were there from the start. */
  private initial = 0

  constructor(strict: boolean) {
    this.strict = strict
  }

  reset(world: World): void {
    this.initial = world.n
    this.before = []
    this.lastOf.fill(-1)
    this.starts.fill(-1)
    this.writes = new Map()
    this.reads = new Map()
    this.barrier = -1
  }

  event(world: World): void {
    const step = world.steps - 1
    const { evActor, evKind } = world
    const before: number[] = []
    const own = this.lastOf[evActor] as number
    add(before, own < 0 ? (this.starts[evActor] as number) : own)
    if (evKind === JOIN) add(before, this.lastOf[world.a[evActor] as number] as number)
    if (evKind === SPAWN) this.spawned(world, step)
    this.access(before, step, world.evAddr, world.evWords, world.evWrote)
    const writesSecond = evKind !== COPY && evKind !== SPIN_WHILE_BOTH
    this.access(before, step, world.evAddr2, world.evWords2, writesSecond)
    if (this.strict && (evKind === INTERRUPT || isLate(world))) {
      for (const last of this.lastOf) add(before, last)
      this.barrier = step
    } else add(before, this.barrier)
    this.lastOf[evActor] = step
    this.before.push(before)
  }

  finish(): void {}

  trace(choices: Uint16Array): Trace {
    return { choices, before: this.before }
  }

  /** Threads that nothing has started yet: one of them is started by this step. */
  private spawned(world: World, step: number): void {
    for (let actor = this.initial; actor < world.n; actor++) {
      if ((this.starts[actor] as number) < 0) this.starts[actor] = step
    }
  }

  private access(before: number[], step: number, addr: number, words: number, wrote: boolean): void {
    for (let word = addr; word < addr + words; word++) {
      add(before, this.writes.get(word) ?? -1)
      const reads = this.reads.get(word)
      if (!wrote) {
        if (reads === undefined) this.reads.set(word, [step])
        else reads.push(step)
        continue
      }
      for (const read of reads ?? []) add(before, read)
      this.writes.set(word, step)
      this.reads.delete(word)
    }
  }
}

function isLate(world: World): boolean {
  return world.options.expiry === 'idle' && world.deadline[world.evActor] !== Infinity
}

function add(steps: number[], step: number): void {
  if (step >= 0 && !steps.includes(step)) steps.push(step)
}
