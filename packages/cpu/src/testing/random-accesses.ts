/** Programs of random accesses to few words, for whoever records parallel accesses; and what an access does, one at a time. */

type AccessKind = 'read' | 'write' | 'load' | 'store' | 'add' | 'or' | 'exchange' | 'cas' | 'fill' | 'copy'

export interface Access {
  readonly kind: AccessKind
  readonly addr: number
  readonly value: number
  readonly other: number
}

const KINDS: readonly AccessKind[] = [
  'read',
  'write',
  'load',
  'store',
  'add',
  'or',
  'exchange',
  'cas',
  'fill',
  'copy',
]
/** Words from 16 on, in four stripes and over their edges. */
const FIRST = 16
const WORDS = 64
const MOST_RANGE = 24

/** The same program for the same seed. */
export function randomAccesses(seed: number, count: number): Access[] {
  let state = seed | 1
  const next = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    return (state >>> 8) % below
  }
  return Array.from({ length: count }, () => {
    const kind = KINDS[next(KINDS.length)] as AccessKind
    const isRange = kind === 'fill' || kind === 'copy'
    const room = isRange ? WORDS - MOST_RANGE : WORDS
    const value = isRange ? next(MOST_RANGE) : next(1_000)
    return { kind, addr: FIRST + next(room), value, other: FIRST + next(room) }
  })
}

/** What an access does to words when nobody else is there. Returns what it reads, or 0. */
export function perform(words: Int32Array, { kind, addr, value, other }: Access): number {
  const old = words[addr] as number
  switch (kind) {
    case 'read':
    case 'load':
      return old
    case 'write':
    case 'store':
      words[addr] = value
      return 0
    case 'add':
      words[addr] = old + value
      return old
    case 'or':
      words[addr] = old | value
      return old
    case 'exchange':
      words[addr] = value
      return old
    case 'cas':
      if (old === other) words[addr] = value
      return old
    case 'fill':
      words.fill(other, addr, addr + value)
      return 0
    default:
      words.copyWithin(addr, other, other + value)
      return 0
  }
}
