import {
  World,
  decodeSchedule,
  encodeSchedule,
  explore,
  makeStrategy,
  recordSchedule,
  replay,
} from '@holdfast/explorer'
import { FIRST_INTERRUPT, MAX_ACTORS, WAY_SHIFT } from '@holdfast/explorer'
import type { Strategy, Subject } from '@holdfast/explorer'
import { HARDCLOCK_TICKS } from '@holdfast/kernel'
import { DISK_FIRST, XF_DUE } from '@holdfast/mm'
import { expect, test } from 'vitest'
import { kernelSubject } from '../subject/kernel-subject.js'
import type { MachineTarget } from './machine-target.js'
import { parseQuery, queryText } from '../subject/scenario-query.js'
import { subjectOf } from '../subject/subject-of.js'

const CLOCK = FIRST_INTERRUPT + 1
const DISK = FIRST_INTERRUPT + 4
const EXECUTIONS = 20

/** Of some executions by chance: ticks that came while a CPU could go on, by execution; and disk interrupts, by how early they were. */
async function interruptsOf(subject: Subject, executions = EXECUTIONS) {
  const { target } = subject
  const busy: number[] = []
  const early: number[] = []
  const inner = makeStrategy('random', { seed: 5 })
  const watched: Strategy = {
    ...bound(inner),
    choose(world) {
      const choice = inner.choose(world)
      const { choices, choiceCount, words } = world
      const actor = choice & (MAX_ACTORS - 1)
      const way = choice >> WAY_SHIFT
      if (way === CLOCK || way === DISK) {
        // Whatever interrupts the primary CPU comes at its level.
        expect(actor).toBe(0)
        expect((target as MachineTarget).cpus[0]?.spinDepth).toBe(0)
      }
      if (way === CLOCK && choices.subarray(0, choiceCount).some((each) => each < MAX_ACTORS))
        busy[busy.length - 1] = (busy.at(-1) as number) + 1
      const first = words[DISK_FIRST] as number
      if (way === DISK && first !== 0)
        early.push((words[first + XF_DUE] as number) - (words[HARDCLOCK_TICKS] as number))
      return choice
    },
    begin(index) {
      busy.push(0)
      return inner.begin(index)
    },
  }
  explore(target, { strategy: watched, engine: subject.options, executions })
  return { busy: busy.slice(-executions), early }
}

function bound(strategy: Strategy): Strategy {
  return {
    name: strategy.name,
    exhaustive: false,
    begin: (index) => strategy.begin(index),
    choose: (world) => strategy.choose(world),
    learn: (world) => strategy.learn?.(world),
    end: (world) => strategy.end?.(world),
  }
}

test(`no tick comes while a CPU can go on; with 3 free ticks at most 3 do, in some of ${EXECUTIONS} executions all`, async () => {
  const none = await interruptsOf(await kernelSubject('kick-vs-swapper', { time: { ticks: 0 } }))
  expect(Math.max(...none.busy)).toBe(0)
  const three = await interruptsOf(await kernelSubject('kick-vs-swapper', { time: { ticks: 3 } }))
  expect(Math.max(...three.busy)).toBe(3)
})

test('a transfer completes from its tick on; with disk=any before it too, and the machine still comes to its end', async () => {
  const due = await interruptsOf(await kernelSubject('swapout-in-switch'), 10)
  expect(due.early.length).toBeGreaterThan(10)
  expect(Math.max(...due.early)).toBeLessThanOrEqual(0)
  const subject = await kernelSubject('swapout-in-switch', { time: { disk: 'any' } })
  const any = await interruptsOf(subject, 20)
  expect(Math.max(...any.early)).toBeGreaterThan(0)
  const strategy = makeStrategy('random', { seed: 5 })
  const { blocked, cut } = explore(subject.target, {
    strategy,
    engine: subject.options,
    executions: EXECUTIONS,
  })
  expect({ blocked, cut }).toEqual({ blocked: 0, cut: 0 })
})

/** How often in some executions all CPUs waited, a transfer was due, and a tick could come before it. */
async function overdue(disk: 'due' | 'overdue'): Promise<number> {
  const subject = await kernelSubject('swapout-in-switch', { time: { ticks: 50, disk } })
  const inner = makeStrategy('random', { seed: 5 })
  let times = 0
  const watched: Strategy = {
    ...bound(inner),
    choose(world) {
      const ways = [...world.choices.subarray(0, world.choiceCount)].map((choice) => choice >> WAY_SHIFT)
      if (ways.every((way) => way >= FIRST_INTERRUPT) && ways.includes(CLOCK) && ways.includes(DISK)) times++
      // Interrupts wait while a CPU can go on.
      const plain = ways.findIndex((way) => way < FIRST_INTERRUPT)
      return plain < 0 ? inner.choose(world) : (world.choices[plain] as number)
    },
  }
  explore(subject.target, { strategy: watched, engine: subject.options, executions: 10 })
  return times
}

test('where all wait for a transfer that is due, it comes before the next tick; with disk=overdue a tick may be first, as on workers', async () => {
  expect(await overdue('due')).toBe(0)
  expect(await overdue('overdue')).toBeGreaterThan(0)
})

test('the id of a subject says how time passes: made from it alone, an execution with free ticks replays', async () => {
  const subject = await kernelSubject('hold-vs-swapper', { time: { ticks: 3, disk: 'any' } })
  expect(subject.id).toBe('scenario:hold-vs-swapper?ticks=3&disk=any')
  const { found } = explore(subject.target, {
    strategy: makeStrategy('random', { seed: 1 }),
    observers: subject.observers(),
    engine: subject.options,
    executions: 40,
    maxFindings: 1,
  })
  const [fault] = found
  if (fault === undefined) throw new Error('nothing found')
  const line = encodeSchedule(recordSchedule(subject, fault.schedule))
  const schedule = decodeSchedule(line)
  const spec = {
    target: schedule.subject,
    params: {},
    engine: schedule.options,
    variant: undefined,
    all: true,
  }
  const again = replay(await subjectOf(spec), schedule)
  expect(again.drift).toBeUndefined()
  expect(again.reports.map(({ message }) => message)).toContain(fault.report.message)
  const other = replay(await subjectOf({ ...spec, target: 'scenario:hold-vs-swapper' }), schedule)
  expect(other.drift?.kind).toBe('build')
})

test('a subject with a tick less, and one whose disk is never early, are smaller', async () => {
  const subject = await kernelSubject('kick-vs-swapper', { time: { ticks: 2, disk: 'any' } })
  const ids = [...(subject.smaller?.() ?? [])].slice(0, 2).map(({ id }) => id)
  expect(ids).toEqual(['scenario:kick-vs-swapper?ticks=1&disk=any', 'scenario:kick-vs-swapper'])
})

test('what the id says is read as it was written, and anything else is refused by name', () => {
  for (const query of [
    {},
    { variant: 'a,b' },
    { ticks: 3 },
    { variant: 'a', ticks: 1, disk: 'any' } as const,
  ])
    expect(parseQuery(`scenario:x${queryText(query)}`)).toEqual(query)
  expect(queryText({ ticks: 2, disk: 'due' })).toBe('')
  expect(queryText({ ticks: 0, interrupts: 'polled' })).toBe('?interrupts=polled')
  expect(() => parseQuery('scenario:x?ticks=-1')).toThrow('ticks: "-1" is not allowed; 0 to 1,000')
  expect(() => parseQuery('scenario:x?disk=late')).toThrow(
    `disk: "late" is not allowed; 'due', 'overdue' or 'any'`,
  )
  expect(() => parseQuery('scenario:x?hz=3')).toThrow(
    'target: "hz=3" is not allowed; variant=<names>, ticks=<n>',
  )
})

test('two orders that lead to the same words are two states if one has a free tick left', async () => {
  const { target } = await kernelSubject('kick-vs-swapper', { time: { ticks: 1 } })
  const world = new World(target, {})
  const left = new Set<number>()
  const chooser = makeStrategy('random', { seed: 2 })
  for (let i = 0; i < EXECUTIONS; i++) {
    chooser.begin(i)
    world.run(chooser, [])
    left.add(target.hidden?.(world) as number)
  }
  expect([...left].toSorted()).toEqual([0, 1])
})
