import { lowerBound } from './execution.js'
import type { Execution } from './execution.js'

/** A word that an event has changed. */
export interface Change {
  readonly word: number
  readonly old: number
  readonly new: number
}

/** Memory as it is after any event: going back is going forward, to a smaller number. */
export class Memory {
  private readonly execution: Execution
  /** Of each word, the events that change it and what it holds from then on. */
  private readonly eventsOf: Int32Array[]
  private readonly valuesOf: Int32Array[]

  constructor(execution: Execution) {
    this.execution = execution
    const { words, changes } = execution
    const counts = new Int32Array(words.length)
    for (const word of changes.word) counts[word] = (counts[word] as number) + 1
    this.eventsOf = Array.from(counts, (count) => new Int32Array(count))
    this.valuesOf = Array.from(counts, (count) => new Int32Array(count))
    const filled = new Int32Array(words.length)
    for (let at = 0; at < changes.event.length; at++) {
      const word = changes.word[at] as number
      const n = filled[word] as number
      ;(this.eventsOf[word] as Int32Array)[n] = changes.event[at] as number
      ;(this.valuesOf[word] as Int32Array)[n] = changes.value[at] as number
      filled[word] = n + 1
    }
  }

  /** What `word` holds after `event`; -1: before the first. */
  valueAt(word: number, event: number): number {
    const after = lowerBound(this.eventsOf[word] as Int32Array, event + 1)
    if (after === 0) return this.execution.words[word]?.initial ?? 0
    return this.valuesOf[word]?.[after - 1] ?? 0
  }

  /** Events that change `word`, in order. */
  changesOf(word: number): Int32Array {
    return this.eventsOf[word] as Int32Array
  }

  /** What `event` changes. */
  changedBy(event: number): Change[] {
    const { changes } = this.execution
    const found: Change[] = []
    for (let at = lowerBound(changes.event, event); changes.event[at] === event; at++) {
      const word = changes.word[at] as number
      found.push({ word, old: this.valueAt(word, event - 1), new: changes.value[at] as number })
    }
    return found
  }
}
