/** docs/ordinary-programs.md shows the sources as they are. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const PAGE = readFileSync(join(ROOT, 'docs/ordinary-programs.md'), 'utf8')

function blocks(language: string): string[] {
  const all = PAGE.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))
  return [...all].map(([, text = '']) => text)
}

test('every piece of code on the page stands so in a source', () => {
  const sources = ['queue.ts', 'put-repaired.ts', 'queue.program.ts', 'counter.ts', 'queue.test.ts'].map(
    (file) => readFileSync(new URL(file, import.meta.url), 'utf8'),
  )
  const pieces = blocks('ts').flatMap((block) => block.split(/^…\n/m))
  expect(pieces.length).toBeGreaterThan(3)
  expect(pieces.filter((piece) => !sources.some((source) => source.includes(piece.trim())))).toEqual([])
})
