import type { Verdict } from '../findings.js'

/** How a CPU accesses a word. */
export type AccessKind = 'reads' | 'writes' | 'reads (atomic)' | 'changes (atomic)'

/**
 * One half of a race: the CPU that set the watchpoint, or the one that came upon it. The halves of one race have the same
 * number. One that has no other half is of a word that changed, nobody knows by whom.
 */
export interface RaceHalf {
  readonly type: 'race'
  readonly id: number
  readonly cpu: number
  readonly lwp: number
  readonly addr: number
  readonly access: AccessKind
  readonly stack: string
  /** Of the CPU that set the watchpoint: whether the other half is to come, and what the word held before and after. */
  readonly watched?: { readonly hit: boolean; readonly before: number; readonly after: number }
}

/** Something that one CPU saw by itself. */
export interface RuleBroken {
  readonly type: 'rule'
  readonly verdict: Verdict
  readonly cpu: number
  readonly lwp: number
  /** What tells it from others of the same place: the field, say. */
  readonly key: string
  readonly message: string
  /** The words it is about. */
  readonly words: readonly number[]
  readonly stack: string
  /** Another place that it is about: where the lock was taken, say. */
  readonly other?: string
}

/** A lock was waited for while another was held, for the first time on any CPU, or better known than before. */
export interface OrderSeen {
  readonly type: 'order'
  readonly cpu: number
  /** Classes; of one class, `up` says whether the address of the second is the higher. */
  readonly from: string
  readonly to: string
  readonly up: boolean
  readonly held: number
  readonly taken: number
  /** Where the held one was taken, where that was looked up. */
  readonly heldStack: string
  readonly takenStack: string
}

/** What a CPU tells while it runs. */
export type SanitizeReport = RaceHalf | RuleBroken | OrderSeen

/** Where a CPU sends its reports. */
export type Report = (report: SanitizeReport) => void

const DEPTH = 16

/** Where the caller is. Costs a few microseconds; its `stack`, some ten more when first asked for. */
export function placeHere(): Error {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = DEPTH
  const place = new Error('here')
  Error.stackTraceLimit = stackTraceLimit
  return place
}

/** The same, as text. */
export function stackHere(): string {
  return placeHere().stack ?? ''
}

const TRY = /\b(mutexTryEnter|mutexSpinTryEnter|rwTryEnter|rwTryUpgrade)\b/

/** Whether a lock was taken by a try, which does not wait: the hooks of the locks do not say, their callers do. */
export function isTry(stack: string): boolean {
  return TRY.test(stack)
}
