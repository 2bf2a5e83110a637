import { expect, test } from 'vitest'
import { checkOpenFiles, openFiles } from './file-limits.js'

test('more workers than the open files allow are refused, naming the field, the value and what is allowed', () => {
  const limits = { soft: 1024, open: 20 }
  expect(() => checkOpenFiles(243, limits)).not.toThrow()
  expect(() => checkOpenFiles(244, limits)).toThrow(
    /^ncpu is 244; the limit of 1024 open files allows at most 243/,
  )
  expect(() => checkOpenFiles(1, { soft: 16, open: 20 })).toThrow(RangeError)
})

test('where the host does not tell its limit, nothing is refused', () => {
  expect(() => checkOpenFiles(100_000, null)).not.toThrow()
})

test.runIf(process.platform === 'linux')('Linux tells the limit and the number of open files', () => {
  const limits = openFiles()
  expect(limits?.soft).toBeGreaterThan(0)
  expect(limits?.open).toBeGreaterThan(0)
})
