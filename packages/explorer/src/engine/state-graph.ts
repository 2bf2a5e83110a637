import * as ops from '@holdfast/compiler'
import * as kinds from './kinds.js'
import type { Memo } from './memo.js'
import type { World } from './world.js'

const { COPY, FILL, SPAWN } = ops
const { ENDED } = kinds

/** Most steps that are remembered. */
const MOST_STEPS = 1 << 12
/** Times that a state is left in a way not known before the way is remembered: what is rare is not worth it. */
const WORTH = 3

/** Where an execution can stand: what every actor is about to do, and memory. */
export class State {
  /** What is enabled: as `World.choices`. */
  readonly choices: Int32Array
  /** The step of each actor, where it is known. */
  readonly steps: (Step | undefined)[] = []
  /** Times that a step was wanted here that was not known. */
  missed = 0

  constructor(choices: Int32Array) {
    this.choices = choices
  }
}

/** What an actor does in a state: the event, what it is about to do then, and the state after it. */
export interface Step {
  /** Whether it is all here; if not it is to be executed. */
  readonly whole: boolean
  readonly to: State
  readonly kind: number
  readonly site: number
  readonly addr: number
  readonly words: number
  readonly addr2: number
  readonly words2: number
  readonly old: number
  readonly new: number
  readonly wrote: boolean
  readonly node: number
  readonly nextKind: number
  readonly nextSite: number
  readonly nextA: number
  readonly nextB: number
  readonly nextC: number
  readonly nextD: number
}

/**
 * The states of a pure target, remembered with what can happen in them, as far as there is room: what is frequent is executed by
 * looking it up. Executions with waiters that somebody must notify leave it: those are more than actors and memory.
 */
export class StateGraph {
  private readonly world: World
  private readonly memo: Memo
  private states = new Map<string, State>()
  private size = 0
  /** The state in which executions begin, if it is known. */
  root: State | null = null

  constructor(world: World, memo: Memo) {
    this.world = world
    this.memo = memo
  }

  /** The execution begins in the state at hand; what is enabled is known. */
  begin(): State {
    this.root = this.stateNow()
    return this.root
  }

  /** Nothing is known any more: nodes of the memo have another meaning. */
  forget(): void {
    this.states.clear()
    this.size = 0
    this.root = null
  }

  /** Whether the step that is about to be executed in `state`, and is not known, is to be remembered. */
  wants(state: State): boolean {
    return ++state.missed > WORTH && this.size < MOST_STEPS
  }

  /** The event of `world` was the step of its actor in `state`; what is enabled after it is known. Returns the state after it, if it has one. */
  learn(state: State, failures: number): State | null {
    const { world, memo } = this
    const actor = world.evActor
    if (world.waiters > 0 || world.clock > 0 || world.outcome === 'failed') return null
    const to = this.stateNow()
    const { evKind: kind } = world
    state.steps[actor] = {
      whole: world.failures === failures && kind !== SPAWN && kind !== FILL && kind !== COPY,
      to,
      kind,
      site: world.evSite,
      addr: world.evAddr,
      words: world.evWords,
      addr2: world.evAddr2,
      words2: world.evWords2,
      old: world.evOld,
      new: world.evNew,
      wrote: world.evWrote,
      node: memo.at[actor] as number,
      nextKind: world.kind[actor] as number,
      nextSite: world.site[actor] as number,
      nextA: world.a[actor] as number,
      nextB: world.b[actor] as number,
      nextC: world.c[actor] as number,
      nextD: world.d[actor] as number,
    }
    this.size++
    return to
  }

  private stateNow(): State {
    const { world, memo } = this
    const at: number[] = []
    for (let actor = 0; actor < world.n; actor++)
      at.push(world.kind[actor] === ENDED ? -1 : (memo.at[actor] as number))
    const key = `${at.join()};${world.words.join()}`
    const known = this.states.get(key)
    if (known !== undefined) return known
    const state = new State(world.choices.slice(0, world.choiceCount))
    // All of an array's places are there from the start, so that it is never looked for elsewhere.
    for (let actor = 0; actor < world.n; actor++) state.steps.push(undefined)
    this.states.set(key, state)
    return state
  }
}
