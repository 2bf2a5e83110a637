import { SPAWN } from '@holdfast/compiler'
import { ENDED } from '../engine/kinds.js'
import { FIRST_INTERRUPT, MAX_ACTORS, WAY_SHIFT } from '../engine/world.js'
import type { World } from '../engine/world.js'
import { ADDR, ADDR2, FLAGS, RECORD, WORDS, WORDS2, WRITES, WRITES2, footprint } from './dependence.js'
import { isDecision } from './slots.js'

/** Executions that a strategy looks at before it relies on what it saw. */
export const PROFILE_RUNS = 4

/** What a few executions at random have shown of a target: how long they are, and who touches what how often. */
export class Profile {
  runs = 0
  /** Most steps of an execution, and most at which there was a choice between actors. */
  steps = 0
  decisions = 0
  /** Numbers of actors are below this. */
  actors = 0
  /** The actor that spawned each; -1: it was there from the start; -2: not seen. */
  readonly parents = new Int32Array(MAX_ACTORS).fill(-2)
  /** Operations of each actor, in all runs. */
  readonly operations = new Float64Array(MAX_ACTORS)
  /** Words that more than one actor touched, one of them writing; up to the last run. */
  readonly shared: number[] = []
  private decisionsNow = 0
  private readonly touches = new Map<number, number>()
  private readonly touchedBy = new Map<number, number>()
  private readonly written = new Set<number>()
  private readonly isShared = new Set<number>()
  private readonly record = new Int32Array(RECORD)
  private spawner = -1
  private begun = false

  /** `choice` is about to be executed. */
  note(world: World, choice: number): void {
    if (!this.begun) this.settle(world, -1)
    else if (this.spawner >= 0) this.settle(world, this.spawner)
    this.begun = true
    const actor = choice & (MAX_ACTORS - 1)
    this.spawner = -1
    if (isDecision(world)) this.decisionsNow++
    this.operations[actor] = (this.operations[actor] as number) + 1
    if (choice >> WAY_SHIFT >= FIRST_INTERRUPT) return
    if (world.kind[actor] === SPAWN) this.spawner = actor
    const { record } = this
    footprint(world, actor, choice >> WAY_SHIFT, record, 0)
    const flags = record[FLAGS] as number
    this.touch(actor, record[ADDR] as number, record[WORDS] as number, (flags & WRITES) !== 0)
    this.touch(actor, record[ADDR2] as number, record[WORDS2] as number, (flags & WRITES2) !== 0)
  }

  /** The execution is over. */
  endRun(world: World): void {
    this.runs++
    this.begun = false
    this.spawner = -1
    this.actors = Math.max(this.actors, world.n)
    this.steps = Math.max(this.steps, world.steps)
    this.decisions = Math.max(this.decisions, this.decisionsNow)
    this.decisionsNow = 0
  }

  /** Operations of `actor` in an execution, on the average. */
  operationsOf(actor: number): number {
    return this.runs === 0 ? 0 : (this.operations[actor] as number) / this.runs
  }

  /** Operations of `actor` on a word in an execution, on the average. */
  touchesOf(actor: number, word: number): number {
    return this.runs === 0 ? 0 : (this.touches.get(word * MAX_ACTORS + actor) ?? 0) / this.runs
  }

  /** Actors that are there and have no parent yet: `parent` has just spawned them. */
  private settle(world: World, parent: number): void {
    for (let actor = 0; actor < world.n; actor++) {
      if (world.kind[actor] !== ENDED && this.parents[actor] === -2) this.parents[actor] = parent
    }
  }

  private touch(actor: number, addr: number, words: number, writes: boolean): void {
    for (let word = addr; word < addr + words; word++) {
      const key = word * MAX_ACTORS + actor
      this.touches.set(key, (this.touches.get(key) ?? 0) + 1)
      if (writes) this.written.add(word)
      const by = this.touchedBy.get(word)
      if (by === undefined) this.touchedBy.set(word, actor)
      else if (by !== actor) this.touchedBy.set(word, -1)
      if (!this.written.has(word) || this.touchedBy.get(word) !== -1 || this.isShared.has(word)) continue
      this.isShared.add(word)
      this.shared.push(word)
    }
  }
}
