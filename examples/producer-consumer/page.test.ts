/** docs/ordinary-programs.md shows the sources as they are, and what the commands print. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const PAGE = readFileSync(join(ROOT, 'docs/ordinary-programs.md'), 'utf8')

function blocks(language: string): string[] {
  const all = PAGE.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))
  return [...all].map(([, text = '']) => text)
}

/** Without what differs from run to run, nor what a line shortened by `…` leaves out. */
function lasting(line: string): string {
  return line
    .replace(/ (?:in|after) [\d.]+ s\b.*/, '')
    .replace(/…$/, '')
    .trimEnd()
}

test('every piece of code on the page stands so in a source', () => {
  const sources = ['queue.ts', 'put-repaired.ts', 'queue.program.ts', 'counter.ts', 'queue.test.ts'].map(
    (file) => readFileSync(new URL(file, import.meta.url), 'utf8'),
  )
  const pieces = blocks('ts').flatMap((block) => block.split(/^…\n/m))
  expect(pieces.length).toBeGreaterThan(3)
  expect(pieces.filter((piece) => !sources.some((source) => source.includes(piece.trim())))).toEqual([])
})

const COMMAND = /^\$ npx -y pnpm@10\.34\.9 holdfast (.*)\n/

/** The arguments of each command on the page, and the lines that are shown of what it prints. */
const shown = blocks('text').flatMap((block) => {
  const [, args] = COMMAND.exec(block) ?? []
  const lines = block.replace(COMMAND, '').split('\n').map(lasting)
  return args === undefined ? [] : [[args, lines.filter((line) => line !== '')] as const]
})

test('the page shows what explorations print', () => {
  expect(shown.length).toBe(4)
})

test.each(shown)('the page shows what is printed by %s', (args, lines) => {
  const out = mkdtempSync(join(tmpdir(), 'holdfast-page-'))
  const command = [join(ROOT, 'packages/harness/dist/bin.js'), ...args.split(' '), '--out', out]
  const { stdout } = spawnSync(process.execPath, command, { cwd: ROOT, encoding: 'utf8', timeout: 50_000 })
  rmSync(out, { recursive: true })
  const printed = stdout.split('\n').map(lasting)
  let from = 0
  const missing = lines.filter((line) => {
    const at = printed.indexOf(line, from)
    if (at >= 0) from = at + 1
    return at < 0
  })
  expect(missing).toEqual([])
})
