import { recordSchedule, replay, shrink } from '@holdfast/explorer'
import type { Report } from '@holdfast/explorer'
import { afterEach, expect, test } from 'vitest'
import { RECORDED_DISK } from '../explore/subject/scenario-query.js'
import { kernelSubject } from '../explore/subject/kernel-subject.js'
import { defineScenario } from '../scenario/define.js'
import { LIMITS, closeRecorded, openRecorded } from '../testing/recorded-scenarios.js'
import { faultsOf } from './recorded-campaign.js'
import { rebuild } from './rebuild.js'
import type { Rebuilt } from './rebuild.js'

const MOST_RUNS = 50

afterEach(closeRecorded)

/** The vslock-unwires-the-copy of docs/findings.md, in one LWP: it comes in every run; another LWP runs beside it. */
const unwiresTheCopy = defineScenario({
  name: 'unwires-the-copy',
  description: 'a page wired for I/O is copied by a write after fork, and the copy is unwired',
  machine: { cpus: 2, memory: 128, swapPages: 64, hz: 8, maxslp: 1 },
  programs: { child: [{ op: 'exit', code: 0 }] },
  processes: [
    {
      name: 'target',
      pages: 2,
      lwps: [
        {
          program: [
            { op: 'touch', page: 0, write: true },
            { op: 'vslock', page: 0, pages: 1 },
            { op: 'fork', program: 'child' },
            { op: 'touch', page: 0, write: true },
            { op: 'vsunlock' },
            { op: 'wait' },
          ],
        },
      ],
    },
    {
      name: 'other',
      pages: 2,
      lwps: [
        {
          program: [
            { op: 'touch', page: 1, write: true },
            { op: 'sleep', ticks: 2 },
          ],
        },
      ],
    },
  ],
})

/** Runs it until the replay shows what is looked for. */
async function untilShown(
  scenario: Awaited<ReturnType<typeof openRecorded>>,
  message: string,
): Promise<{ rebuilt: Rebuilt; report: Report }> {
  for (let run = 0; run < MOST_RUNS; run++) {
    const recorded = await scenario.run(LIMITS)
    const rebuilt = rebuild(scenario.subject, recorded)
    expect(rebuilt.drift).toBeUndefined()
    const faults = faultsOf(recorded, rebuilt)
    const report = faults.find((fault) => fault.report?.message.includes(message) === true)?.report
    if (report !== undefined) return { rebuilt, report }
  }
  throw new Error(`${message}: not in ${MOST_RUNS} runs`)
}

test('what the checkers see in the replay of a parallel run is a finding, and is shrunk like any other (within 50 runs)', async () => {
  const scenario = await openRecorded(unwiresTheCopy)
  const { rebuilt, report } = await untilShown(scenario, 'which is not wired')
  const time = { ticks: rebuilt.ticks, disk: RECORDED_DISK } as const
  const subject = await kernelSubject(scenario.scenario, { time })
  const schedule = recordSchedule(subject, rebuilt.choices)
  const again = replay(subject, schedule)
  expect(again.drift).toBeUndefined()
  expect(again.reports.map(({ message }) => message)).toContain(report.message)
  const shrunk = shrink(
    subject,
    { report, schedule: rebuilt.choices },
    { seconds: 40, attempts: 100, subjects: false },
  )
  expect(shrunk?.report.verdict).toBe('wireLeak')
  expect(shrunk?.cost.preemptions).toBeLessThan(Math.max(1, shrunk?.from.preemptions ?? 0))
})

test('with its correction there is none (5 runs)', async () => {
  const scenario = await openRecorded(unwiresTheCopy, { variant: 'fork-copies-wired' })
  for (let run = 0; run < 5; run++) {
    const recorded = await scenario.run(LIMITS)
    expect(faultsOf(recorded, rebuild(scenario.subject, recorded))).toEqual([])
  }
})

test.each(['hold-vs-memory', 'three-holders', 'wakeup-vs-swapin'])(
  '%s: whatever the parallel machine is found to have done, its replay shows (8 runs)',
  async (name) => {
    const scenario = await openRecorded(name)
    for (let run = 0; run < 8; run++) {
      const recorded = await scenario.run(LIMITS)
      const rebuilt = rebuild(scenario.subject, recorded)
      expect(rebuilt.drift).toBeUndefined()
      for (const { parallel, report } of faultsOf(recorded, rebuilt))
        expect(report, parallel?.message).toBeDefined()
    }
  },
)
