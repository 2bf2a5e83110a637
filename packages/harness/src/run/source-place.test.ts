import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { sourcePlace } from './source-place.js'

const BUILT = new URL('../../dist/run/source-place.js', import.meta.url)

test('a line of a built file is told as the line of its source that says the same', () => {
  const lines = readFileSync(BUILT, 'utf8').split('\n')
  const source = readFileSync(new URL('./source-place.ts', import.meta.url), 'utf8').split('\n')
  const at = lines.findIndex((line) => line.includes('maps.set(file, map)')) + 1
  const [name, line] = sourcePlace(BUILT.href, at).split(':')
  expect(name).toBe('source-place.ts')
  expect(source[Number(line) - 1]).toContain('maps.set(file, map)')
})

test('a file without a map keeps its own name and line', () => {
  expect(sourcePlace('/nowhere/x.js', 7)).toBe('x.js:7')
})
