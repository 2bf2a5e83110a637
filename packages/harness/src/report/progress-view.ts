import { bar } from './bar.js'
import { count, plural, rate } from './table.js'

/** Items of work, such as mutants, of which some are done. */
export interface WorkDone {
  /** `mutants tried`. */
  readonly what: string
  readonly done: number
  readonly of: number
  /** What is going on, or has just ended. */
  readonly note: string
  readonly seconds: number
  readonly executions: number
  /** 0: none are counted. */
  readonly traces: number
  /** Of operations; 0: none are counted. */
  readonly points: number
  /** Operations of an execution; 0: not known. */
  readonly depth: number
}

/** Before so many items are done, or seconds are gone, nothing is said of how long the others may take. */
const LEAST_DONE = 3
const LEAST_SECONDS = 5

/** How far it is, in lines: a bar, the work, what is left. */
export function workView(work: WorkDone): string {
  const { what, done, of, note, seconds, executions, traces, points, depth } = work
  const share = of === 0 ? 1 : done / of
  const parts = [
    ...(executions === 0 ? [] : [plural(executions, 'execution')]),
    ...(traces === 0 ? [] : [`${plural(traces, 'trace')} of dpor`]),
    ...(points === 0 ? [] : [`${rate(seconds > 0 ? points / seconds : 0)} points/s`]),
    ...(depth === 0 ? [] : [`depth ${count(depth)}`]),
    `${spanText(seconds)} so far`,
    ...leftText(done, of, seconds),
  ]
  return [`${bar(share)}  ${count(done)} of ${count(of)} ${what}`, parts.join(', '), note].join('\n')
}

/** What is left, if those to come take as long as those that are done. */
function leftText(done: number, of: number, seconds: number): string[] {
  if (done < LEAST_DONE || done >= of || seconds < LEAST_SECONDS) return []
  return [`about ${spanText((seconds * (of - done)) / done)} to come`]
}

/** `48 s`, `12 min`, `3.5 h`. */
function spanText(seconds: number): string {
  if (seconds < 100) return `${seconds.toFixed(0)} s`
  return seconds < 6_000 ? `${(seconds / 60).toFixed(0)} min` : `${(seconds / 3_600).toFixed(1)} h`
}
