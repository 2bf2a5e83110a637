import { expect, test } from 'vitest'
import { checkMmParams, defaultFreemin, minPhysmem } from './mm-params.js'

const GOOD = { ncpu: 4, physmem: 512, swapPages: 1024, diskTicks: 2 }

test('a machine that cannot work is refused with the field, the value and what is allowed', () => {
  expect(() => checkMmParams(GOOD)).not.toThrow()
  expect(() => checkMmParams({ ...GOOD, ncpu: 0 })).toThrow(
    'ncpu is 0; a whole number from 1 to 256 is allowed',
  )
  expect(() => checkMmParams({ ...GOOD, physmem: minPhysmem(4) - 1 })).toThrow(
    /^physmem is 84; a whole number from 85 /,
  )
  expect(() => checkMmParams({ ...GOOD, swapPages: -1 })).toThrow(/^swapPages is -1; /)
  expect(() => checkMmParams({ ...GOOD, diskTicks: 0.5 })).toThrow(/^diskTicks is 0.5; /)
  expect(() => checkMmParams({ ...GOOD, hz: 1 })).toThrow(/^hz is 1; /)
  expect(() => checkMmParams({ ...GOOD, freemin: 300 })).toThrow(/^freemin is 300; /)
})

test('freemin by default is half a percent of memory for each CPU within 128 KB and 1 MB, and a sixteenth at most', () => {
  expect(defaultFreemin({ ...GOOD, physmem: 100_000, ncpu: 2 })).toBe(512)
  expect(defaultFreemin({ ...GOOD, physmem: 20_000, ncpu: 2 })).toBe(200)
  expect(defaultFreemin({ ...GOOD, physmem: 2_000, ncpu: 2 })).toBe(64)
  expect(defaultFreemin({ ...GOOD, physmem: 512, ncpu: 4 })).toBe(32)
})
