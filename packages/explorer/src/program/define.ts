import type { Addr } from '@holdfast/atomics-sync'
import type { Call } from './model-mem.js'
import { noteProgramFile } from './program-file.js'

/** Numbers that a program is made with, by name in lower case. */
export type Params = Readonly<Record<string, number>>

/** A variable of a program: one word that is 0, so many words that are 0, or these words. */
export type Variable = number | readonly number[]

/** The final state, as the check of a program sees it while it runs. */
export interface Final {
  /** Value of a word. */
  read(addr: Addr): number
  /** Whether every thread has ended. */
  readonly ended: boolean
}

/** A program for the explorer: shared words, and threads over them. */
export interface ProgramSpec<P extends Params, V extends Readonly<Record<string, Variable>>> {
  readonly name: string
  readonly about?: string
  /** Parameters and their defaults. */
  readonly params?: P
  /** The shared variables: size in words, or initial values. */
  memory(params: P): V
  /** Variables that threads access unordered by design, each with the reason: races on them are reported on demand only (`--all`). */
  readonly unlocked?: { readonly [K in keyof V]?: string }
  /** The threads, {@link call}; `at` has the address of each variable. */
  threads(params: P, at: { readonly [K in keyof V]: Addr }): readonly Call[]
  /** Says what is wrong with the final state, or nothing. It is no event. */
  check?(final: Final, params: P, at: { readonly [K in keyof V]: Addr }): string | undefined
}

/** A program as defined, whatever its parameters. */
export type Program = ProgramSpec<Params, Readonly<Record<string, Variable>>>

/**
 * Defines a program:
 *
 *     function inc(t: Thread, x: Addr) {
 *       const { mem } = t
 *       mem.write(x, mem.read(x) + 1)
 *     }
 *     export default defineProgram({
 *       name: 'inc',
 *       params: { n: 2 },
 *       memory: () => ({ x: 1 }),
 *       threads: ({ n }, { x }) => Array.from({ length: n }, () => call(inc, x)),
 *     })
 */
export function defineProgram<const P extends Params, V extends Readonly<Record<string, Variable>>>(
  spec: ProgramSpec<{ readonly [K in keyof P]: number }, V> & { readonly params?: P },
): Program {
  noteProgramFile(spec)
  return spec
}
