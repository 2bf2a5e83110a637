import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { CompileError } from '@holdfast/compiler'
import { afterAll, expect, test } from 'vitest'
import { explore } from '../explore.js'
import { makeStrategy } from '../strategies/registry.js'
import { RandomWalk } from '../strategies/random-walk.js'
import { loadProgram } from './load-program.js'
import { ProgramError, programNames, programPath } from './program-files.js'
import { programSubject } from './program-subject.js'
import { ParamError } from './program-target.js'

const folder = mkdtempSync(join(tmpdir(), 'holdfast-programs-'))
mkdirSync(join(folder, 'node_modules'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function written(name: string, text: string): string {
  const path = join(folder, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  return path
}

const HEAD = "import { type Thread, call, check, defineProgram } from '@holdfast/explorer'\n"
const SETTER =
  'function set(t: Thread, x: number, to: number) {\n  const { mem } = t\n  mem.store(x, to)\n}\n'
const PROGRAM = `${HEAD}${SETTER}export default defineProgram({
  name: 'setters',
  params: { n: 2 },
  memory: () => ({ x: 1 }),
  threads: ({ n }, { x }) => Array.from({ length: n }, (_, i) => call(set, x, i)),
})
`

test('every built-in program loads, is called like its file, says what it is, and has small letters for parameters', async () => {
  for (const name of programNames()) {
    const { program, hints } = await loadProgram(`program:${name}`)
    expect(program.name).toBe(name)
    expect(program.about, name).toMatch(/.{20}/)
    expect(Object.keys(program.params ?? {}).join('')).toMatch(/^[a-z]*$/)
    expect(hints.filter(({ file }) => !file.endsWith('/parking.ts'))).toEqual([]) // deadlines, which are off there
  }
})

test('a built-in program is found by its name, with or without the prefix, and with _ for -', async () => {
  expect(programPath('account_bad')).toBe(programPath('account-bad'))
  const { id } = await programSubject('account_bad')
  expect(id).toBe('program:account-bad')
  expect((await programSubject('lastzero', { n: 3 })).id).toBe('program:lastzero?n=3')
})

test('a name that is none is refused with the list of names', async () => {
  await expect(programSubject('program:lastzerro')).rejects.toThrow(
    /'lastzerro'; there are account-bad, .*lastzero/,
  )
  await expect(programSubject('lastzerro')).rejects.toThrow(ProgramError)
})

test('a program outside the repository runs, with the modules that it imports', async () => {
  written('lib/set.ts', `import type { Thread } from '@holdfast/explorer'\nexport ${SETTER}`)
  const path = written(
    'program.ts',
    `${HEAD}import { set } from './lib/set.js'
export default defineProgram({
  name: 'outside',
  memory: () => ({ x: [7] }),
  threads: (_, { x }) => [call(set, x, 1), call(set, x, 2)],
  check: (final, _, { x }) => (final.read(x) === 1 ? 'the first came last' : undefined),
})`,
  )
  const subject = await programSubject(path)
  const { buggy, found } = explore(subject.target, { strategy: new RandomWalk(1), executions: 100 })
  expect(buggy).toBeGreaterThan(20)
  expect(found.map(({ report }) => report.message)).toEqual(['at the end: the first came last'])
  expect(subject.sites).toMatchObject([
    { file: 'lib/set.ts', line: 4, function: 'set', op: 'store', text: 'mem.store(x, to)' },
  ])
})

test('a program outside the repository explores the locks of atomics-sync word by word', async () => {
  const path = written(
    'spin.ts',
    `import { mutexSpinInit, mutexSpinEnter, mutexSpinExit } from '@holdfast/atomics-sync'
${HEAD}function user(t: Thread, m: number, x: number, me: number) {
  const { mem } = t
  const actor: any = { mem, self: 4 * me, spinDepth: 0, lockstat: null, interrupts: { poll() {} } }
  mutexSpinEnter(actor, m)
  mem.write(x, mem.read(x) + 1)
  mutexSpinExit(actor, m)
}
export default defineProgram({
  name: 'spin',
  memory: () => ({ m: [2], x: 1 }),
  threads: (_, { m, x }) => [call(user, m, x, 1), call(user, m, x, 2)],
  check: (final, _, { x }) => (final.read(x) === 2 ? undefined : 'an increment was lost'),
})`,
  )
  const { target, sites } = await programSubject(path)
  const found = explore(target, { strategy: makeStrategy('dpor') })
  expect(found).toMatchObject({ complete: true, blocked: 0, buggy: 0 })
  expect(sites.map(({ file, function: name }) => `${basename(file)} ${name}`)).toContain(
    'spin-mutex.ts mutexSpinEnter',
  )
})

test('the functions of a program keep their names: it is no C', async () => {
  const path = written('named.ts', PROGRAM.replaceAll(/\bset\b/g, 'setTo'))
  expect((await loadProgram(path)).sites).toMatchObject([{ function: 'setTo', cName: 'setTo' }])
})

test('plain JavaScript will do', async () => {
  const path = written(
    'plain.mjs',
    `import { call, defineProgram } from '@holdfast/explorer'
function add({ mem }, x) { mem.add(x, 1) }
export default defineProgram({ name: 'plain', memory: () => ({ x: 1 }), threads: (_, { x }) => [call(add, x)] })`,
  )
  const { target } = await programSubject(path)
  expect(explore(target, { strategy: new RandomWalk(1), executions: 1 }).points).toBe(1)
})

test.each([
  [
    'nothing',
    'const x = 1',
    /has no default export \(it exports nothing\); expected is `export default defineProgram/,
  ],
  ['names', 'export const program = {}', /has no default export \(it exports program\)/],
  ['a number', 'export default 42', /the default export of .* is a number; expected/],
  ['a function', 'export default function f() {}', /is a function; expected/],
  ['no name', 'export default { memory() {}, threads() {} }', /name is missing, a text is expected/],
  [
    'no memory',
    "export default { name: 'x', threads() {} }",
    /memory is missing, a function that gives the variables/,
  ],
  ['threads', "export default { name: 'x', memory() {}, threads: [] }", /threads is a object, a function/],
  [
    'half',
    "export default { name: 'x', params: { n: 0.5 }, memory() {}, threads() {} }",
    /parameter n is 0.5/,
  ],
])(
  'a file that exports %s instead of a program is refused, saying what is expected',
  async (what, text, message) => {
    await expect(loadProgram(written(`bad-${what.replaceAll(' ', '-')}.ts`, text))).rejects.toThrow(message)
  },
)

test('what the explorer cannot see is refused with file and line', async () => {
  const path = written(
    'closure.ts',
    `${HEAD}export default defineProgram({
  name: 'closure',
  memory: () => ({ x: 1 }),
  threads: (_, { x }) => [call(({ mem }: Thread) => mem.store(x, 1))],
})`,
  )
  const error: unknown = await loadProgram(path).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(CompileError)
  expect((error as CompileError).problems).toMatchObject([{ file: 'closure.ts', line: 5 }])
  expect((error as CompileError).message).toMatch(/^closure\.ts:5:\d+: mem\.store in an arrow function/)
})

test('a file that is not there, or not code, is refused', async () => {
  await expect(loadProgram('./nowhere.ts')).rejects.toThrow(/there is no file '.\/nowhere.ts'/)
  await expect(loadProgram(written('program.json', '{}'))).rejects.toThrow(
    /a .ts, .mts, .js or .mjs file is expected/,
  )
})

test('the hash is that of the code: not of its place, its comments or its lines, but of everything it does', async () => {
  const hash = async (name: string, text: string): Promise<string> =>
    (await loadProgram(written(name, text))).hash
  const first = await hash('one/program.ts', PROGRAM)
  expect(await hash('two/deeper/program.ts', PROGRAM)).toBe(first)
  expect(await hash('three/program.ts', `// said\n\n${PROGRAM}`)).toBe(first)
  expect(await hash('four/program.ts', PROGRAM.replace('store(x, to)', 'store(x, to + 1)'))).not.toBe(first)
})

test('the hash of a subject is also that of its parameters', async () => {
  const path = written('setters.ts', PROGRAM)
  const two = await programSubject(path)
  const three = await programSubject(path, { n: 3 })
  expect(two.hash).toMatch(/^[0-9a-f]{8}$/)
  expect(three.hash).not.toBe(two.hash)
  expect((await programSubject(path, { n: 2 })).hash).toBe(two.hash)
})

test('the id of a subject is one word that names it again, with its parameters', async () => {
  const path = written('with space.ts', PROGRAM)
  const subject = await programSubject(path, { n: 3 })
  expect(subject.id).not.toMatch(/\s/)
  const again = await programSubject(subject.id)
  expect([again.id, again.hash]).toEqual([subject.id, subject.hash])
  expect((await programSubject('program:fai?n=3&k=1', { k: 2 })).id).toBe('program:fai?n=3&k=2')
})

test('wrong parameters are refused: the message names them and what is allowed', async () => {
  await expect(programSubject('program:fai', { m: 2 })).rejects.toThrow(/parameter m is 2; fai has n, k/)
  await expect(programSubject('program:sb?n=2')).rejects.toThrow(/sb has no parameters/)
  await expect(programSubject('program:fai', { n: -1 })).rejects.toThrow(
    /a whole number from 0 to 1000 is allowed/,
  )
  await expect(programSubject('program:fai?n=two')).rejects.toThrow(ParamError)
})

test('smaller subjects have one parameter less by one', async () => {
  const subject = await programSubject('program:fai?n=3&k=2')
  const ids = [...(subject.smaller?.() ?? [])].map(({ id }) => id)
  expect(ids).toEqual(['program:fai?n=2&k=2', 'program:fai?n=3&k=1'])
})

test('a patch changes what is explored', async () => {
  const patch = { file: 'lockinc.ts', find: '    mem.lock(m)\n', replace: '' }
  const { target } = await programSubject('program:lockinc', {}, { patches: [patch] })
  const { found } = explore(target, { strategy: new RandomWalk(1), executions: 100 })
  expect(found.map(({ report }) => report.message)).toContain('at the end: an increment was lost')
})

test('calls that another run would answer differently are told', async () => {
  const path = written(
    'chance.ts',
    PROGRAM.replace('store(x, to)', 'store(x, Math.floor(Math.random() * to))'),
  )
  expect((await loadProgram(path)).hints).toMatchObject([{ file: 'chance.ts', line: 4 }])
})
