import { Mem } from '@holdfast/atomics-sync'
import { Random } from './random.js'

/** How long a CPU keeps its priority, in ms, and one of how many has a low one. */
const PHASE_MS = 4
const SLOW_ONE_IN = 3
/** Points between two delays, on average, of a CPU of high and of low priority. */
const FAST_GAP = 200
const SLOW_GAP = 12
/** One delay in so many gives up the host's core: then it is longer. */
const SLEEP_ONE_IN = 4
const BUSY_MS = 0.01
const SLEEP_MS = 0.5

/**
 * Random delays at synchronisation points, so that a few cores show what many would: a CPU is slow for some milliseconds, then
 * others are. Which CPU is slow when depends on the seed and on the host's clock, so a run does not repeat exactly.
 */
export class Chaos {
  private readonly random: Random
  private readonly seed: number
  private readonly cpu: number
  /** A word that nothing changes, to wait on. */
  private readonly still = new Mem(new SharedArrayBuffer(8))
  private left = 1

  constructor(seed: number, cpu: number) {
    this.seed = seed
    this.cpu = cpu
    this.random = new Random(seed * 263 + cpu)
  }

  /** A synchronisation point: now and then it takes its time. */
  point(): void {
    if (--this.left > 0) return
    const { random } = this
    const now = performance.now()
    const phase = Math.floor(now / PHASE_MS)
    const slow = new Random(this.seed + Math.imul(phase, 1021) + this.cpu).below(SLOW_ONE_IN) === 0
    this.left = 1 + random.below(2 * (slow ? SLOW_GAP : FAST_GAP))
    if (random.below(SLEEP_ONE_IN) === 0) {
      this.still.wait(1, 0, (SLEEP_MS * (1 + random.below(100))) / 100)
      return
    }
    const until = now + (BUSY_MS * random.below(100)) / 100
    while (performance.now() < until);
  }
}
