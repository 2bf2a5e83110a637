import * as v from 'valibot'
import { NAME, type Range, RESERVED_NAMES, rangeText } from './limits.js'
import { choices } from './problem.js'

/**
 * Schemas of single fields. The message of each is what it allows, and nothing else: the path and the
 * offending value are added where problems are told.
 */

/** An object with these fields and no others. */
export function shape<const E extends v.ObjectEntries>(entries: E) {
  return v.strictObject(entries, ({ expected, path }) => {
    if (expected === 'Object') return 'an object'
    if (expected === 'never') return `the fields are ${Object.keys(entries).join(', ')}`
    const missing = entries[String(path?.at(-1)?.key)] as { message?: unknown } | undefined
    return typeof missing?.message === 'string' ? missing.message : 'it is needed'
  })
}

export function wholeNumber(range: Range, allowed: string = rangeText(range)) {
  const whole = `a whole number, ${allowed}`
  return v.pipe(
    v.number(whole),
    v.integer(whole),
    v.minValue(range.min, allowed),
    v.maxValue(range.max, allowed),
  )
}

export function realNumber(range: Range) {
  const allowed = rangeText(range)
  return v.pipe(
    v.number(`a number, ${allowed}`),
    v.minValue(range.min, allowed),
    v.maxValue(range.max, allowed),
  )
}

/** A whole number in a range, or a word that stands for one. */
export function numberOr<const W extends string>(word: W, range: Range) {
  const allowed = `${rangeText(range)}, or '${word}'`
  return v.union([wholeNumber(range, allowed), v.literal(word)], allowed)
}

export function oneOf<const T extends readonly string[]>(names: T) {
  return v.picklist(names, choices(names))
}

export function yesOrNo() {
  return v.boolean('true or false')
}

export function list<const S extends v.GenericSchema>(item: S, range: Range, what: string) {
  const allowed = `a list of ${rangeText(range)} ${what}`
  return v.pipe(v.array(item, allowed), v.minLength(range.min, allowed), v.maxLength(range.max, allowed))
}

const nameAllowed = `a name of lower-case letters, digits and hyphens, 1 to 31 long, other than ${choices(RESERVED_NAMES)}`

/** A name that the scenario declares. */
export function newName() {
  return v.pipe(
    v.string(nameAllowed),
    v.regex(NAME, nameAllowed),
    v.check((name) => !RESERVED_NAMES.includes(name), nameAllowed),
  )
}

/** A name declared elsewhere in the scenario; whether it is, is checked with the whole scenario in hand. */
export function nameOf(what: string) {
  return v.string(`the name of a ${what}`)
}
