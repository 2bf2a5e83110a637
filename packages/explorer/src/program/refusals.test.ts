import { expect, test } from 'vitest'
import { explore } from '../explore.js'
import { Dfs } from '../strategies/dfs.js'
import type { Program, Variable } from './define.js'
import { CheckFailed, call } from './model-mem.js'
import { programTarget } from './program-target.js'

const program = (more: Partial<Program>): Program => ({
  name: 'refused',
  memory: () => ({ x: 1 }),
  threads: () => [],
  ...more,
})

test.each<[string, unknown, RegExp]>([
  ['a negative size', -3, /^variable x of refused is -3; a number of words or a list of initial values/],
  ['half a word', 1.5, /^variable x of refused is 1.5; a number of words/],
  ['no number', undefined, /^variable x of refused is undefined; a number of words/],
  [
    'more than a million words',
    20_000_000_000,
    /^variable x of refused has 20000000000 words; all .* 1000000$/,
  ],
  ['a value of 33 bits', [0, 2 ** 32], /^x\[1\] of refused is 4294967296 at first; whole numbers of 32 bits/],
  ['a value that is no number', ['a'], /^x\[0\] of refused is a at first; whole numbers/],
])('a variable with %s is refused, and named', (_, x, message) => {
  expect(() => programTarget(program({ memory: () => ({ x: x as Variable }) }))).toThrow(message)
})

test('a million words are allowed in all, and none; a million and one are not', () => {
  const memory = (y: number) => () => ({ none: 0, x: 999_999, y })
  expect(programTarget(program({ memory: memory(1) })).image).toHaveLength(1_000_008)
  expect(() => programTarget(program({ memory: memory(2) }))).toThrow(
    /^variable y of refused has 2 words; all/,
  )
})

test('128 threads are allowed, 129 are not', () => {
  const threads = (n: number) => () => Array.from({ length: n }, () => call(() => {}))
  const { executions, complete } = explore(programTarget(program({ threads: threads(128) })), {
    strategy: new Dfs(),
  })
  expect([executions, complete]).toEqual([1, true])
  expect(() => programTarget(program({ threads: threads(129) }))).toThrow(
    'refused has 129 threads; 128 are allowed',
  )
})

test.each(['memory', 'threads'] as const)('what %s throws refuses the program, in its words', (what) => {
  const fails = (): never => {
    throw new TypeError('none today')
  }
  const message = `${what} of refused threw TypeError: none today`
  expect(() => programTarget(program({ [what]: fails }))).toThrow(message)
  expect(() => programTarget(program({ [what]: () => null as never }))).toThrow(
    `${what} of refused gave null`,
  )
})

test.each([
  [new CheckFailed('too few'), 'at the end: too few'],
  [new TypeError('no such word'), 'at the end: TypeError: no such word'],
])('what the check of the final state throws is its verdict: %s', (error, message) => {
  const check = (): never => {
    throw error
  }
  const { complete, found } = explore(programTarget(program({ check })), { strategy: new Dfs() })
  expect([complete, found.map(({ report }) => report.message)]).toEqual([true, [message]])
})
