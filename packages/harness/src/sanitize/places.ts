import { stackLines } from '../run/finding.js'

/** The calls of a stack in the source, innermost first: `uvmSwapin (swapin.ts:31)`. */
export type Places = readonly string[]

/** Files of the instruments themselves, which stand on top of every stack they take. */
const INSTRUMENTS =
  /\((sanitized-mem|audited-mem|watchpoints|report|lock-debug|lock-order-watch|watched-events|sanitizer|field-locks|pool-items|chaos|mem)\.ts:/

/** The locks, whose callers are of interest. */
const LOCKS = /\((mutex|spin-mutex|rwlock)\.ts:/

const SHOWN = 8

/** Of a stack as text, without the instruments that took it. */
export function placesOf(stack: string): Places {
  return stackLines(stack, Number.POSITIVE_INFINITY)
    .map((line) => line.replace(/^at /, ''))
    .filter((line) => !INSTRUMENTS.test(line))
    .slice(0, SHOWN)
}

/** The same, without the functions of the locks themselves. */
export function lockPlacesOf(stack: string): Places {
  const places = placesOf(stack)
  const outer = places.filter((line) => !LOCKS.test(line))
  return outer.length === 0 ? places : outer
}
