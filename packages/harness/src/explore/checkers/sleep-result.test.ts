/** What sleeps return: a sleep that does not say what ended it is seen, and the kernel as it is keeps to it. */
import type { Patch } from '@holdfast/compiler'
import { expect, test } from 'vitest'
import { CORRECTED } from '../../mutate/corrected.js'
import { said } from '../../testing/said.js'
import { patchesOf } from '../subject/variants.js'

const EXECUTIONS = 4
const SLEEPQ = 'kernel/src/kern-sleepq.ts'
const LOOKS = 'if (catchSignals && error === 0) {'

interface Planted {
  readonly what: string
  readonly scenario: string
  /** kern-sleepq.ts if left out. */
  readonly file?: string
  readonly find: string
  readonly replace: string
  readonly says: RegExp
}

const planted: readonly Planted[] = [
  {
    what: 'a signal is left for whoever is continued',
    scenario: 'woken-while-stopped',
    file: 'kernel/src/kern-synch.ts',
    find: '      if ((mem.read(p + P_SLFLAG) & PSL_TRACED) !== 0 && mem.read(p + P_XSTAT) !== 0) {',
    replace: '      {',
    says: /is told of a signal, and there was none$/,
  },
  {
    what: 'every sleep in which signals are caught returns EINTR',
    scenario: 'signal-vs-timeout',
    find: '    if ((mem.read(lwp + L_FLAG) & (LW_CANCELLED | LW_WEXIT | LW_WCORE | LW_PENDSIG)) !== 0) error = EINTR\n',
    replace: '    error = EINTR\n',
    says: /is told of a signal, and there was none$/,
  },
  {
    what: 'a signal counts for more than a timeout',
    scenario: 'signal-vs-timeout',
    find: LOOKS,
    replace: 'if (catchSignals) {',
    says: /is told of a signal, and its time was over$/,
  },
  {
    what: 'a sleep without a timeout does not look for signals at its end',
    scenario: 'signal-vs-timeout',
    find: LOOKS,
    replace: 'if (catchSignals && error === 0 && ticks !== 0) {',
    says: /is not told of the signal that ended its sleep$/,
  },
  {
    what: 'a sleep without a timeout returns EWOULDBLOCK',
    scenario: 'signal-vs-wait',
    find: 'if (ticks !== 0 && calloutHalt(cpu, lwp)) error',
    replace: 'if (ticks === 0 || calloutHalt(cpu, lwp)) error',
    says: /is told that its time is over, and had no timeout$/,
  },
  {
    what: 'signals end every sleep',
    scenario: 'signal-vs-wait',
    find: '  if (catchSignals) {\n    mem.write(lwp + L_FLAG',
    replace: '  {\n    mem.write(lwp + L_FLAG',
    says: /sleeps in '\w+', and signals are to end that$/,
  },
]

const messages = (scenario: string, ...patches: readonly Patch[]): Promise<string[]> =>
  said(scenario, [...patchesOf(CORRECTED), ...patches], { seed: 1, executions: EXECUTIONS })

for (const { what, scenario, file = SLEEPQ, find, replace, says } of planted)
  test(`planted: ${what}; seen under ${scenario} in ${EXECUTIONS} random walks`, async () => {
    expect(await messages(scenario, { file, find, replace })).toEqual(
      expect.arrayContaining([expect.stringMatching(says)]),
    )
  })

for (const scenario of new Set(planted.map((each) => each.scenario)))
  test(`the corrected kernel under ${scenario}: nothing is said in ${EXECUTIONS} random walks`, async () => {
    expect(await messages(scenario)).toEqual([])
  })
