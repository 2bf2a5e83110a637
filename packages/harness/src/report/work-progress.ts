import { workView } from './progress-view.js'

const TELL_MS = 200

/** What explorations have come to. */
export interface Work {
  readonly executions: number
  /** Different traces that dpor has visited: other strategies do not know how many of theirs differ. */
  readonly traces: number
  readonly points: number
}

/** What those that run have come to so far, and how deep they are: operations of an execution. */
export interface LiveWork extends Work {
  readonly depth: number
}

/** Tells how pieces of work get on, several times a second, while they run: also a long one shows that it does. */
export class WorkProgress {
  private readonly live: () => LiveWork
  private readonly tell: (line: string, view: () => string) => void
  private what = ''
  private of = 0
  private note = ''
  private done = 0
  private executions = 0
  private traces = 0
  private points = 0
  private began = performance.now()

  constructor(live: () => LiveWork, tell: (line: string, view: () => string) => void) {
    this.live = live
    this.tell = tell
  }

  /** Tells of this work until it has ended. */
  async during<T>(what: string, of: number, work: () => Promise<T>): Promise<T> {
    Object.assign(this, { what, of, note: '', done: 0, began: performance.now() })
    Object.assign(this, { executions: 0, traces: 0, points: 0 })
    const telling = setInterval(() => this.look(), TELL_MS)
    this.look()
    try {
      return await work()
    } finally {
      clearInterval(telling)
    }
  }

  /** One more is done, and came to so much. */
  ended(note: string, { executions, traces, points }: Work): void {
    this.done++
    this.executions += executions
    this.traces += traces
    this.points += points
    this.note = note
    this.look()
  }

  private look(): void {
    const { what, done, of, note } = this
    this.tell(`${what}: ${done} of ${of} done${note === '' ? '' : `; ${note}`}`, () => {
      const live = this.live()
      return workView({
        what,
        done,
        of,
        note,
        seconds: (performance.now() - this.began) / 1_000,
        executions: this.executions + live.executions,
        traces: this.traces + live.traces,
        points: this.points + live.points,
        depth: live.depth,
      })
    })
  }
}
