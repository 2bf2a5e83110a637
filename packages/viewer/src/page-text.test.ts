import { inflateRawSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { pageOf } from './page-text.js'
import { traceOf } from './testing/arbitrary-trace.js'
import type { Trace } from './trace/format.js'

/** The data of a page, by what a browser would take for its script element. */
function dataIn(page: string): { type: string; traces: unknown } {
  const [, type = '', text = ''] = /<script type="([^"]+)" id="data">(.*?)<\/script/s.exec(page) ?? []
  const json = type === 'application/json' ? text : inflateRawSync(Buffer.from(text, 'base64')).toString()
  return { type, traces: JSON.parse(json) }
}

function traceOfLength(length: number): Trace {
  const steps = Array.from({ length }, (_, n) => ({
    actor: n % 3,
    word: n % 6,
    value: n % 4,
    preempts: false,
  }))
  return traceOf(steps, [0, 1, 2])
}

test.each([
  [3, 'application/json'],
  [10_000, 'application/octet-stream'],
])('a page has its traces in it, whatever they say, as JSON or compressed: %i steps', (length, type) => {
  const traces = [traceOfLength(length), traceOfLength(2)]
  expect(dataIn(pageOf(traces))).toEqual({ type, traces })
})

test('a page refers to nothing outside itself, and its title is text', () => {
  const page = pageOf([traceOfLength(3)])
  expect(page).toContain('<title>a &lt;/script&gt; of &lt;traces&gt; · Holdfast</title>')
  expect(page).not.toMatch(/(?:src|href)="(?!data:)/)
  expect(page).not.toMatch(/https?:\/\//)
})
