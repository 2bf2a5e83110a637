import { afterAll, expect, test } from 'vitest'
import type { CompileOptions } from './compile.js'
import { CompileError } from './problems.js'
import { Workshop } from './testing/workshop.js'

const workshop = new Workshop()
afterAll(() => workshop.delete())

const MEM = 'interface Actor { readonly mem: any }\n'
const OPS = "import { operations } from './operations.js'\n"
const PEEK = 'function peek(actor: Actor): number { const { mem } = actor; return mem.read(1) }\n'

/** What is refused, the program from its first line on, and the whole of each problem's place and the start of its text. */
const REFUSALS: readonly (readonly [what: string, source: string, ...problems: string[]])[] = [
  // Where an operation may not stand
  [
    'an operation in an arrow function',
    `${MEM}export function f({ mem }: Actor) { return [1].map((n) => mem.read(n)) }`,
    '2:59: mem.read in an arrow function; shared state may be touched only directly in the body of a named function',
  ],
  [
    'in a function that is a constant',
    `${MEM}export const f = (mem: any): number => mem.read(1)`,
    '2:40: mem.read in an arrow function',
  ],
  [
    'in a nested function',
    `${MEM}export function f({ mem }: Actor) { function g() { mem.write(1, 2) } g() }`,
    '2:52: mem.write in a nested function',
  ],
  [
    'in a function expression',
    `${MEM}export function f({ mem }: Actor) { return (function () { mem.fence() })() }`,
    '2:59: mem.fence in a function expression',
  ],
  [
    'in a method of a class',
    `export class C {\n  get(mem: any): number { return mem.read(1) }\n}`,
    '2:34: mem.read in a class',
  ],
  [
    'in a field of a class',
    `export function f(mem: any) {\n  return class { x = mem.read(1) }\n}`,
    '2:22: mem.read in a class',
  ],
  [
    'in a method of an object that is no table',
    `${MEM}export const o = { get(mem: any): number { return mem.read(1) } }`,
    '2:51: mem.read in a method of an object',
  ],
  [
    'in an accessor',
    `${MEM}export function f({ mem }: Actor) { return { get x() { return mem.read(1) } } }`,
    '2:63: mem.read in an accessor',
  ],
  [
    'in a default parameter',
    `${MEM}export function f({ mem }: Actor, n = mem.read(1)) { return n }`,
    '2:39: mem.read in a default parameter',
  ],
  [
    'in an async function',
    `${MEM}export async function f({ mem }: Actor) { return mem.read(1) }`,
    '2:8: f is async and reaches shared state',
  ],
  // How mem may not be held
  [
    'another name for mem',
    `${MEM}export function f({ mem }: Actor) {\n  const m = mem\n  return m.read(1)\n}`,
    '3:13: `mem` is used as a value; allowed are `const { mem } = actor`',
  ],
  [
    'another name for it in a pattern',
    `${MEM}export function f(actor: Actor) { const { mem: m } = actor; return m }`,
    '2:41: `mem` is taken otherwise than allowed',
  ],
  [
    'another name for it as a property',
    `${MEM}export function f(actor: Actor) { const m = actor.mem; return m }`,
    '2:45: `mem` is held under another name',
  ],
  [
    'mem that can be assigned',
    `${MEM}export function f(actor: Actor) { let { mem } = actor; return mem.read(1) }`,
    '2:39: `mem` is taken otherwise',
  ],
  [
    'mem in an array',
    `${MEM}export function f({ mem }: Actor) { return [mem] }`,
    '2:45: `mem` is used as a value',
  ],
  [
    'mem given to a constructor',
    `${MEM}export function f({ mem }: Actor) { return new Map(mem) }`,
    '2:44: `mem` given to a constructor',
  ],
  [
    'mem given to a parameter of another name',
    `${MEM}function g(m: any) { return m }\nexport function f({ mem }: Actor) { return g(mem) }`,
    '3:44: `mem` is given to g, whose parameter 1 is not called `mem`',
  ],
  [
    'mem given to something unknown',
    `${MEM}export function f({ mem }: Actor) { console.log(mem) }`,
    '2:37: `mem` is given to console.log, which is no function of the program',
  ],
  [
    'the words',
    `${MEM}export function f({ mem }: Actor) { return mem.words[1] }`,
    '2:44: `mem.words` used otherwise than as an operation; allowed are calls of read, write, load',
  ],
  [
    'an operation taken off mem',
    `${MEM}export function f({ mem }: Actor) { return mem.read }`,
    '2:44: `mem.read` used otherwise than as an operation',
  ],
  [
    'an operation that is none',
    `${MEM}export function f({ mem }: Actor) { mem.raed(1) }`,
    '2:37: `mem.raed` is no operation; allowed are read, write, load, store, add, sub, or, and, exchange, cas, fence',
  ],
  [
    'an operation by a computed name',
    `${MEM}export function f({ mem }: Actor) { mem['read'](1) }`,
    '2:37: `mem.[...]` is no operation',
  ],
  [
    'operands spread',
    `${MEM}export function f({ mem }: Actor, list: number[]) { mem.write(...list) }`,
    '2:53: mem.write takes at most 4 operands',
  ],
  [
    'an optional operation',
    `${MEM}export function f({ mem }: Actor) { return mem?.read(1) }`,
    '2:44: an optional or delegated mem.read',
  ],
  [
    'the mem of an expression',
    `${MEM}function g(): Actor { return {} as Actor }\nexport function f() { return g().mem.read(1) }`,
    '3:30: the `mem` of an expression',
  ],
  [
    'Atomics',
    `${MEM}export function f(words: Int32Array) { return Atomics.load(words, 1) }`,
    '2:47: Atomics reaches shared words past the seam',
  ],
  // Calls
  [
    'a call in an arrow function of what reaches shared state',
    `${MEM}${PEEK}export function f(actor: Actor) { return [1].map(() => peek(actor)) }`,
    '3:56: peek reaches shared state, and calling it in an arrow function is not allowed; it is allowed only directly',
  ],
  [
    'a call as the module is loaded',
    `${MEM}${PEEK}export const x = peek({} as Actor)`,
    '3:18: peek reaches shared state, and calling it in the module itself, which runs as it is loaded is not allowed',
  ],
  [
    'a call in a default parameter',
    `${MEM}${PEEK}export function f(actor: Actor, n = peek(actor)) { return n }`,
    '3:37: peek reaches shared state, and calling it in a default parameter',
  ],
  [
    'what reaches shared state as a value',
    `${MEM}${PEEK}export const list = [peek]`,
    '3:22: peek reaches shared state and is used as a value; allowed are a call, a place in operations({...})',
  ],
  [
    'what reaches it as a callback',
    `${MEM}${PEEK}export function f(actors: Actor[]) { return actors.map(peek) }`,
    '3:56: peek reaches shared state and is used as a value',
  ],
  [
    'what reaches it as a value in the function that the module exports as its default',
    `${MEM}${PEEK}export default function main(actor: Actor) { const f = peek; return actor.mem.read(1) + f(actor) }`,
    '3:56: peek reaches shared state and is used as a value',
    '3:89: the variable f is called with an actor',
  ],
  [
    'a parameter that is called with the actor',
    `${MEM}${PEEK}export function f(actor: Actor, g: (a: Actor) => void) { peek(actor); g(actor) }`,
    '3:71: the variable g is called with an actor or `mem`, and the pass cannot know what it does',
  ],
  [
    'a variable that is called with mem',
    `${MEM}declare function find(): (mem: any) => void\nexport function f({ mem }: Actor) { const g = find(); mem.fence(); g(mem) }`,
    '3:68: the variable g is called with an actor or `mem`',
  ],
  [
    'a computed callee that gets the actor',
    `${MEM}${PEEK}export function f(actor: Actor, list: ((a: Actor) => void)[]) { peek(actor); list[0]?.(actor) }`,
    '3:78: the result of an expression is called with an actor or `mem`',
  ],
  [
    'an operation of a table as a variable',
    `${OPS}${MEM}const table = operations({ look({ mem }: Actor) { return mem.read(1) } })\nexport function f(actor: Actor) { const { look } = table; table.look(actor); return look(actor) }`,
    '4:85: the variable look is called with an actor',
  ],
  [
    'a generator that is not delegated to',
    `${MEM}function* g(actor: Actor) { yield }\nexport function f(actor: Actor) { return g(actor) }`,
    '3:42: g is a generator: call it as `yield* g(...)`',
  ],
  [
    'a generator inside a function',
    `${MEM}export function f() { return function* () { yield } }`,
    '2:45: a generator in a function expression',
  ],
  ['a yield with a value', `${MEM}export function* f() { yield 1 }`, '2:24: a yield with a value'],
  [
    'yield* of a variable',
    `${MEM}export function* f(g: Generator<void, void, void>) { yield* g }`,
    '2:54: `yield*` of something other than a call',
  ],
  [
    'a call in the middle of an optional chain',
    `${OPS}${MEM}const table = operations({ look({ mem }: Actor) { return mem.read(1) } })\nexport function f(actor: Actor, t?: typeof table) { return t?.look(actor).toFixed() }`,
    '4:60: t?.look reaches shared state in the middle of an optional chain',
  ],
  // Tables
  [
    'a table that is not written in place',
    `${OPS}const table = { look: () => 1 }\nexport const t = operations(table)`,
    '3:18: operations() takes an object written in place',
  ],
  [
    'a table with a computed name',
    `${OPS}export const t = operations({ ['look']: () => 1 })`,
    '2:31: a table of operations has plain properties',
  ],
  [
    'an operation with the name of a method of the language',
    `${OPS}${MEM}export const t = operations({ get({ mem }: Actor) { return mem.read(1) } })`,
    '3:31: the operation get reaches shared state, and objects of the language have a method of that name',
  ],
  [
    'an arrow function in a table that touches shared state',
    `${OPS}${MEM}export const t = operations({ look: ({ mem }: Actor) => mem.read(1) })`,
    '3:57: mem.read in an arrow function',
  ],
  // Modules
  [
    'an import of nothing',
    "import { x } from './nowhere.js'\nexport const y = x",
    "1:1: cannot find './nowhere.js'",
  ],
  ['a program that does not parse', 'export const x = = 1', '1:18: does not parse: Unexpected token'],
]

async function problems(source: string, options: Partial<CompileOptions> = {}): Promise<string[]> {
  const error: unknown = await workshop.compile(source, options).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (error === undefined) return []
  if (!(error instanceof CompileError)) throw error
  expect(error.message).toBe(
    error.problems.map((at) => `${at.file}:${at.line}:${at.column}: ${at.message}`).join('\n'),
  )
  return error.problems.map(({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`)
}

for (const [what, source, ...expected] of REFUSALS) {
  test(`refused, with its place: ${what}`, async () => {
    const found = await problems(source)
    expect(found.length, found.join('\n')).toBe(expected.length)
    for (const start of expected) expect(found.join('\n')).toContain(`main.ts:${start}`)
  })
}

test('refused: calls of, and tables with, functions of a plain module that reach shared state', async () => {
  workshop.write(
    'plain/host.ts',
    "import { peek } from '../peek.js'\nexport function direct(mem: any): number { return mem.read(1) }\nexport const arrow = (mem: any): number => mem.read(1)\nexport function through(actor: any): number { return peek(actor) }\nexport function* sleeps(): Generator<void, void, void> { yield }\nexport function harmless(n: number): number { return n }\n",
  )
  workshop.write('peek.ts', `${MEM}export ${PEEK}`)
  const found = await problems(
    `${OPS}import { direct, arrow, through, sleeps, harmless } from './plain/host.js'
export function* f(mem: any, actor: any) {
  direct(mem)
  arrow(mem)
  through(actor)
  yield* sleeps()
  harmless(1)
}
export const table = operations({ direct, harmless })`,
  )
  expect(found.map((problem) => problem.replace(/ reaches shared state or.*/, ''))).toEqual([
    'main.ts:4:3: direct of plain/host.ts',
    'main.ts:5:3: arrow of plain/host.ts',
    'main.ts:6:3: through of plain/host.ts',
    'main.ts:7:10: sleeps of plain/host.ts',
    'main.ts:10:35: direct of plain/host.ts',
  ])
})

test('accepted: functions given by name to what comes from outside, exported, or spawned', async () => {
  const outside = workshop.write(
    'outside.mjs',
    'export const program = (p) => p\nexport default { explore: program }\n',
  )
  const source = `import { program } from 'outside'
import whole from 'outside'
interface Thread { readonly mem: any }
function writer({ mem }: Thread) { mem.write(1, 1) }
function* reader(t: Thread, mem: any) { program(mem); program(t); mem.join(mem.spawn(writer, 1)) }
export const one = program({ threads: [writer, reader], later: () => writer })
export const two = whole.explore(reader)
export { writer }
export default { threads: [writer] }`
  expect(await problems(source, { external: { outside: `file://${outside}` } })).toEqual([])
  expect(await problems(source.replaceAll('program(', 'Object('), { external: {} })).not.toEqual([])
})

test('refused: patches whose text occurs never or twice, or whose file is none or several', async () => {
  workshop.write('a/same.ts', 'export const a = 1\n')
  workshop.write('b/same.ts', 'export const b = 1\n')
  const source = "export { a } from './a/same.js'\nexport { b } from './b/same.js'\nexport const c = 1 + 1\n"
  const patch = (file: string, find: string) => problems(source, { patches: [{ file, find, replace: '2' }] })
  expect(await patch('main.ts', 'nowhere')).toEqual([
    'main.ts:1:1: patch: its text occurs 0 times, exactly once is allowed: "nowhere"',
  ])
  expect(await patch('main.ts', '1')).toEqual([
    'main.ts:1:1: patch: its text occurs 2 times, exactly once is allowed: "1"',
  ])
  expect(await patch('none.ts', '1')).toEqual([
    'none.ts:1:1: patch: no module of the program has this path; exactly one is allowed',
  ])
  expect(await patch('same.ts', '1')).toEqual([
    'same.ts:1:1: patch: 2 modules of the program have this path; exactly one is allowed',
  ])
  expect(await patch('a/same.ts', '1')).toEqual([])
})

test('refused: no entry, and an entry that is no absolute path of a file', async () => {
  expect(await problems('', { entries: [] })).toEqual([
    'entries:1:1: none given; one absolute path or more is allowed',
  ])
  expect(await problems('', { entries: ['main.ts'] })).toEqual([
    "entries:1:1: 'main.ts' is no file; absolute paths of modules are allowed",
  ])
})
