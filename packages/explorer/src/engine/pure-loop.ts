import * as ops from '@holdfast/compiler'
import { grown } from './chooser.js'
import { collect, isGoingOn } from './enabled.js'
import * as kinds from './kinds.js'
import * as limits from './limits.js'
import type { Memo } from './memo.js'
import type { Watcher } from './observer.js'
import { perform } from './perform.js'
import type { State, StateGraph, Step } from './state-graph.js'
import type { Chooser, World } from './world.js'

// Constants of this module are constants of its machine code; an import is read anew at each use.
const { SPAWN } = ops
const { ALWAYS, ENDED } = kinds
const { MAX_ACTORS, WAY_SHIFT } = limits

/**
 * Runs an execution of a pure target, whose actors have begun, to its end: `World.run` without coroutines and interrupts.
 *
 * A step that the graph of states knows is looked up (state-graph.ts). Others are executed, and then what is enabled is found anew only
 * where it can have changed: as long as every pending operation is one that is enabled whatever memory holds, an event takes away its
 * actor's choice at most.
 */
export function runPure(
  world: World,
  memo: Memo,
  graph: StateGraph,
  chooser: Chooser,
  watching: readonly Watcher[],
): void {
  const { kind, site, a, b, c, d, words, patience } = world
  const { at } = memo
  let state: State | null = graph.root
  if (state === null) {
    collect(world)
    state = graph.begin()
  }
  /** Whether what is enabled is in the world's own list, and is all that is pending. */
  let settled = false
  world.choices = state.choices
  world.choiceCount = state.choices.length
  while (world.outcome !== 'failed') {
    const { steps } = world
    if (steps >= patience.until && !patience.goesOn()) return
    while (world.choiceCount === 0) {
      if (!isGoingOn(world)) return
      settled = collect(world)
      state = null
    }
    const choice = chooser.choose(world)
    if (choice < 0) return world.end('abandoned')
    const actor = choice & (MAX_ACTORS - 1)
    if (steps === world.schedule.length) world.schedule = grown(world.schedule)
    const known: Step | undefined = state !== null && choice < MAX_ACTORS ? state.steps[actor] : undefined
    if (known?.whole === true) {
      describe(world, known, actor)
      if (known.wrote) words[known.addr] = known.new
      world.schedule[steps] = choice
      world.steps = steps + 1
      world.current = actor
      for (let i = 0; i < watching.length; i++) (watching[i] as Watcher).event(world)
      kind[actor] = known.nextKind
      site[actor] = known.nextSite
      a[actor] = known.nextA
      b[actor] = known.nextB
      c[actor] = known.nextC
      d[actor] = known.nextD
      at[actor] = known.node
      state = known.to
      world.choices = state.choices
      world.choiceCount = state.choices.length
      settled = false
      continue
    }
    const before = kind[actor]
    const { failures } = world
    const result = perform(world, actor, choice >> WAY_SHIFT)
    world.schedule[steps] = choice
    world.steps = steps + 1
    world.current = actor
    for (let i = 0; i < watching.length; i++) (watching[i] as Watcher).event(world)
    if (world.again) {
      world.again = false
      settled = collect(world)
      state = null
      continue
    }
    memo.advance(actor, result)
    const after = kind[actor] as number
    if (!settled || before === SPAWN) settled = collect(world)
    else if (after === ENDED) leave(world, actor)
    else if (ALWAYS[after] === 0) settled = collect(world)
    if (state === null) continue
    if (known !== undefined) state = known.to
    else state = choice < MAX_ACTORS && graph.wants(state) ? graph.learn(state, failures) : null
  }
}

/** Describes the step as the event at hand. */
function describe(world: World, step: Step, actor: number): void {
  world.evActor = actor
  world.evKind = step.kind
  world.evSite = step.site
  world.evAddr = step.addr
  world.evWords = step.words
  world.evAddr2 = step.addr2
  world.evWords2 = step.words2
  world.evOld = step.old
  world.evNew = step.new
  world.evWrote = step.wrote
}

/** `actor` has ended, and nothing else has changed. */
function leave(world: World, actor: number): void {
  const { choices } = world
  const count = world.choiceCount - 1
  let at = 0
  while (choices[at] !== actor) at++
  for (; at < count; at++) choices[at] = choices[at + 1] as number
  world.choiceCount = count
}
