import { expect, test } from 'vitest'
import { sources } from './sources.js'

test('a file holds one idea: none is longer than 400 lines', () => {
  const long = sources()
    .filter(({ path }) => !path.endsWith('/index.ts')) // lists of names
    .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
    .filter(({ lines }) => lines > 400)
  expect(long).toEqual([])
})
