import { resized } from './path.js'
import type { Path } from './path.js'

/**
 * The paths of one round of a bounded search from which those of the next turn off.
 *
 * A path takes the first choice that costs nothing nearly everywhere; only where it does not is kept. Paths come in the order of the
 * search, so that each shares most of that with the one before:
 *
 *     path 1   turns 3:1 8:2        kept: shared 0, rest 3:1 8:2
 *     path 2   turns 3:1 9:0        kept: shared 1, rest 9:0
 */
export class Frontier {
  /** Paths kept. */
  paths = 0
  /** Steps of these paths at which the next round may turn off. */
  turns = 0
  /** Of each path: its first step that no other path has, its last one at which to turn off, and a hash of what was enabled up to there. */
  fresh = new Int32Array(64)
  deepest = new Int32Array(64)
  hash = new Int32Array(64)
  private shared = new Int32Array(64)
  private ends = new Int32Array(64)
  /** The choices kept. */
  private steps = new Int32Array(256)
  private choices = new Uint16Array(256)
  private used = 0
  /** All choices of the path added last, or loaded last. */
  private lastSteps = new Int32Array(64)
  private lastChoices = new Uint16Array(64)
  private lastCount = 0
  private loaded = -1

  /** Keeps a path up to its last step that is open to a turn, unless none from `fresh` on is. */
  add(path: Path, hashes: Int32Array, fresh: number): void {
    let deepest = -1
    for (let step = fresh; step < path.length; step++) {
      if (path.open[step] === 0) continue
      deepest = step
      this.turns++
    }
    if (deepest < 0) return
    if (this.paths === this.ends.length) this.growPaths()
    const at = this.paths++
    this.fresh[at] = fresh
    this.deepest[at] = deepest
    this.hash[at] = hashes[deepest] as number
    let count = 0
    let same = true
    for (let step = 0; step <= deepest; step++) {
      if (path.taken[step] === path.free[step]) continue
      const choice = path.choice(step)
      same &&= count < this.lastCount && this.lastSteps[count] === step && this.lastChoices[count] === choice
      if (!same) {
        if (count === this.lastSteps.length) this.growLast()
        this.lastSteps[count] = step
        this.lastChoices[count] = choice
        this.keep(step, choice)
      } else this.shared[at] = count + 1
      count++
    }
    this.lastCount = count
    this.ends[at] = this.used
  }

  /** Goes to the next path. Call it when all are added. False: there is none left. */
  next(): boolean {
    if (this.loaded < 0) this.lastCount = 0
    if (this.loaded + 1 >= this.paths) return false
    const at = ++this.loaded
    let count = this.shared[at] as number
    for (let i = at === 0 ? 0 : (this.ends[at - 1] as number); i < (this.ends[at] as number); i++) {
      this.lastSteps[count] = this.steps[i] as number
      this.lastChoices[count] = this.choices[i] as number
      count++
    }
    this.lastCount = count
    return true
  }

  /** Number of the path gone to. */
  get at(): number {
    return this.loaded
  }

  /** The choice number `i` that is not the first free one of the path gone to: its step, or -1 if there are fewer; and itself. */
  stepOf(i: number): number {
    return i < this.lastCount ? (this.lastSteps[i] as number) : -1
  }

  choiceOf(i: number): number {
    return this.lastChoices[i] as number
  }

  private keep(step: number, choice: number): void {
    if (this.used === this.steps.length) {
      this.steps = resized(this.steps, new Int32Array(this.used * 2))
      this.choices = resized(this.choices, new Uint16Array(this.used * 2))
    }
    this.steps[this.used] = step
    this.choices[this.used++] = choice
  }

  private growPaths(): void {
    const length = this.paths * 2
    this.fresh = resized(this.fresh, new Int32Array(length))
    this.deepest = resized(this.deepest, new Int32Array(length))
    this.hash = resized(this.hash, new Int32Array(length))
    this.shared = resized(this.shared, new Int32Array(length))
    this.ends = resized(this.ends, new Int32Array(length))
  }

  private growLast(): void {
    const length = this.lastSteps.length * 2
    this.lastSteps = resized(this.lastSteps, new Int32Array(length))
    this.lastChoices = resized(this.lastChoices, new Uint16Array(length))
  }
}
