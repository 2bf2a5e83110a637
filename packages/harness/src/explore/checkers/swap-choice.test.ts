/** Which LWP is brought in, and which is thrown out: what chooses wrongly is seen, and the kernel as it is chooses rightly. */
import type { Patch } from '@holdfast/compiler'
import { expect, test } from 'vitest'
import { CORRECTED } from '../../mutate/corrected.js'
import { said } from '../../testing/said.js'
import { patchesOf } from '../subject/variants.js'

const EXECUTIONS = 4
const CHOICE = /^uvm_(scheduler|swapout_threads) (takes|passes)/
const NULLS = /follows a NULL pointer/

const twins = new Map<string, Promise<string[]>>()

/** The same of a kernel that several tests ask about. */
function twin(name: string, variant: string): Promise<string[]> {
  const key = `${name} ${variant}`
  const known = twins.get(key) ?? messages(name, patchesOf(variant))
  twins.set(key, known)
  return known
}

function messages(name: string, patches: readonly Patch[]): Promise<string[]> {
  return said(name, patches, { seed: 2, executions: EXECUTIONS })
}

const SCHEDULER = 'uvm-glue/scheduler.ts'
const SWAPOUT = 'uvm-glue/swapout.ts'

const planted: readonly { what: string; scenario: string; patch: Patch; says: RegExp }[] = [
  {
    what: 'the swapper takes the least urgent LWP',
    scenario: 'two-wanted',
    patch: { file: SCHEDULER, find: 'if (pri > ppri) {', replace: 'if (ll === NULL || pri < ppri) {' },
    says: /^uvm_scheduler takes .* of priority -?\d+, not .* of priority -?\d+$/,
  },
  {
    what: 'the swapper sees no LWP that is nice',
    scenario: 'two-wanted',
    patch: { file: SCHEDULER, find: 'if (pri > ppri) {', replace: 'if (pri > 0 && pri > ppri) {' },
    says: /^uvm_scheduler passes over .*, which is runnable and out$/,
  },
  {
    what: 'the pagedaemon takes a held LWP',
    scenario: 'physio-vs-scan',
    patch: {
      file: SWAPOUT,
      find: '  if (mem.read(l + L_HOLDCNT) !== 0) return false\n',
      replace: '',
    },
    says: /^uvm_swapout_threads takes .*, which is not swappable$/,
  },
  {
    what: 'the pagedaemon takes whoever sleeps',
    scenario: 'wakeup-vs-swapout',
    patch: { file: SWAPOUT, find: '>= cpu.config.maxslp', replace: '>= 0' },
    says: /^uvm_swapout_threads takes .* \(asleep, l_slptime 0, .*\), and no fewer than \d+ pages are free$/,
  },
  {
    what: 'the pagedaemon leaves alone who has slept for just maxslp',
    scenario: 'two-wanted',
    patch: { file: SWAPOUT, find: '>= cpu.config.maxslp', replace: '> cpu.config.maxslp' },
    says: /^uvm_swapout_threads passes over .* \(asleep, l_slptime 1, .*\)$/,
  },
]

for (const { what, scenario, patch, says } of planted)
  test(`${what}: seen under ${scenario} in ${EXECUTIONS} random walks, and nothing without that`, async () => {
    expect(await messages(scenario, [...patchesOf(CORRECTED), patch])).toContainEqual(
      expect.stringMatching(says),
    )
    expect(await twin(scenario, CORRECTED)).toEqual([])
    const asItWas = await twin(scenario, '')
    expect(asItWas.filter((message) => CHOICE.test(message) || NULLS.test(message))).toEqual([])
  })

test('the LWP of a list that has none is NULL, and who follows it is seen', async () => {
  const patch = {
    file: SCHEDULER,
    find: '    if (l === NULL) {\n',
    replace: '    if (l === NULL && ppri > 0) {\n',
  }
  expect(await messages('two-wanted', [...patchesOf(CORRECTED), patch])).toContainEqual(
    expect.stringMatching(NULLS),
  )
  expect(await twin('two-wanted', CORRECTED)).toEqual([])
})
