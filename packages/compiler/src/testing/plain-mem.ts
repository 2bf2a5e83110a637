import { KINDS } from '../ops.js'
import { perform } from './driver.js'

type Op = (...operands: number[]) => unknown

/** `mem` as uncompiled code uses it: each operation is a method. */
export function plainMem(words: Int32Array): Readonly<Record<string, Op>> {
  const mem: Record<string, Op> = {}
  for (const [name, kind] of KINDS)
    mem[name] = (a = 0, b = 0, c = 0, d = 0) => perform(words, kind, a, b, c, d)
  return mem
}

/** Runs a function, or a generator to its end, whatever it switches. */
export function runPlain<T>(body: T | Generator<unknown, T, unknown>): T {
  if (typeof body !== 'object' || body === null || !('next' in body)) return body
  for (;;) {
    const step = body.next()
    if (step.done === true) return step.value
  }
}
