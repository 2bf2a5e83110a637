import { expect, test } from 'vitest'
import { parsePage } from './page.js'
import { parseRunOptions, withOptions } from './run-options.js'

const PAGE = `# A page

<!-- file: counter.ts -->

\`\`\`ts
export const x = 1
\`\`\`

- A list, with

  <!-- run: exit=1, with="--seconds 1, or so" -->

  \`\`\`console
  $ holdfast one # why
  its output

  $ holdfast two
  …
  \`\`\`

    indented
`

test('files and commands come in the order of the page, with the lines where they stand', () => {
  const options = { numbersVary: false, exit: 0, with: '--seconds 1, or so', seconds: 60, skip: undefined }
  expect(parsePage('x.md', PAGE)).toMatchObject([
    { kind: 'file', line: 5, name: 'counter.ts', text: 'export const x = 1\n' },
    { kind: 'command', line: 14, command: 'holdfast one # why', output: ['its output'], options },
    { kind: 'command', line: 17, command: 'holdfast two', output: ['…'], options: { ...options, exit: 1 } },
  ])
})

test('blocks of other languages, and indented ones, are neither', () => {
  expect(parsePage('x.md', 'a\n\n    holdfast x\n\n```text\n$ holdfast y\n```\n')).toEqual([
    { kind: 'other', line: 3, text: 'holdfast x' },
    { kind: 'other', line: 5, text: '$ holdfast y' },
  ])
})

test.each([
  ['<!-- run: exit=1 -->\n\ntext', 'x.md:1: "run:" belongs right above a fenced block'],
  ['<!-- file: x.ts -->\n\n    indented', 'x.md:1: "file:" belongs right above a fenced block'],
  ['<!-- file: ../x.ts -->\n\n```ts\n```', 'x.md:3: file: "../x.ts" is not allowed'],
  ['<!-- run: exit=1 -->\n\n```sh\n```', 'x.md:3: run: the block below is sh, not console'],
  ['```console\nholdfast x\n```', 'x.md:1: a console block begins with a command'],
  ['<!-- run: exit=x -->\n\n```console\n$ x\n```', 'x.md:3: exit: "x" is not allowed; 0 to 255'],
])('a breach of the convention is refused, with its place: %j', (text, message) => {
  expect(() => parsePage('x.md', text)).toThrow(message)
})

test.each([
  ['speed=1', /^run: "speed=1" is not allowed; key=value, each key once, of numbers, /],
  ['exit=1, exit=2', /^run: "exit=2" is not allowed/],
  ['exit=1 seconds=3', /^run: a comma is missing before " seconds=3"$/],
  ['numbers=same', /^numbers: "same" is not allowed; vary$/],
  ['seconds=1000', /^seconds: "1000" is not allowed; 1 to 120$/],
  ['skip=no', /^skip: "no" is not allowed; a reason, in some words$/],
  ['skip="no reason', /^run: /],
])('what a comment may not say: %s', (text, message) => {
  expect(() => parseRunOptions(text)).toThrow(message)
})

test('what a comment says', () => {
  expect(
    parseRunOptions('numbers=vary, exit=2, with="--a 1 --b", seconds=5, skip="it needs a screen"'),
  ).toEqual({
    numbersVary: true,
    exit: 2,
    with: '--a 1 --b',
    seconds: 5,
    skip: 'it needs a screen',
  })
})

test.each([
  ['holdfast run x', '', 'holdfast run x'],
  ['holdfast run x', '--seconds 1', 'holdfast run x --seconds 1'],
  ['holdfast run x --seconds 60 --json', '--seconds 1', 'holdfast run x --json --seconds 1'],
  ['holdfast run x --seconds=60', '--seconds 1 --cpus 2', 'holdfast run x --seconds 1 --cpus 2'],
  ['holdfast run --sanitize --chaos x', '--chaos', 'holdfast run --sanitize x --chaos'],
  ["holdfast run 'a b' # --seconds 7", '--seconds 1', "holdfast run 'a b' --seconds 1 # --seconds 7"],
  ['holdfast x | wc -l', '--n 1', 'holdfast x --n 1 | wc -l'],
])('%s, with %j, is %s', (command, options, expected) => {
  expect(withOptions(command, options)).toBe(expected)
})
