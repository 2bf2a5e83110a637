import type { Period } from './bounded-options.js'
import type { Frontier } from './frontier.js'
import type { SharedWords } from './shared-words.js'
import type { StateCache } from './state-cache.js'
import { counted } from './turns.js'

/** What a bounded search leaves out besides what costs too much, and what it takes for the same. */
export function notesOf(
  during: Period | null,
  shared: SharedWords | null,
  cache: StateCache | null,
  putsOffInterrupts: boolean,
): string {
  const notes: string[] = []
  if (during !== null)
    notes.push(` ${during.text} (before, the actors take turns; afterwards, each goes on while it can)`)
  if (shared !== null)
    notes.push(
      `, up to the order of operations on words that one actor alone uses or nobody writes (${counted(shared.count, 'word')} are shared)`,
    )
  if (putsOffInterrupts) notes.push(', no store reaching memory for the sake of an interrupt alone')
  if (cache !== null) notes.push(`, ${cache.bound()}`)
  return notes.join('')
}

/** How far a search has come in its round. */
interface Progress {
  /** Executions of this round. */
  readonly visited: number
  /** Those to come, if that is estimated otherwise than by turns. */
  readonly inRound: number | null
  /** Paths of the round before, and of this one. */
  readonly from: Frontier | null
  readonly to: Frontier | null
  readonly turnsDone: number
  /** Rounds to come. */
  readonly rounds: number
}

/** An estimate of the executions to come, if a turn has as many as those before had, and an execution as many turns. */
export function remainingExecutions({ visited, inRound, from, to, turnsDone, rounds }: Progress): number {
  const each = from === null ? 1 : visited / Math.max(1, turnsDone)
  const now = inRound ?? Math.max(0, (from?.turns ?? 0) - turnsDone) * each
  const later = to === null ? 0 : laterRounds(visited + now, (to.turns / visited) * each, rounds)
  return Math.round(now + later)
}

/** Executions of `rounds` rounds more, each `factor` times as large as the one before, the last of which has `size`. */
function laterRounds(size: number, factor: number, rounds: number): number {
  let total = 0
  for (let round = 0; round < rounds; round++) {
    size *= factor
    total += size
  }
  return total
}
