import { expect, test } from 'vitest'
import { commandsNotRun, skipped, unknownInText } from './commands.js'
import { GENERATED, PAGES_APART, allPages, textOf, writtenPages } from './pages.js'

function onEach(rule: (path: string, text: string) => string[]): string[] {
  return writtenPages().flatMap((path) => rule(path, textOf(path)))
}

test('every block of commands on a page is run, or says why not', () => {
  expect(onEach(commandsNotRun)).toEqual([])
})

test('the commands and options that pages name exist', () => {
  expect(onEach(unknownInText)).toEqual([])
})

/** Add to it only what needs a terminal, the network, a tool that may not be there, or minutes; or what no test could compare. */
const SKIPPED = {
  'CONTRIBUTING.md': {
    'they change the working copy, or take minutes; CI runs most of them': 11,
    'a test that runs all tests would run itself': 3,
    'it takes long, and prints figures of one machine': 1,
  },
  'README.md': {
    'they install and build, and take minutes': 2,
  },
  'docs/exports.md': { 'it needs Graphviz, which may not be there': 1 },
  'docs/ordinary-programs.md': { 'it is built before the tests': 1 },
  'docs/speed.md': { 'it takes minutes, and its figures are those of one machine': 1 },
}

test('what is skipped is listed here, with its reason', () => {
  const all = writtenPages().map((path) => [path, skipped(path, textOf(path))] as const)
  expect(Object.fromEntries(all.filter(([, reasons]) => Object.keys(reasons).length > 0))).toEqual(SKIPPED)
})

test('the pages with tests of their own, and those that commands write, are there', () => {
  const pages = allPages()
  for (const path of [...PAGES_APART, ...Object.keys(GENERATED)]) expect(pages).toContain(path)
})

test('a command in a block that is not run is told, wherever the block is', () => {
  const page = `Text, \`holdfast run\`.

    npx -y pnpm@10.34.9 holdfast run

- item

  \`\`\`text
  a
  $ holdfast explore x
  \`\`\`

\`\`\`sh
pnpm test
\`\`\`

\`\`\`console
$ holdfast run
holdfast run hold-storm --seed 1
\`\`\`

    atomics-sync  <-  holdfast
`
  expect(commandsNotRun('x.md', page)).toEqual([
    'x.md:3: npx -y pnpm@10.34.9 holdfast run',
    'x.md:7: $ holdfast explore x',
    'x.md:12: pnpm test',
  ])
})

test('a command or an option that does not exist is told', () => {
  const page = `\`npx -y pnpm@10.34.9 holdfast run x --seconds 3\`, \`holdfast fly\`, \`holdfast explore --sped 3\`, \`--nothing\`

| command | does |
| --- | --- |
| \`holdfast replay <file>\` | \`--step\` \`--cpus\` |
`
  expect(unknownInText('x.md', page)).toEqual([
    'x.md:1: holdfast has no command fly',
    'x.md:1: holdfast explore has no option --sped',
    'x.md:5: holdfast replay has no option --cpus',
  ])
})

test('what is skipped is counted by its reason', () => {
  const page =
    '<!-- run: skip="it takes an hour" -->\n```console\n$ a\n$ b\n```\n\n```console\n$ c\n```\n\n' +
    '<!-- run: skip="it needs a network" -->\n```console\n$ d\n```\n'
  expect(skipped('x.md', page)).toEqual({ 'it takes an hour': 2, 'it needs a network': 1 })
})
