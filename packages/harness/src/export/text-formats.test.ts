import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { dotText, quoted } from './dot.js'
import { githubAnnotations } from './github.js'
import { junitXml, xmlText } from './junit.js'
import { escaped } from './mermaid.js'
import { caseOfClaim } from './of-claims.js'

const UNESCAPED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  '#9': '\t',
  '#13': '\r',
  '#10': '\n',
}

test('XML: 1,000 texts are what they were, but for characters that XML cannot hold', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const xml = xmlText(text)
      expect(xml).not.toMatch(/[<>"]|&(?!(?:amp|lt|gt|quot|#9|#13);)/)
      const back = xml.replaceAll(/&([^;]+);/g, (_, name: string) => UNESCAPED[name] ?? '?')
      if (/^[\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]*$/u.test(text))
        expect(back).toBe(text)
      else expect(back).toMatch(/\u{FFFD}/u)
    }),
    { numRuns: 1_000 },
  )
})

test('JUnit: suites with their totals, a failure with its text', () => {
  const xml = junitXml([
    {
      suite: 'explore a',
      name: 'race: "x" < y & z',
      seconds: 0.5,
      failure: { type: 'race', message: 'a\nb', text: '1 < 2\n' },
    },
    { suite: 'verify', name: 'holds', seconds: 1 },
  ])
  expect(xml).toMatchInlineSnapshot(`
    "<?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="holdfast" tests="2" failures="1" errors="0" time="1.500">
      <testsuite name="explore a" tests="1" failures="1" errors="0" time="0.500">
        <testcase classname="explore a" name="race: &quot;x&quot; &lt; y &amp; z" time="0.500">
          <failure type="race" message="a&#10;b">1 &lt; 2
    </failure>
        </testcase>
      </testsuite>
      <testsuite name="verify" tests="1" failures="0" errors="0" time="1.000">
        <testcase classname="verify" name="holds" time="1.000"/>
      </testsuite>
    </testsuites>
    "
  `)
})

test('a claim that does not hold is a failure that says why', () => {
  const explored = { executions: 1, lastPass: 1, states: 1, seconds: 1, complete: true, bound: '', found: [] }
  const claim = { ...explored, found: ['panic: x'] }
  expect(caseOfClaim({ id: 'c', claim: explored, planted: [], holds: true }).failure).toBeUndefined()
  const failed = caseOfClaim({ id: 'c', claim, planted: [{ name: 'no-kick', explored }], holds: false })
  expect(failed).toMatchObject({ seconds: 2, failure: { message: 'panic: x' } })
  expect(failed.failure?.text).toBe('panic: x\nthe planted fault no-kick was not found')
})

test('GitHub: one line for each, with colons and commas of properties and line ends of messages escaped', () => {
  const text = githubAnnotations([
    { title: 'race in a:b, c', message: '100%\nof it: x, y', file: 'a b.ts', line: 3, column: 5 },
    { title: 'panic', message: 'nowhere' },
  ])
  expect(text).toBe(
    '::error file=a b.ts,line=3,col=5,title=race in a%3Ab%2C c::100%25%0Aof it: x, y\n::error title=panic::nowhere\n',
  )
})

test('DOT: 1,000 names are strings that end where they should', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (name) => {
      const text = quoted(name)
      expect(text).toMatch(/^"(?:[^"\\\n\r]|\\.)*"$/u)
    }),
    { numRuns: 1_000 },
  )
  expect(
    dotText({
      name: 'g',
      label: 'l',
      nodes: [],
      edges: [{ from: 'a', to: 'b', attributes: { label: 'x\ny' } }],
    }),
  ).toContain('"a" -> "b" [label="x\\ny"];')
})

test('Mermaid: no text of 1,000 holds what would end it, and all are one short line', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      const plain = escaped(text).replaceAll(/#\d+;/g, '')
      expect(plain).not.toMatch(/[#;<>{}%&"\\\n\r]/)
      expect(plain.length).toBeLessThanOrEqual(120)
    }),
    { numRuns: 1_000 },
  )
})
