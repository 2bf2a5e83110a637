import { readFileSync } from 'node:fs'
import { deflateRawSync } from 'node:zlib'
import type { Trace } from './trace/format.js'

/** The page without its data: made by bundle.mjs. The same from src and from dist. */
const TEMPLATE = new URL('../dist/page.html', import.meta.url)
/** Where the data goes. */
const SLOT = '<!--data-->'
/** Data larger than this, in characters, is compressed. */
const LARGE = 200_000

/** The page that shows these traces, side by side if there are two: one file that needs nothing else. */
export function pageOf(traces: readonly Trace[]): string {
  const [before, after] = readFileSync(TEMPLATE, 'utf8').split(SLOT)
  if (before === undefined || after === undefined)
    throw new Error(`${TEMPLATE.pathname} has no place for data`)
  const [title] = traces.map(({ title: each }) => escapeHtml(each))
  return `${before.replace('<title></title>', () => `<title>${title} · Holdfast</title>`)}${dataScript(traces)}${after}`
}

function dataScript(traces: readonly Trace[]): string {
  const json = JSON.stringify(traces)
  // `</` would end the script; in a string of JSON `<\/` is the same.
  if (json.length <= LARGE)
    return `<script type="application/json" id="data">${json.replaceAll('</', '<\\/')}</script>`
  const packed = deflateRawSync(json).toString('base64')
  return `<script type="application/octet-stream" id="data">${packed}</script>`
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
