import type { World } from '../../../engine/world.js'
import { RECORD, dependent, footprint } from '../../dependence.js'
import { MAX_ACTORS } from '../../../engine/world.js'
import type { Strategy } from '../../strategy.js'

interface Node {
  /** Steps that are enabled and did not sleep at first, in the order of the visits. */
  readonly steps: Int32Array[]
  at: number
  readonly sleep: Int32Array[]
}

/**
 * All interleavings but for sleep sets (Godefroid 1996): everything enabled is tried at every node. So simple that it
 * can be believed; each trace is visited once, besides visits that end in a sleep set. For programs too large for every
 * interleaving.
 */
export class SleepSetSearch implements Strategy {
  readonly name = 'sleep sets'
  readonly exhaustive = true
  private readonly path: Node[] = []
  private depth = 0
  private begun = false

  begin(): boolean {
    this.depth = 0
    if (!this.begun) {
      this.begun = true
      return true
    }
    while (this.path.length > 0) {
      const node = this.path[this.path.length - 1] as Node
      node.sleep.push(node.steps[node.at] as Int32Array)
      node.at++
      if (node.at < node.steps.length) return true
      this.path.pop()
    }
    return false
  }

  choose(world: World): number {
    if (this.depth === this.path.length) {
      const sleep = this.sleepHere()
      const steps: Int32Array[] = []
      for (let i = 0; i < world.choiceCount; i++) {
        const choice = world.choices[i] as number
        if (sleep.some((step) => step[0] === choice)) continue
        const step = new Int32Array(RECORD)
        footprint(world, choice & (MAX_ACTORS - 1), choice >> 8, step, 0)
        steps.push(step)
      }
      if (steps.length === 0) return -1
      this.path.push({ steps, at: 0, sleep })
    }
    const node = this.path[this.depth++] as Node
    return (node.steps[node.at] as Int32Array)[0] as number
  }

  private sleepHere(): Int32Array[] {
    const parent = this.path[this.depth - 1]
    if (parent === undefined) return []
    const taken = parent.steps[parent.at] as Int32Array
    return parent.sleep.filter((step) => !dependent(step, 0, taken, 0))
  }
}
