import type { World } from '@holdfast/explorer'

/** Events between two accesses that still meet: to bring together what is further apart, somebody would have to be held up for long. */
const SOON = 300
/** Places that an access counts for: its own, and those of the innermost calls. The code of a lock is two deep. */
const DEPTH = 3

/**
 * Where CPUs meet: an access of a word that another CPU accessed shortly before, if either writes. It counts for both. What is wrong with a mutant shows
 * where they meet.
 */
export class Meetings {
  /** By site, since the beginning. */
  readonly counts: Float64Array
  private actors = new Int8Array(0)
  private steps = new Int32Array(0)
  private wrote = new Uint8Array(0)
  /** Of the last access of each word. */
  private sites = new Int32Array(0)

  constructor(sites: number) {
    this.counts = new Float64Array(sites)
  }

  reset({ words }: World): void {
    if (this.actors.length < words.length) {
      this.actors = new Int8Array(words.length)
      this.steps = new Int32Array(words.length)
      this.wrote = new Uint8Array(words.length)
      this.sites = new Int32Array(words.length * DEPTH)
    }
    this.actors.fill(-1)
  }

  event({ contexts, evActor, evAddr, evSite, evWords, evWrote, steps }: World): void {
    if (evWords === 0) return
    const { actors, sites } = this
    const before = actors[evAddr] as number
    const soon = steps - (this.steps[evAddr] as number) < SOON
    const meet = before >= 0 && before !== evActor && soon && (evWrote || this.wrote[evAddr] === 1)
    const calls = contexts[evActor]?.calls ?? []
    for (let depth = 0; depth < DEPTH; depth++) {
      const at = evAddr * DEPTH + depth
      if (meet) this.count(sites[at] as number)
      const site = depth === 0 ? evSite : (calls[calls.length - depth] ?? -1)
      if (meet) this.count(site)
      sites[at] = site
    }
    actors[evAddr] = evActor
    this.steps[evAddr] = steps
    this.wrote[evAddr] = evWrote ? 1 : 0
  }

  private count(site: number): void {
    if (site >= 0) this.counts[site] = (this.counts[site] as number) + 1
  }
}
