import { afterAll, expect, test } from 'vitest'
import { type Compiled, DriverMem, type Manner, runCompiled } from './testing/driver.js'
import { plainMem, runPlain } from './testing/plain-mem.js'
import { Workshop } from './testing/workshop.js'

const workshop = new Workshop()
afterAll(() => workshop.delete())

type Main = (actor: { mem: unknown }) => unknown

const HEAD = `import { operations } from './operations.js'
interface Actor { readonly mem: any; readonly table?: any }
`

/** Each form, and what main returns. Word 1 holds 10, word 2 holds 20, word 3 holds 0. */
const FORMS: readonly (readonly [name: string, text: string, result: unknown])[] = [
  [
    'an operation in each kind of expression',
    `
export function main({ mem }: Actor): unknown {
  const list = [mem.read(1), ...[mem.read(2)], \`\${mem.read(1)}-\${mem.read(3)}\`]
  const object = { a: mem.read(1), [\`k\${mem.read(2)}\`]: mem.read(3), ...{ b: mem.load(2) } }
  const chosen = mem.read(3) === 0 ? mem.read(1) : mem.read(2)
  const nothing = mem.read(3) || mem.read(2)
  const none = null ?? mem.read(1)
  return [list, object, chosen, nothing, none, -mem.read(1), typeof mem.read(1), (mem.read(1), mem.read(2)), (mem.read(1) as number)!]
}`,
    [[10, 20, '10-0'], { a: 10, k20: 0, b: 20 }, 10, 20, 10, -10, 'number', 20, 10],
  ],
  [
    'operations nested in operands keep their order',
    `
export function main(actor: Actor): unknown {
  const { mem } = actor
  const first = mem.add(
    mem.exchange(1, 2), // word 10
    mem.read(1) + mem.read(mem.read(1)), /* 2 + 20 */
  )
  mem.write(4, mem.cas(3, mem.read(3), mem.read(2) * mem.sub(2, 1)))
  return [first, mem.read(1), mem.read(2), mem.read(3), mem.read(4), mem.read(10)]
}`,
    [0, 2, 19, 400, 0, 22],
  ],
  [
    'an operation without a result is undefined, and one with a result left out is a statement',
    `
export function main(actor: Actor): unknown {
  const { mem } = actor
  const a = mem.write(1, 5)
  mem.read(2)
  const b = mem.fence()
  void mem.store(2, 6)
  mem.read(3) === 0 && mem.write(3, 1)
  if (mem.read(3)) mem.write(4, 7)
  else mem.write(5, 8)
  return [a, b, mem.read(1), mem.read(2), mem.read(3), mem.read(4), mem.read(5)]
}`,
    [undefined, undefined, 5, 6, 1, 7, 0],
  ],
  [
    'lines without semicolons do not join',
    `
function touch(mem: any): number[] { return [mem.read(1), mem.read(2)] }
export function main(actor: Actor): unknown {
  const { mem } = actor
  let x = mem.read(1)
  touch(mem)[0]
  mem.read(1) === 10 && mem.write(3, 1)
  const y = x
  touch(mem)
  touch(mem).push(x)
  mem.add(x, y).toString()
  switch (y) {
    case mem.read(1):
      x = y
      touch(mem).pop()
      break
    default:
      x = 0
  }
  do mem.add(3, 1)
  while (mem.read(3) < 4)
  for (x = 0; x < mem.read(2); x++) mem.add(4, 1)
  label: for (const z of touch(mem)) {
    if (z === 10) continue label
    mem.write(5, z)
  }
  return [x, y, mem.read(3), mem.read(4), mem.read(5), mem.read(10)]
}`,
    [20, 10, 4, 20, 20, 10],
  ],
  [
    'calls in every position',
    `
function get(mem: any, at: number): number { return mem.read(at) }
function both(mem: any): { a: number; f: (n: number) => number } {
  const a = get(mem, 1)
  return { a, f: (n) => n + a }
}
function id(x: number): number { return x }
export function main(actor: Actor): unknown {
  const { mem } = actor
  return [
    get(mem, 1) + get(mem, 2), id(get(mem, 1)), get(mem, id(get(mem, 3)) + 1), both(mem).a, both(mem).f(get(mem, 2)),
    [1, 2, 3].map((n) => n + 1), get(mem, 1) ? get(mem, 2) : get(mem, 3), \`\${get(mem, 1)}\`, (get(mem, 2) as any)!.toFixed(1),
    new Array(get(mem, 1)).length, { x: get(mem, 1) }.x,
  ]
}`,
    [30, 10, 10, 10, 30, [2, 3, 4], 20, '10', '20.0', 10, 10],
  ],
  [
    'sleeping functions and switches',
    `
function* inner({ mem }: Actor, at: number): Generator<void, number, void> {
  const before = mem.read(at)
  yield
  const seen = [before, yield, 1]
  return yield* deeper({ mem }, at + (seen[2] as number))
}
export function* deeper(actor: Actor, at: number): Generator<void, number, void> {
  const { mem } = actor
  if (at < 0) yield; else yield
  return mem.read(at)
}
export function* main(actor: Actor): Generator<void, unknown, void> {
  const a = (yield* inner(actor, 1)) + 1
  yield* deeper(
    actor, 2)
  const b = yield*deeper(actor, 1)
  const c = yield*
    deeper(actor, 2)
  return [a, b, c]
}`,
    [21, 10, 20],
  ],
  [
    'tables of operations: named, written in place, arrows, and functions that need not be generators',
    `
interface Ops { peek(actor: Actor, at: number): number; plain(n: number): number; sleep(actor: Actor): Generator<void, number, void> }
function peek({ mem }: Actor, at: number): number { return mem.read(at) }
const one = operations<Ops>({
  peek,
  plain: (n) => n + 1,
  *sleep({ mem }) { yield; return mem.read(1) },
})
const two = operations<Ops>({
  peek: (_actor, at) => at * 100,
  plain(n) { return n + 2 },
  sleep: function* (actor) { yield; return yield* one.sleep(actor) },
})
function stub(): number { return 7 }
const three = operations<Ops>({ peek: stub, plain: stub, sleep: function* () { return 8 } })
const four = operations({ peek({ mem }: Actor, at: number) { return mem.read(at) + 1 }, 'quoted': function (actor: Actor) { const { mem } = actor; return mem.read(2) } })
function use(actor: Actor, table: any): number[] { return [table.peek(actor, 2), table.plain(1)] }
export function* main(actor: Actor): Generator<void, unknown, void> {
  const { mem } = actor
  const tables = [one, two, three]
  const list = []
  for (const table of tables) list.push(table.peek(actor, mem.read(3) + 1), yield* table.sleep(actor))
  return [list, use(actor, one), use(actor, two), one.plain(1), four.peek(actor, 1), four.quoted(actor), (actor as any).table?.peek(actor, 1)]
}`,
    [[10, 10, 100, 10, 7, 8], [20, 2], [200, 3], 2, 11, 20, undefined],
  ],
  [
    'an optional call of an operation of a table calls it, or is undefined',
    `
const table = operations({ peek({ mem }: Actor, at: number): number { return mem.read(at) } })
export function main(actor: Actor): unknown {
  const some: typeof table | undefined = table
  const none = undefined as typeof table | undefined
  return [some?.peek(actor, 1), none?.peek(actor, 1), (some?.peek(actor, 2))!.toFixed()]
}`,
    [10, undefined, '20'],
  ],
  [
    'exceptions go through calls',
    `
class Wrong extends Error {}
function check(mem: any, at: number): number {
  if (mem.read(at) === 0) throw new Wrong(\`word \${at}\`)
  return mem.read(at)
}
function tries(mem: any, at: number): string {
  try {
    return \`\${check(mem, at)}\`
  } catch (error) {
    mem.add(4, 1)
    if (error instanceof Wrong) return error.message
    throw error
  } finally {
    mem.add(4, 10)
  }
}
export function main({ mem }: Actor): unknown {
  return [tries(mem, 1), tries(mem, 3), mem.read(4)]
}`,
    ['10', 'word 3', 21],
  ],
  [
    'recursion, closures that touch nothing shared, and names that hide functions',
    `
function depth(mem: any, n: number): number { return n === 0 ? mem.read(1) : 1 + depth(mem, n - 1) }
function hides(mem: any, depth: (n: number) => number): number { return depth(mem.read(2)) }
export function main({ mem }: Actor): unknown {
  const add = (n: number): number => n + 1
  function twice(n: number): number { return add(add(n)) }
  const seen = depth(mem, 5)
  return [seen, twice(seen), hides(mem, add), [3, 1, 2].sort((a, b) => a - b), (() => 4)()]
}`,
    [15, 17, 21, [1, 2, 3], 4],
  ],
  [
    'overloads, type arguments, comments and other alphabets',
    `
export function pick(mem: any, at: 1): number
export function pick(mem: any, at: number): number
/* µ é 😀 */ export function pick<T>(mem: any, at: number): number { return mem/* here ( */.read(/* µ */ at) }
function generic<T>(mem: any, value: T): T { mem.read(1); return value }
export function main({ mem }: Actor): unknown {
  return [pick(mem, 1), pick(mem, 2), generic<number>(mem, 5), generic<string>(mem, '😀')]
}`,
    [10, 20, 5, '😀'],
  ],
  [
    'the mem of an actor, and mem as a name of it',
    `
function one(actor: Actor): number { return actor.mem.read(1) }
function two(actor: Actor): number { const mem = actor.mem; return mem.read(2) }
function make(mem: any): Actor { return { mem } }
function three(actor: { inner: Actor }): number { const { mem } = actor.inner; return mem.read(1) + actor.inner.mem.read(2) }
export function main(actor: Actor): unknown {
  const { mem } = actor
  return [one(make(mem)), two(make(actor.mem)), three({ inner: make(mem) })]
}`,
    [10, 20, 30],
  ],
  [
    'all the operations',
    `
export function main({ mem }: Actor): unknown {
  mem.spinWhile(1, 11)
  mem.spinWhileBoth(1, 10, 2, 21)
  mem.fill(8, 4, 3)
  mem.copy(10, 1, 2)
  return [mem.or(1, 1), mem.and(1, 3), mem.exchange(1, 9), mem.cas(1, 9, 7), mem.add(1, 1), mem.sub(1, 2), mem.load(1),
    mem.notify(1), mem.wait(1, 6, 5), mem.read(8), mem.read(9), mem.read(10), mem.read(11), mem.store(1, 0), mem.fence()]
}`,
    [10, 11, 3, 9, 7, 8, 6, 0, 'timed-out', 3, 3, 10, 20, undefined, undefined],
  ],
]

function words(): Int32Array {
  const made = new Int32Array(64)
  made.set([0, 10, 20, 0])
  return made
}

for (const [name, text, result] of FORMS) {
  test(`${name}: the same result and words plain and compiled, staying and suspending, both ways of calling`, async () => {
    const source = `${HEAD}${text}`
    const plainWords = words()
    const plain = (await workshop.plain(source))['main'] as Main
    expect(runPlain(plain({ mem: plainMem(plainWords) }))).toEqual(result)
    for (const calls of ['trampoline', 'delegate'] as const) {
      const main = (await workshop.load(source, { calls }))['main'] as Main
      for (const manner of ['stay', 'suspend'] satisfies Manner[]) {
        const mem = new DriverMem(words(), manner)
        expect(runCompiled(mem, main({ mem }) as Compiled<unknown>)).toEqual(result)
        expect(mem.words).toEqual(plainWords)
      }
    }
  })
}

test('modules: named, renamed, default, star and namespace imports lead to the functions they name', async () => {
  workshop.write(
    'deep/leaf.ts',
    'export function get(mem: any, at: number): number { return mem.read(at) }\nexport const NAME = "leaf"\n',
  )
  workshop.write(
    'deep/index.ts',
    'export { get as fetch, NAME } from "./leaf.js"\nexport * from "./star.js"\nimport { get } from "./leaf.js"\nexport { get as again }\n',
  )
  workshop.write(
    'deep/star.ts',
    'export function starred(mem: any): number { return mem.read(2) }\nexport default function (mem: any): number { return mem.read(1) + 1 }\n',
  )
  const main = (
    await workshop.load(`
import { fetch, again as more, starred, NAME } from './deep/index.js'
import first from './deep/star.js'
import * as deep from './deep/index.js'
import type { Missing } from './nowhere.js'
export function main({ mem }: { mem: any }): unknown {
  return [fetch(mem, 1), more(mem, 2), starred(mem), first(mem), deep.fetch(mem, 1), deep.starred(mem), NAME, deep.NAME]
}`)
  )['main'] as Main
  const mem = new DriverMem(words(), 'suspend')
  expect(runCompiled(mem, main({ mem }) as Compiled<unknown>)).toEqual([
    10,
    20,
    20,
    11,
    10,
    20,
    'leaf',
    'leaf',
  ])
})

test('operands that are left out: 0, but notify wakes all and wait has no timeout', async () => {
  const main = (
    await workshop.load(
      'export function main({ mem }: any) { mem.wait(1, 2); mem.notify(3); mem.cas(4); mem.fence() }',
    )
  )['main'] as Main
  const heard: number[][] = []
  const hear = (...operands: number[]): boolean => {
    heard.push(operands.slice(2))
    return false
  }
  ;(main({ mem: { $: hear } }) as Compiled<unknown>).next()
  expect(heard).toEqual([
    [1, 2, Infinity, 0],
    [3, 2147483647, 0, 0],
    [4, 0, 0, 0],
    [0, 0, 0, 0],
  ])
})

test('an alias leads to a module of the program', async () => {
  const path = workshop.write(
    'elsewhere/lib.ts',
    'export function get(mem: any): number { return mem.read(2) }\n',
  )
  const source = "import { get } from '@lab/lib'\nexport function main({ mem }: any) { return get(mem) + 1 }"
  const main = (await workshop.load(source, { alias: { '@lab/lib': path } }))['main'] as Main
  const mem = new DriverMem(words(), 'suspend')
  expect(runCompiled(mem, main({ mem }) as Compiled<unknown>)).toBe(21)
})

test('a bundle exports what its entries do, their namespaces, and the methods that are generators', async () => {
  workshop.write('same.ts', 'export const SAME = 4\n')
  const other = workshop.write(
    'other.ts',
    'export { SAME } from "./same.js"\nexport const OTHER = 1, BOTH = 2\n',
  )
  const main = workshop.write(
    'first.ts',
    `${HEAD}export { SAME } from './same.js'
export const BOTH = 3
export default 5
const table = operations({ peek(actor: Actor) { const { mem } = actor; return mem.read(1) }, none: () => 1 })
export { table as ops }`,
  )
  const exports = await workshop.load('', { entries: [main, other] })
  expect({ ...exports, $entries: 0, ops: 0 }).toEqual({
    SAME: 4,
    OTHER: 1,
    default: 5,
    ops: 0,
    $entries: 0,
    $calls: { site: 0 },
    $generatorMethods: ['peek'],
  })
  expect((exports['$entries'] as { BOTH: number }[]).map(({ BOTH }) => BOTH)).toEqual([3, 2])
})
