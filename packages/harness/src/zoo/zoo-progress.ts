import type { LiveCounts } from '../explore/campaign/job-counts.js'
import { workView } from '../report/progress-view.js'
import type { Trial } from './trial.js'

const TELL_MS = 200

/** Tells how trials get on, several times a second, while they run: also a long one shows that it does. */
export class ZooProgress {
  private readonly counts: LiveCounts
  private readonly tell: (line: string, view: () => string) => void
  private what = ''
  private of = 0
  private note = ''
  private done = 0
  private executions = 0
  private points = 0
  private began = performance.now()

  /** `counts`: what the trials that run have come to. */
  constructor(counts: LiveCounts, tell: (line: string, view: () => string) => void) {
    this.counts = counts
    this.tell = tell
  }

  /** Tells of this work until it has ended. */
  async during<T>(what: string, of: number, work: () => Promise<T>): Promise<T> {
    Object.assign(this, { what, of, note: '', done: 0, executions: 0, points: 0, began: performance.now() })
    const telling = setInterval(() => this.look(), TELL_MS)
    try {
      return await work()
    } finally {
      clearInterval(telling)
    }
  }

  /** One more is done, and came to so much. */
  ended(
    { name, spec: { target, variant } }: Trial,
    { executions, points }: { readonly executions: number; readonly points: number },
  ): void {
    this.done++
    this.executions += executions
    this.points += points
    this.note = `last ${target}${variant === undefined ? '' : ` with ${variant}`}, by ${name}`
    this.look()
  }

  private look(): void {
    const { what, done, of, note } = this
    this.tell(`${what}: ${done} of ${of} done; ${note}`, () => {
      const live = this.counts.sum()
      return workView({
        what,
        done,
        of,
        note,
        seconds: (performance.now() - this.began) / 1_000,
        executions: this.executions + live.executions,
        points: this.points + live.points,
        depth: live.depth,
      })
    })
  }
}
