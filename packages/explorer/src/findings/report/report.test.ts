import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import type { Report } from '../../engine/observer.js'
import type { Subject } from '../../subject.js'
import { findingText, parseFinding } from '../finding-file.js'
import { makeFinding, stepPlaces } from '../finding.js'
import type { Finding } from '../finding.js'
import { reportMarkdown } from './report-markdown.js'
import { reportText } from './report.js'
import { recordSchedule, replay } from '../replay/replay.js'
import { crowd, deadlock01, lostWakeup, reorder } from '../testing/subjects.js'

const CONTEXT = { strategy: 'random', seed: 1, execution: 11, executions: 500, seconds: 0.25 }

function findingOf(subject: Subject, choices: readonly number[], minimal = true): Finding {
  const schedule = recordSchedule(subject, choices)
  const [report] = replay(subject, schedule).reports
  return makeFinding({ subject, report: report as Report, schedule, minimal }, CONTEXT)
}

function trimmed(text: string): string {
  return text.replace(/ +$/gm, '')
}

test('the report of reorder: one sentence, a column for each thread, the words, the replay line', () => {
  const text = reportText(findingOf(reorder(1), [0, 1, 1]), { width: 100 })
  expect(text).toBe(
    `assertion: T2: a is 1 and b is 0
    at checker (toy.ts:16): mem.load(b)

  step | T1                                           | T2
 ----- | -------------------------------------------- | --------------------------------------------
    1  | setter:10 store a  0 -> 1  (toy.ts)          |
       |   ~~ preempted before setter:11 store b ~~   |
       |                                              | checker (toy.ts)
    2  |                                              |   :15   load  a  = 1
    3* |                                              |   :16   load  b  = 0
       |                                              |   -- ends --

at the end
    a  1  (was 0)
    b  0

1 preemption, the fewest that show it (proven); 3 steps. Found by random, seed 1, in execution 12 of
500, after 0.3 s.

holdfast replay hf1+program:reorder@s=1@c=1+01234567+0+A.0nB2-+62082918+2jqa
`,
  )
})

test('the report of a deadlock says who holds what each waits for', () => {
  const text = reportText(findingOf(deadlock01(), [0, 1]), { width: 100 })
  expect(text).toContain('## for ever: lock b, held by T2')
  expect(text).toContain('-- waits: lock a, held by T1 --')
})

test('the report of a lost wake-up shows the signal that nobody waited for', () => {
  const text = reportText(findingOf(lostWakeup(), [1, 0, 0]))
  expect(text).toContain('cvSignal cv  nobody waits')
  expect(text).toContain('## for ever: a wake-up on cv')
})

test('only threads that the finding is about have columns, and other steps are counted', () => {
  const others = [0, 0, 0, 1, 1, 1, 3, 3, 4, 4, 4, 4]
  const text = reportText(findingOf(crowd(4, 20), [2, ...others, 5, 5]))
  expect(text).toMatch(/^ {2}step \| T3 +\| T6$/m)
  expect(text).toContain('… 12 steps in bystander, by T1, T2, T4, T5')
})

test('a long turn is collapsed to what touches the words of the finding, and to the ends of turns', () => {
  const finding = findingOf(crowd(2, 200), [0, 2, 1, ...Array<number>(280).fill(0), 3, 3])
  const long: Finding = { ...finding, steps: [3 + 280, ...finding.steps] }
  const text = reportText({ ...long, steps: [4, ...finding.steps] }, { rows: 20 })
  expect(text).toMatch(/… 27\d steps in bystander/)
  expect(text.split('\n').length).toBeLessThan(40)
})

test('no line is wider than the width that was asked for, but the replay line', () => {
  for (const width of [80, 100, 140]) {
    const text = reportText(findingOf(crowd(4, 20), [0, 1, 2, 3, 4, 5, 5]), { width })
    for (const line of text.split('\n')) {
      if (!line.startsWith('holdfast replay')) expect(line.length).toBeLessThanOrEqual(width)
    }
  }
})

test('colour changes nothing but the colour', () => {
  const finding = findingOf(deadlock01(), [0, 1])
  const coloured = reportText(finding, { colour: true })
  expect(coloured).not.toBe(reportText(finding))
  expect(trimmed(stripVTControlCharacters(coloured))).toBe(trimmed(reportText(finding)))
})

test('the Markdown of reorder is a table with a column for each thread', () => {
  expect(reportMarkdown(findingOf(reorder(1), [0, 1, 1]))).toBe(
    `**assertion**: T2: a is 1 and b is 0

| step | T1 | T2 |
| ---: | --- | --- |
| 1 | \`setter\` \`store a 0 -> 1\` (toy.ts:10) |  |
|  | **preempted before setter:11 store b** |  |
| 2 |  | \`checker\` \`load a = 1\` (toy.ts:15) |
| **3** |  | \`checker\` **\`load b = 0\`** (toy.ts:16) |
|  |  | *ends* |

At the end:

- \`a\`: 1  (was 0)
- \`b\`: 0

1 preemption, the fewest that show it (proven); 3 steps. Found by random, seed 1, in execution 12 of 500, after 0.3 s.

\`\`\`sh
holdfast replay hf1+program:reorder@s=1@c=1+01234567+0+A.0nB2-+62082918+2jqa
\`\`\`
`,
  )
})

test('of an execution of many steps a finding keeps few, and tells how many the others are', () => {
  const finding = findingOf(crowd(2, 400), [0, 2, 1, ...Array<number>(700).fill(0), 3, 3])
  const { events, gaps, length } = finding
  expect(length).toBe(705)
  expect(events.length).toBeLessThan(120)
  const skipped = gaps.flatMap((gap) => gap.skipped).reduce((sum, { steps }) => sum + steps, 0)
  expect(events.length + skipped).toBe(length)
  expect(parseFinding(findingText(finding), 'x')).toEqual(finding)
  expect(reportText(finding)).toContain('705 steps.')
})

test('places are known by step, as far as they are kept', () => {
  const finding = findingOf(crowd(2, 400), [0, 2, 1, ...Array<number>(700).fill(0), 3, 3])
  const places = stepPlaces(finding)
  expect(places.length).toBe(705)
  expect(places[704]).toEqual(finding.events.at(-1)?.place)
  expect(places.filter((place) => place !== undefined).length).toBe(finding.events.length)
})
