import type { Period } from './bounded-options.js'
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

/** Executions of `rounds` rounds more, each `factor` times as large as the one before, the last of which has `size`. */
export function laterRounds(size: number, factor: number, rounds: number): number {
  let total = 0
  for (let round = 0; round < rounds; round++) {
    size *= factor
    total += size
  }
  return total
}
