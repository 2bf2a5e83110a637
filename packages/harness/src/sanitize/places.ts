import { stackLines } from '../run/finding.js'

/** The calls of a stack in the source, innermost first: `uvmSwapin (swapin.ts:31)`. */
export type Places = readonly string[]

/** Files of the instruments themselves, which stand on top of every stack they take. */
const INSTRUMENTS =
  /\((sanitized-mem|audited-mem|watchpoints|report|lock-debug|lock-order-table|chaos|chaotic-tables|field-locks|call-site|lockstat-collector|mem)\.ts:/

/** Of a stack as text, without the instruments that took it. */
export function placesOf(stack: string): Places {
  return stackLines(stack)
    .map((line) => line.replace(/^at /, ''))
    .filter((line) => !INSTRUMENTS.test(line))
}
