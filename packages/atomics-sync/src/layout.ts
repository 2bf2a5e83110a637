import type { Addr } from './mem.js'

/**
 * Layouts: the fields of a shared record as word offsets, each with the lock that covers it.
 *
 * The table is the specification: reports name words by it and checkers read it. A field's entry is the
 * name of its covering lock, or an object when it is larger than a word or is also read unlocked on purpose.
 * Three names are no locks: `atomic` (changed by atomic operations alone), `stable` (constant once the record
 * is published), `private` (touched by one actor only).
 */
export type FieldSpec =
  | string
  | {
      /** The covering lock, or `atomic`, `stable`, `private`. */
      readonly lock: string
      /** Size in words; default 1. */
      readonly words?: number
      /** The field is itself a lock: the name lockstat and the checkers use for its class. */
      readonly isLock?: boolean
      /** Why the original reads it without the lock: such reads are reported only on demand. */
      readonly unlocked?: string
      /** Why the original also writes it without the lock: then neither reads nor writes are reported but on demand. */
      readonly unlockedWrites?: string
    }

/** A field of a layout, with its place. */
export interface Field {
  readonly name: string
  readonly offset: number
  readonly words: number
  readonly lock: string
  readonly isLock: boolean
  /** Why it is read without the lock; there if `unlockedWrites` is. */
  readonly unlocked?: string
  readonly unlockedWrites?: string
}

/** A record as it was declared: its fields in order, with their offsets. */
export interface Layout {
  readonly name: string
  readonly words: number
  readonly fields: readonly Field[]
  /** Address of the record where there is one only (globals); otherwise undefined. */
  readonly base?: Addr
}

type SizeName<N extends string> = `${Uppercase<N>}_WORDS`

const registry = new Map<string, Layout>()

/** Every layout declared so far, in the order of declaration. */
export function layouts(): readonly Layout[] {
  return [...registry.values()]
}

/** The layout called `name`; throws RangeError if none is. */
export function layoutOf(name: string): Layout {
  const found = registry.get(name)
  if (found === undefined)
    throw new RangeError(`no layout is called '${name}'; there are ${[...registry.keys()].join(', ')}`)
  return found
}

function build(name: string, specs: Readonly<Record<string, FieldSpec>>, base: Addr | undefined): Layout {
  const fields: Field[] = []
  let offset = 0
  for (const [field, spec] of Object.entries(specs)) {
    const full = typeof spec === 'string' ? { lock: spec } : spec
    const words = full.words ?? 1
    const unlocked = full.unlocked ?? full.unlockedWrites
    fields.push({
      name: field,
      offset,
      words,
      lock: full.lock,
      isLock: full.isLock ?? false,
      ...(unlocked === undefined ? {} : { unlocked }),
      ...(full.unlockedWrites === undefined ? {} : { unlockedWrites: full.unlockedWrites }),
    })
    offset += words
  }
  const built = { name, words: offset, fields, ...(base === undefined ? {} : { base }) }
  registry.set(name, built)
  return built
}

/**
 * Declares a record. Returns the offset of each field under the field's name, and the record's size as
 * `<NAME>_WORDS`, rounded up to a multiple of 4 so that a record's address leaves its low two bits free for flags.
 */
export function layout<const N extends string, const F extends Readonly<Record<string, FieldSpec>>>(
  name: N,
  specs: F,
): { readonly [K in keyof F]: number } & { readonly [K in SizeName<N>]: number } {
  const built = build(name, specs, undefined)
  const offsets: Record<string, number> = {}
  for (const field of built.fields) offsets[field.name] = field.offset
  offsets[`${name.toUpperCase()}_WORDS`] = (built.words + 3) & ~3
  return offsets as never
}

/**
 * Declares global variables from the fixed address `base` (a multiple of 4). Returns the ADDRESS of each
 * variable under its name, and the size in words as `<NAME>_WORDS`.
 */
export function globals<const N extends string, const F extends Readonly<Record<string, FieldSpec>>>(
  name: N,
  base: Addr,
  specs: F,
): { readonly [K in keyof F]: Addr } & { readonly [K in SizeName<N>]: number } {
  const built = build(name, specs, base)
  const addresses: Record<string, number> = {}
  for (const field of built.fields) addresses[field.name] = base + field.offset
  addresses[`${name.toUpperCase()}_WORDS`] = (built.words + 3) & ~3
  return addresses as never
}
