import { type Addr, NULL } from './mem.js'

/**
 * How a kernel stops: KASSERT and panic(9) throw a {@link Panic}, which no kernel code catches.
 */
export class Panic extends Error {
  override readonly name = 'Panic'
  /** `kassert` and `kdassert` are assertions of the source; `panic` is an explicit panic. */
  readonly kind: 'kassert' | 'kdassert' | 'panic'
  /** The word it is about, for the report; 0 if none in particular. */
  readonly addr: Addr
  /** What that word held when it was looked at; undefined where whoever threw did not say. */
  readonly value: number | undefined

  constructor(kind: Panic['kind'], message: string, addr: Addr = NULL, value?: number) {
    super(message)
    this.kind = kind
    this.addr = addr
    this.value = value
  }
}

/**
 * KASSERT(9): `text` is the C expression, `addr` the word it is about and `value` what that held. Throws {@link Panic}
 * unless `holds`.
 */
export function kassert(holds: boolean, text: string, addr: Addr = NULL, value?: number): asserts holds {
  if (!holds) throw new Panic('kassert', `kernel diagnostic assertion "${text}" failed`, addr, value)
}

/** KDASSERT(9): as {@link kassert}, for the assertions of DEBUG kernels. */
export function kdassert(holds: boolean, text: string, addr: Addr = NULL): asserts holds {
  if (!holds) throw new Panic('kdassert', `kernel debugging assertion "${text}" failed`, addr)
}

/** panic(9). */
export function panic(message: string): never {
  throw new Panic('panic', message)
}
