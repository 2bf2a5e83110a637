import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mismatch } from './match.js'

function match(shown: string, stdout: string, stderr = '', numbersVary = false): number | undefined {
  return mismatch(shown.split('\n'), { stdout, stderr }, numbersVary)
}

/** Lines without what has a meaning here. */
const line = fc.stringMatching(/^[a-z|#(.*+[]( ?[a-z0-9:,.$^\\)\]]){0,8}$/)
const lines = fc.array(line, { maxLength: 6 })

test('text fits itself, line for line, whatever spaces end its lines', () => {
  fc.assert(
    fc.property(lines, fc.boolean(), (text, vary) => {
      expect(
        mismatch(
          text.map((each) => `${each} `),
          { stdout: text.join('\n'), stderr: '' },
          vary,
        ),
      ).toBe(undefined)
    }),
  )
})

test('a line changed, left out or added does not fit, and its place is told', () => {
  fc.assert(
    fc.property(lines, line, lines, (before, here, after) => {
      const shown = [...before, here, ...after]
      const planted = (printed: readonly string[]) =>
        mismatch(shown, { stdout: printed.join('\n'), stderr: '' })
      expect(planted([...before, `${here}x`, ...after])).toBe(before.length)
      expect(planted([...shown, 'one more'])).toBe(shown.length)
      expect(planted([...before, 'one more', here, ...after])).toBeGreaterThanOrEqual(before.length)
    }),
  )
})

test('… on a line of its own stands for any number of lines, none too', () => {
  fc.assert(
    fc.property(lines, lines, lines, (before, left, after) => {
      const stdout = [...before, ...left, ...after].join('\n')
      expect(mismatch([...before, '…', ...after], { stdout, stderr: '' })).toBe(undefined)
      expect(mismatch([...before, '  …', ...after, '#'], { stdout: `${stdout}\n##`, stderr: '' })).not.toBe(
        undefined,
      )
    }),
  )
})

test('… within a line stands for any text of that line, not for its end', () => {
  expect(match('in … s', 'in 1.5 s')).toBe(undefined)
  expect(match('in … s', 'in 1.5 s, or so')).toBe(0)
  expect(match('a … b', 'a 1\nb')).toBe(0)
  expect(match('a … c\nd', 'a b c\ne')).toBe(1)
})

test('what is special in a regular expression is itself', () => {
  expect(match('a.b (c)* [d]', 'a.b (c)* [d]')).toBe(undefined)
  expect(match('a.b', 'axb')).toBe(0)
  expect(match('1.5', '1x5', '', true)).toBe(0)
})

test('lines of stderr may be shown, in their order, or not', () => {
  expect(match('out 1\nout 2', 'out 1\nout 2', 'err 1\nerr 2')).toBe(undefined)
  expect(match('out 1\nerr 2\nout 2', 'out 1\nout 2', 'err 1\nerr 2')).toBe(undefined)
  expect(match('err 1\nout 1\nerr 2', 'out 1', 'err 1\nerr 2')).toBe(undefined)
  expect(match('err 2\nerr 1', '', 'err 1\nerr 2')).toBe(1)
  expect(match('err 3', '', 'err 1\nerr 2')).toBe(0)
  expect(match('err 1', 'out 1', 'err 1')).toBe(1)
})

test('a line of stdout that is left out without … does not fit, though stderr has the same', () => {
  expect(match('x\ny', 'x\ny\nx', 'x\ny')).toBe(2)
})

const number = fc.oneof(
  fc.nat(),
  fc.nat().map((n) => n.toLocaleString('en-US')),
  fc.tuple(fc.nat(), fc.nat(99)).map(([n, part]) => `${n.toLocaleString('en-US')}.${part}`),
)

test('where numbers vary, a number stands for any number', () => {
  fc.assert(
    fc.property(number, number, number, (shown, first, second) => {
      const told = (n: number | string, m: number | string) => `ran ${n} of (${m} s), ${n}/s`
      expect(match(told(shown, shown), told(first, second), '', true)).toBe(undefined)
      expect(match(told(shown, shown), told(first, 'no'), '', true)).toBe(0)
      expect(match(told(shown, 'no'), told(first, second), '', true)).toBe(0)
      expect(match(told(shown, shown), `${told(first, second)} 5`, '', true)).toBe(0)
    }),
  )
  expect(match('in 1.5 s', 'in 2.5 s')).toBe(0)
})

test('where numbers vary, the padding of a table may, and what is not a number may not', () => {
  const narrow = 'Name  Count  Beside\n----  -----  ------\nab        1  of 2\n…'
  const wide = 'Name      Count  Beside\n----  ---------  ------\nab    1,234,567  of 24\nc             8'
  expect(match(narrow, wide, '', true)).toBe(undefined)
  expect(match(wide.replace(/\nc.*/, '\n…'), narrow.replace('…', 'x'), '', true)).toBe(undefined)
  expect(match(narrow, wide)).toBe(0)
  for (const [from, to] of [
    ['ab', 'ac'],
    ['of', 'off'],
    ['Count', 'Counts'],
    ['Name  ', 'Name'],
    ['-----  ', '-----x'],
  ] as const)
    expect(match(narrow.replace(from, to), wide, '', true)).not.toBe(undefined)
})

test('where numbers vary, other gaps and other spaces do not', () => {
  expect(match('a  b', 'a   b', '', true)).toBe(0)
  expect(match('a b', 'a  b', '', true)).toBe(0)
  expect(match('  a', 'a', '', true)).toBe(0)
})
