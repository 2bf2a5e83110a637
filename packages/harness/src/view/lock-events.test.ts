import type { EventRow } from '@holdfast/explorer'
import { ACQUIRES, RELEASES, WAITS } from '@holdfast/viewer'
import { expect, test } from 'vitest'
import { lockEventsOf } from './lock-events.js'

const M = 8
const CV = 9

function rowOf(fields: Partial<EventRow>): EventRow {
  return {
    step: 0,
    actor: 0,
    actorName: 'T1',
    op: 'read',
    place: undefined,
    callers: [],
    inner: 0,
    addr: M,
    word: 'm',
    words: 1,
    old: 0,
    new: 0,
    wrote: false,
    meaning: undefined,
    word2: undefined,
    note: undefined,
    preempts: false,
    left: undefined,
    reports: [],
    remark: undefined,
    notes: [],
    ...fields,
  }
}

const pending = {
  op: 'lock',
  place: undefined,
  addr: M,
  word: 'm',
  value: undefined,
  meaning: undefined,
  holder: 'T2',
}

test.each<[string, Partial<EventRow>, readonly (readonly [number, number])[]]>([
  ['lock takes', { op: 'lock', wrote: true }, [[M, ACQUIRES]]],
  ['tryLock takes', { op: 'tryLock', wrote: true }, [[M, ACQUIRES]]],
  ['tryLock that fails does not', { op: 'tryLock' }, []],
  ['unlock releases', { op: 'unlock', wrote: true }, [[M, RELEASES]]],
  [
    'cvWait releases its mutex',
    { op: 'cvWait', addr: CV, word: 'cv', word2: 'm', wrote: true },
    [[M, RELEASES]],
  ],
  ['who was signalled takes it again', { op: 'cvWake', word2: 'cv', wrote: true }, [[M, ACQUIRES]]],
  ['who stands before a lock waits', { addr: CV, left: { why: 'waits', ...pending } }, [[M, WAITS]]],
  ['who is preempted before it does not', { addr: CV, left: { why: 'preempted', ...pending } }, []],
])('of a program: %s', (_what, fields, expected) => {
  const found = lockEventsOf(rowOf(fields), false, (name) => (name === 'm' ? M : CV))
  expect(found.map(({ addr, what }) => [addr, what])).toEqual(expected)
})

const about = { weight: 1, about: [] } as const
test.each<[string, EventRow['remark'], readonly number[]]>([
  ['takes', { text: 'takes m', opens: M, ...about }, [ACQUIRES]],
  ['releases', { text: 'releases m', closes: M, ...about }, [RELEASES]],
  ['hands on', { text: 'hands m to holder (4.1)', ...about }, [RELEASES]],
  ['waits', { text: 'waits for m: held by holder (4.1)', ...about }, [WAITS]],
  ['only tries', { text: 'tries m: held by holder (4.1)', ...about }, []],
  ['nothing', undefined, []],
])('of a machine, by its remark: %s', (_what, remark, expected) => {
  const found = lockEventsOf(rowOf({ op: 'cas', remark }), true, () => undefined)
  expect(found.map(({ what }) => what)).toEqual(expected)
})
