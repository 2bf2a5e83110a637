import { expect, test } from 'vitest'
import { UsageError } from '../scenario/problem.js'
import { within } from './deadline.js'

test('what loops for ever is ended, and named', () => {
  const endless = (): never => {
    for (;;);
  }
  expect(() => within(0.2, 'mine.ts', endless)).toThrow(UsageError)
  expect(() => within(0.2, 'mine.ts', endless)).toThrow('mine.ts: has not ended after 0.2 s')
})

test('what ends is what it is: its value, the very error that it throws', () => {
  const value = { x: 1 }
  const error = new TypeError('mine')
  expect(within(20, 'mine.ts', () => value)).toBe(value)
  const thrown = (): unknown => {
    try {
      return within(20, 'mine.ts', () => {
        throw error
      })
    } catch (caught) {
      return caught
    }
  }
  expect(thrown()).toBe(error)
})
