import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkPage } from './check-page.js'
import { PageFolder, ROOT } from './page-folder.js'

/** A page with the comment in line 1, and the first command in line 3. */
function page(block: string, comment = ''): string {
  return `<!-- run: ${comment} -->\n\`\`\`console\n${block}\n\`\`\`\n`
}

test('what a page shows is what this build prints; files of the page are there, and what a command wrote', async () => {
  const text = `
<!-- file: p/x.ts -->
\`\`\`ts
import { call, defineProgram, type Addr, type Thread } from '@holdfast/explorer'

function increment({ mem }: Thread, x: Addr) {
  mem.store(x, mem.load(x) + 1)
}

export default defineProgram({
  name: 'x',
  memory: () => ({ x: 1 }),
  threads: (_, { x }) => [call(increment, x), call(increment, x)],
  check: (final, _, { x }) => (final.read(x) === 2 ? undefined : 'lost'),
})
\`\`\`

<!-- run: exit=1 -->
\`\`\`console
$ holdfast explore ./p/x.ts --json > x.json; echo "exit $?"
…
exit 1
$ npx -y pnpm@10.34.9 holdfast explore p/x.ts
…
assertion: at the end: lost
…
1 finding.
\`\`\`

\`\`\`console
$ ls holdfast-findings | wc -l
1
$ pnpm -s holdfast scenarios idle # a comment
idle…
…
\`\`\`
`
  await checkPage('x.md', text)
})

test('a wrong output fails, with its line, what is shown and what is printed', async () => {
  const wrong = checkPage('x.md', page('$ echo one; echo two\none\ntoo'))
  await expect(wrong).rejects.toThrow(
    'x.md:5: this is not what comes next\n$ echo one; echo two\n--- shown\n  one\n> too\n--- printed (stdout)\none\ntwo',
  )
})

test.each([
  ['$ echo one; echo two\none', '', 'x.md:5: more is printed than is shown'],
  ['$ holdfast scenarios nonsense', '', 'x.md:3: exit code 2, not 0'],
  ['$ false\n$ true', 'exit=1', 'x.md:3: exit code 1, not 0'],
  ['$ true', 'exit=1', 'x.md:3: exit code 0, not 1'],
  ['$ exit 2', 'exit=any', 'x.md:3: exit code 2, not 0 or 1'],
  ['$ npx -y pnpm@10.34.9 test', '', 'x.md:3: exit code 127, not 0'],
  ['$ npx -y pnpm@9 holdfast scenarios', '', 'x.md:3: exit code 127, not 0'],
  ['$ sleep 30 & sleep 30', 'seconds=1', 'x.md:3: it did not end within 1 s'],
  ['$ echo 5 a\n7 b', 'numbers=vary', 'x.md:4: this is not what comes next'],
])('%s fails (%s)', async (block, comment, message) => {
  await expect(checkPage('x.md', page(block, comment))).rejects.toThrow(message)
})

test.each([
  ['$ echo 5 a\n7 a', 'numbers=vary'],
  ['$ echo one; echo two >&2\none', ''],
  ['$ echo one', ''],
  ['$ echo one\n\n$ echo two\ntwo\n', ''],
  ['$ exit 3', 'exit=3'],
  ['$ false\n$ true', 'exit=any'],
  ['$ false', 'skip="it is not run at all"'],
  ['$ echo --seconds 60\n--seconds 1', 'with="--seconds 1"'],
])('%s passes (%s)', async (block, comment) => {
  await checkPage('x.md', page(block, comment))
})

test('nothing is written into the repository, and the folder goes', () => {
  const folder = new PageFolder()
  folder.write('a/b.ts', '')
  expect(() => folder.write('docs/b.ts', '')).toThrow('the repository')
  folder.remove()
  expect(existsSync(folder.path)).toBe(false)
  expect(existsSync(join(ROOT, 'docs/findings.md'))).toBe(true)
})
