import type { Layout } from '@holdfast/atomics-sync'
import { expect, test } from 'vitest'
import { AddressNames } from './address-names.js'

const field = (name: string, offset: number, words = 1) => ({
  name,
  offset,
  words,
  lock: 'atomic',
  isLock: false,
})
const layouts: Layout[] = [
  { name: 'kernel', words: 3, base: 256, fields: [field('PROC_LOCK', 0), field('UVM_SCHEDULER_CV', 1, 2)] },
  { name: 'lwp', words: 8, fields: [field('L_STAT', 0), field('L_SWAPLOCK', 5)] },
]
const regions = [
  { label: 'lwps', base: 640, words: 32, layout: 'lwp', stride: 8 },
  { label: 'frames', base: 4_096, words: 1_024 },
]

test('a word is named by its global, its record and field, or its region', () => {
  const names = new AddressNames(regions, layouts)
  const named = [0, 256, 258, 640, 656, 661, 659, 4_096, 4_100, 9_999].map((addr) => names.name(addr))
  expect(named).toEqual([
    'NULL',
    'proc_lock',
    'uvm_scheduler_cv+1',
    'lwp[0]',
    'lwp[2]',
    'lwp[2].l_swaplock',
    'lwp[2].+3',
    'frames',
    'frames+4',
    'word 9999',
  ])
})
