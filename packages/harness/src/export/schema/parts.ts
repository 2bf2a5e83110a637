import * as v from 'valibot'

/** A type without `readonly`, all the way down. */
type Plain<T> = T extends string
  ? T
  : T extends readonly (infer E)[]
    ? Plain<E>[]
    : T extends object
      ? { -readonly [K in keyof T]: Plain<T[K]> }
      : T

/** A schema of what a command prints. That it allows every `Result` the compiler checks; that it allows no other field, tests do. */
export function schemaOf<Result>() {
  return <S extends v.GenericSchema>(
    schema: Plain<Result> extends v.InferInput<S> ? S : 'the schema does not allow what is printed',
  ): S => schema as S
}

export const count = v.pipe(v.number(), v.integer(), v.minValue(0))
export const positive = v.pipe(v.number(), v.minValue(0))
/** Of wall clock, unless its name says otherwise. */
export const seconds = positive
export const text = v.string()
export const flag = v.boolean()
export const texts = v.array(text)
export const counts = v.record(text, v.number())
