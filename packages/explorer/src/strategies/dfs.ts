import type { World } from '../engine/world.js'
import { Path, remainingOf } from './path.js'
import { StateCache } from './state-cache.js'
import type { Strategy } from './strategy.js'

export interface DfsOptions {
  /** Gives an execution up where its state was visited before, see state-cache.ts. Default false. */
  readonly cache?: boolean
}

/**
 * Depth first search: every interleaving, each once.
 *
 * Stateless: an execution repeats the path of the one before down to the last step that has an alternative left, takes it, and
 * from there on takes the first of what is enabled. Throws Drift if a path cannot be repeated.
 */
export class Dfs implements Strategy {
  readonly name = 'dfs'
  readonly exhaustive = true
  readonly executed?: (world: World) => void
  private readonly path = new Path()
  private readonly cache: StateCache | null
  private started = false
  private done = false
  /** Steps chosen in this execution, and how many of the first ones repeat the path. */
  private at = 0
  private repeat = 0
  private visited = 0

  constructor({ cache = false }: DfsOptions = {}) {
    this.cache = cache ? new StateCache() : null
    if (this.cache !== null) {
      const { cache: states } = this
      this.executed = (world) => states.executed(world)
    }
  }

  begin(): boolean {
    if (this.started && !this.turn()) {
      this.done = true
      return false
    }
    this.started = true
    this.at = 0
    this.repeat = this.path.length
    this.cache?.begin()
    return true
  }

  choose(world: World): number {
    const { path, cache } = this
    const step = this.at++
    if (step < this.repeat) {
      path.check(world, step)
    } else {
      if (cache !== null && !cache.visit(world, -1)) {
        this.at--
        return -1
      }
      path.push(world)
    }
    const choice = path.choice(step)
    cache?.chosen(world, choice)
    return choice
  }

  end(world: World): void {
    this.path.checkEnd(world, this.at, this.repeat)
    this.visited++
  }

  bound(): string | null {
    return this.cache === null ? null : this.cache.bound()
  }

  remaining(): number | null {
    return this.done ? 0 : remainingOf(this.visited, this.path.share())
  }

  /** Cuts the path where it is to turn off. False: there is no alternative left. */
  private turn(): boolean {
    const { path } = this
    let step = path.length - 1
    while (step >= 0 && (path.taken[step] as number) + 1 >= path.count(step)) step--
    path.truncate(step + 1)
    if (step < 0) return false
    path.taken[step] = (path.taken[step] as number) + 1
    return true
  }
}
