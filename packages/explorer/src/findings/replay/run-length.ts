import { BUFFER, FIRST_INTERRUPT, MAX_ACTORS, WAY_SHIFT } from '../../engine/world.js'
import type { Check, Schedule } from './schedule.js'

/**
 * The choices of an execution in a few characters:
 *
 *     A        a step of actor 0; B of actor 1, to Y; Z and two digits to the base 36: of a higher one
 *     A1k      56 steps of it: the count is to the base 36
 *     A-2      it goes on in way 2 (a time-out, an alternative, whom it wakes)
 *     A:0      it takes the interrupt of source 0
 *     A_       its oldest store reaches memory
 *     .k3      so far the hash of the enabled sets is this, to the base 36
 *     -        at the end: the execution is given up here
 */
type Runs = Pick<Schedule, 'choices' | 'checks' | 'whole'>

/** Not such a text: the message says where. */
export class RunError extends Error {
  override readonly name = 'RunError'
}

/** More steps than any execution has. */
const MOST_STEPS = 100_000_000
const LETTERS = 25
const TOKEN =
  /([A-Y]|Z[0-9a-z]{2})(?:([1-9a-z][0-9a-z]*)|-([0-9a-z]{1,2})|:([0-7])|(_))?|\.([0-9a-z]{2})|(-)$/y

export function encodeRuns({ choices, checks, whole }: Runs): string {
  const looks = new Map(checks.map(({ step, check }) => [step, check]))
  let text = ''
  for (let step = 0; step < choices.length; ) {
    const choice = choices[step] as number
    const way = choice >> WAY_SHIFT
    const from = step++
    while (way === 0 && step < choices.length && choices[step] === choice && !looks.has(step)) step++
    text += letter(choice & (MAX_ACTORS - 1)) + ((choice & MAX_ACTORS) === 0 ? detail(way, step - from) : '_')
    const look = looks.get(step)
    if (look !== undefined) text += `.${look}`
  }
  return whole ? text : `${text}-`
}

/** Reads what {@link encodeRuns} wrote. Throws {@link RunError}. */
export function decodeRuns(text: string): Runs {
  const found: { choice: number; count: number }[] = []
  const checks: Check[] = []
  let steps = 0
  let whole = true
  TOKEN.lastIndex = 0
  for (let at = 0; at < text.length; at = TOKEN.lastIndex) {
    const token = TOKEN.exec(text)
    if (token === null) throw new RunError(wrong(text, at))
    const [, name, count, way, source, drain, check, end] = token
    if (end !== undefined) whole = false
    else if (check !== undefined) checks.push({ step: steps, check })
    else {
      const run = runOf(name as string, count, way, source, drain)
      if (run === undefined) throw new RunError(wrong(text, at))
      steps += run.count
      if (steps > MOST_STEPS)
        throw new RunError(`character ${at + 1}: ${steps} steps; ${MOST_STEPS} are allowed`)
      found.push(run)
    }
  }
  const choices = new Uint16Array(steps)
  let step = 0
  for (const { choice, count } of found) {
    choices.fill(choice, step, step + count)
    step += count
  }
  return { choices, checks, whole }
}

function letter(actor: number): string {
  return actor < LETTERS ? String.fromCharCode(65 + actor) : `Z${actor.toString(36).padStart(2, '0')}`
}

function detail(way: number, count: number): string {
  if (way >= FIRST_INTERRUPT) return `:${way - FIRST_INTERRUPT}`
  if (way > 0) return `-${way.toString(36)}`
  return count === 1 ? '' : count.toString(36)
}

function runOf(
  name: string,
  count: string | undefined,
  way: string | undefined,
  source: string | undefined,
  drain: string | undefined,
): { choice: number; count: number } | undefined {
  const actor = name.length === 1 ? name.charCodeAt(0) - 65 : Number.parseInt(name.slice(1), 36)
  if (actor >= MAX_ACTORS || (name.length > 1 && actor < LETTERS)) return undefined
  if (drain !== undefined) return { choice: actor | BUFFER, count: 1 }
  if (source !== undefined)
    return { choice: actor | ((FIRST_INTERRUPT + Number(source)) << WAY_SHIFT), count: 1 }
  if (way !== undefined) {
    const number = Number.parseInt(way, 36)
    return number > 0 && number < FIRST_INTERRUPT
      ? { choice: actor | (number << WAY_SHIFT), count: 1 }
      : undefined
  }
  return { choice: actor, count: count === undefined ? 1 : Number.parseInt(count, 36) }
}

function wrong(text: string, at: number): string {
  const here = text.slice(at, at + 8)
  return `character ${at + 1}: '${here}'; a letter with a count, -way, :source or _ is allowed, a full stop with two digits, and - at the end`
}
