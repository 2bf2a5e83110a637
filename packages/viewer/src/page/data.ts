import type { Trace } from '../trace/format.js'

/** The traces in the page: as JSON, or compressed (page-text.ts). */
export async function readData(): Promise<readonly Trace[]> {
  const script = document.getElementById('data')
  if (!(script instanceof HTMLScriptElement)) throw new Error('this page has no data')
  const text = script.text
  const json = script.type === 'application/json' ? text : await inflated(text)
  script.remove()
  return JSON.parse(json) as readonly Trace[]
}

async function inflated(base64: string): Promise<string> {
  const packed = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate-raw'))
  return new Response(stream).text()
}
