import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Rng } from '../strategies/rng.js'
import { World } from '../engine/world.js'
import { EventLog, LoggedEvent } from './event-log.js'
import { Races } from './races.js'
import { add, cas, handTarget, load, lock, read, store, tryLock, unlock, write } from './testing/hand.js'
import type { Body } from './testing/hand.js'

/** An operation of a random program: what, and on which of two words. */
type Step = readonly ['read' | 'write' | 'load' | 'store' | 'add' | 'cas' | 'locked' | 'tried', 0 | 1]

const steps = fc.array(
  fc.tuple(
    fc.constantFrom('read', 'write', 'load', 'store', 'add', 'cas', 'locked', 'tried'),
    fc.constantFrom(0, 1),
  ) as fc.Arbitrary<Step>,
  { maxLength: 5 },
)

function thread(program: readonly Step[], first: number, words: number, m: number): Body {
  return function* (t) {
    for (const [i, [what, which]] of program.entries()) {
      const site = first + i * 3
      const word = words + which
      if (what === 'read') yield* read(t, site, word)
      else if (what === 'write') yield* write(t, site, word, 1)
      else if (what === 'load') yield* load(t, site, word)
      else if (what === 'store') yield* store(t, site, word, i)
      else if (what === 'add') yield* add(t, site, word, 1)
      else if (what === 'cas') yield* cas(t, site, word, 0, 1)
      else {
        const took = what === 'locked' ? yield* lock(t, site, m) : yield* tryLock(t, site, m)
        yield* write(t, site + 1, word, 1)
        if (what === 'locked' || took === 1) yield* unlock(t, site + 2, m)
      }
    }
  }
}

const M = 8
const PLAIN = new Set([0, 1])

/** The races of an execution by definition: conflicting pairs that the transitive closure of what orders does not relate. */
function byDefinition(log: EventLog): Set<string> {
  const events = Array.from({ length: log.length }, (_, i) => log.read(i, new LoggedEvent()))
  const before = events.map(() => new Set<number>())
  const after = (i: number, j: number): void => {
    before[j]?.add(i)
    for (const k of before[i] ?? []) before[j]?.add(k)
  }
  // Of each word, the releases a reader of it synchronises with: the last store, and the read-modify-writes since.
  const released = new Map<number, number[]>()
  for (const [j, event] of events.entries()) {
    for (let i = 0; i < j; i++) if (events[i]?.actor === event.actor) after(i, j)
    if (PLAIN.has(event.kind)) continue
    const { addr, kind, wrote } = event
    const failedTry = kind === 19 && !wrote
    const stores = kind === 3 || kind === 18
    if (!stores && !failedTry) for (const i of released.get(addr) ?? []) after(i, j)
    if (stores) released.set(addr, [j])
    else if (wrote && kind !== 17 && kind !== 19) released.set(addr, [...(released.get(addr) ?? []), j])
  }
  const found = new Set<string>()
  for (const [j, late] of events.entries()) {
    for (let i = 0; i < j; i++) {
      const early = events[i] as LoggedEvent
      const conflict = early.addr === late.addr && late.addr !== M && (early.wrote || late.wrote)
      const plain = PLAIN.has(early.kind) || PLAIN.has(late.kind)
      if (conflict && plain && early.actor !== late.actor && before[j]?.has(i) === false)
        found.add([early.site, late.site].sort((a, b) => a - b).join('-'))
    }
  }
  return found
}

test('the races reported are those of the definition, all of them (3,000 executions of 1,000 random programs)', () => {
  fc.assert(
    fc.property(fc.array(steps, { minLength: 2, maxLength: 5 }), fc.integer(), (programs, seed) => {
      const target = handTarget({ m: 1, words: 2 }, ({ m, words }) =>
        programs.map((program, i) => thread(program, i * 100, words, m)),
      )
      const log = new EventLog()
      const checker = new Races({ log })
      const world = new World(target)
      const rng = new Rng(seed)
      for (let run = 0; run < 3; run++) {
        world.run({ choose: ({ choices, choiceCount }) => choices[rng.below(choiceCount)] as number }, [
          log,
          checker,
        ])
        const reported = world.reports.map(({ sites }) => sites.join('-'))
        expect(new Set(reported)).toEqual(byDefinition(log))
        expect(reported).toHaveLength(new Set(reported).size)
      }
    }),
    { numRuns: 1000 },
  )
})
