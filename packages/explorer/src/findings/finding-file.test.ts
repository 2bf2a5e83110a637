import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { explore } from '../explore.js'
import { RandomWalk } from '../strategies/random-walk.js'
import type { Subject } from '../subject.js'
import { FindingFileError, findingText, parseFinding, readFinding, writeFinding } from './finding-file.js'
import { makeFinding } from './finding.js'
import type { Finding } from './finding.js'
import { replay } from './replay/replay.js'
import { decodeSchedule } from './replay/schedule-string.js'
import { shrink } from './shrink/shrink.js'
import { accountBad, crowd, deadlock01, lostWakeup, reorder, twostage } from './testing/subjects.js'

function findingOf(subject: Subject): Finding {
  const { found, executions } = explore(subject.target, {
    strategy: new RandomWalk(1),
    observers: subject.observers(),
    executions: 2000,
  })
  const [first] = found
  if (first === undefined) throw new Error(`no finding in ${subject.id}`)
  const shrunk = shrink(subject, first, { attempts: 500, subjects: false })
  if (shrunk === undefined) throw new Error(`no finding to shrink in ${subject.id}`)
  const { execution, seconds } = first
  return makeFinding(shrunk, { strategy: 'random', seed: 1, execution, executions, seconds })
}

test.each([reorder(2), twostage(1, 1), deadlock01(), accountBad(), lostWakeup(), crowd(2, 3)])(
  'a finding of $id is the same after it was written and read, and replays',
  (subject) => {
    const finding = findingOf(subject)
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-finding-'))
    try {
      const file = join(folder, 'sub', 'finding.json')
      writeFinding(file, finding)
      const again = readFinding(file)
      expect(again).toEqual(finding)
      const places = again.events.map(({ place }) => place)
      const { drift, reports } = replay(subject, decodeSchedule(again.schedule), { places })
      expect(drift).toBe(undefined)
      expect(reports.map(({ message }) => message)).toContain(finding.message)
    } finally {
      rmSync(folder, { recursive: true })
    }
  },
)

test('a scenario is kept as it is', () => {
  const subject = { ...reorder(1), data: { processes: [{ name: 'a' }] } }
  const finding = findingOf(subject)
  expect(parseFinding(findingText(finding), 'x').scenario).toEqual({ processes: [{ name: 'a' }] })
})

const GOOD = JSON.parse(findingText(findingOf(reorder(1)))) as Record<string, unknown> & {
  events: Record<string, unknown>[]
}

test.each<[string, (json: typeof GOOD) => unknown, string]>([
  ['format', (json) => ({ ...json, format: 'other' }), 'is "other"; allowed: \'holdfast-finding/1\''],
  ['verdict', (json) => ({ ...json, verdict: 'so bad' }), 'is "so bad"; allowed: one word'],
  ['preemptions', (json) => ({ ...json, preemptions: -1 }), 'is -1; allowed: a whole number, 0 or more'],
  ['message', (json) => ({ ...json, message: undefined }), 'is missing; allowed: a text'],
  ['events[1].op', (json) => withEvent(json, 1, { op: 7 }), 'is 7; allowed: a text'],
  ['events[1].step', (json) => withEvent(json, 1, { step: 5 }), 'is 5; allowed: 1 to 2'],
  ['events[1].place', (json) => withEvent(json, 1, { place: 99 }), 'is 99; places has 4'],
  ['steps[0]', (json) => ({ ...json, steps: [40] }), 'is 40; length is 3'],
  ['schedule', (json) => ({ ...json, schedule: 'hf1+x' }), 'is damaged: schedule: hash: missing'],
  ['', () => [1], 'is [1]; allowed: an object'],
])('a finding file whose field %s is wrong is rejected by name', (field, change, message) => {
  const text = JSON.stringify(change(structuredClone(GOOD)))
  expect(() => parseFinding(text, 'f.json')).toThrow(
    expect.objectContaining({
      field,
      message: expect.stringContaining(`f.json: ${field === '' ? '' : `${field} `}${message}`) as string,
    }) as Error,
  )
  expect(() => parseFinding(text, 'f.json')).toThrow(FindingFileError)
})

test('a file that is no JSON, or is not there, is told', () => {
  expect(() => parseFinding('{', 'f.json')).toThrow('f.json: is not JSON')
  expect(() => readFinding('/nowhere/f.json')).toThrow('/nowhere/f.json: cannot be read')
})

function withEvent(json: typeof GOOD, at: number, change: Record<string, unknown>): unknown {
  return { ...json, events: json.events.map((event, i) => (i === at ? { ...event, ...change } : event)) }
}
