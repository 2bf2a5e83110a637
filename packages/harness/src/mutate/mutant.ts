import type { Patch } from '@holdfast/compiler'
import type { SourceFunction } from './source-functions.js'

/** A replacement in the text of a file: of what stands from `start` to `end`. */
export interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** What one operator does at one place. */
export interface Change {
  /** They do not overlap. */
  readonly edits: readonly Edit[]
  /** Why no execution can tell, if that follows from the operator. */
  readonly equivalent?: string
}

/** A kind of fault: finds the places of a function where it can be put, in the order of the text. */
export interface Operator {
  readonly name: string
  /** One line: what it does to the kernel. */
  readonly about: string
  changes(fn: SourceFunction): Iterable<Change>
}

/** A kernel with one fault, made by an operator. */
export interface Mutant {
  /** `operator:file:function:ordinal`, the file without its ending; the ordinal counts, from 1, what this operator does to this function. */
  readonly id: string
  readonly operator: string
  /** From the folder `packages`, with `/`. */
  readonly file: string
  /** In the file on disk, from 1. */
  readonly line: number
  /** Last line of what is changed. */
  readonly lastLine: number
  readonly function: string
  readonly cName: string
  /** The lines that are changed, and what becomes of them. */
  readonly before: string
  readonly after: string
  /** Why no execution can tell it from the kernel, if that follows from its operator. */
  readonly equivalent?: string
  /** To be applied after the corrections of {@link CORRECTED}, in this order. */
  readonly patches: readonly Patch[]
}
