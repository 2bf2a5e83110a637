/** The marks that swapping leaves: what is wrong with them is seen, and the kernel as it is leaves them right. */
import type { Patch } from '@holdfast/compiler'
import { expect, test } from 'vitest'
import { CORRECTED } from '../../mutate/corrected.js'
import { said } from '../../testing/said.js'
import { patchesOf } from '../subject/variants.js'

const EXECUTIONS = 2

function messages(scenario: string, ...patches: readonly Patch[]): Promise<string[]> {
  return said(scenario, [...patchesOf(CORRECTED), ...patches], { seed: 1, executions: EXECUTIONS })
}

const planted: readonly { what: string; scenario: string; patch: Patch; says: RegExp }[] = [
  {
    what: 'uvm_swapout sets the time asleep to 0, and not the time since the swap',
    scenario: 'hold-vs-swapout',
    patch: {
      file: 'uvm-glue/swapout.ts',
      find: '  mem.write(l + L_SWTIME, 0)\n',
      replace: '  mem.write(l + L_SLPTIME, 0)\n',
    },
    says: /is thrown out, and its l_swtime counts on$/,
  },
  {
    what: 'uvm_swapin lets the time since the swap-out run on',
    scenario: 'hold-vs-swapout',
    patch: { file: 'uvm-glue/swapin.ts', find: '  mem.write(l + L_SWTIME, 0)\n', replace: '' },
    says: /is brought in, and its l_swtime counts on$/,
  },
  {
    what: 'the swapper does not forget that it was kicked',
    scenario: 'kick-vs-swapper',
    patch: {
      file: 'uvm-glue/scheduler.ts',
      find: '      }\n      mem.write(UVM_SCHEDULER_KICKED, 0)\n',
      replace: '      }\n',
    },
    says: /^the swapper finds itself kicked, and nobody has kicked it/,
  },
]

for (const { what, scenario, patch, says } of planted)
  test(`planted: ${what}; seen under ${scenario} in ${EXECUTIONS} random walks`, async () => {
    expect(await messages(scenario, patch)).toEqual(expect.arrayContaining([expect.stringMatching(says)]))
  })

for (const scenario of new Set(planted.map((each) => each.scenario)))
  test(`the corrected kernel under ${scenario}: nothing is said in ${EXECUTIONS} random walks`, async () => {
    expect(await messages(scenario)).toEqual([])
  })
