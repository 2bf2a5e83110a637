/** Tables of operations are what the explorer's compiler takes them for; and its entries reach all that it compiles, and no more. */
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { type Node, type Source, sourceOf, sources, walk } from './sources.js'
import { OPS } from './syntax.js'
import { namedAsInTables, takenFromTables, tableMethods } from './table-rules.js'

/** What the explorer compiles of the machine, and how it controls it. */
const ENTRIES = ['packages/cpu/src/compiled.ts', 'packages/cpu/src/controlled.ts']
const HOSTS = /^packages\/atomics-sync\/src\/(sync|thread|parking[\w-]*|lockstat[\w-]*|mem)\.ts$/
const SOURCES = sources()
const EXPLORED = SOURCES.filter(
  ({ pkg, path }) =>
    ['atomics-sync', 'mm', 'kernel', 'cpu'].includes(pkg) && !path.includes('/host/') && !HOSTS.test(path),
)
const METHODS = tableMethods(EXPLORED)

/** The sources that `entries` import, directly or not, those included. Types do not count. */
function reached(entries: readonly string[]): Set<string> {
  const byPath = new Map(SOURCES.map((source) => [source.path, source]))
  const paths = new Set<string>()
  const visit = (path: string): void => {
    const source = byPath.get(path)
    if (source === undefined || paths.has(path)) return
    paths.add(path)
    for (const from of imported(source)) {
      if (from.startsWith('@holdfast/')) visit(`packages/${from.slice('@holdfast/'.length)}/src/index.ts`)
      else visit(join(dirname(path), from).replaceAll('\\', '/').replace(/\.js$/, '.ts'))
    }
  }
  for (const entry of entries) visit(entry)
  return paths
}

function imported({ program }: Source): string[] {
  const found: string[] = []
  walk(program, (node) => {
    const from = (node['source'] as Node | null | undefined)?.['value']
    if (!/^(Import|Export)\w*Declaration$/.test(node.type) || typeof from !== 'string') return
    if (node['importKind'] !== 'type' && node['exportKind'] !== 'type') found.push(from)
  })
  return found
}

test('nothing else is called by the name of a method of a table, and no operation of the seam is named so', () => {
  expect(METHODS.size).toBeGreaterThan(30)
  expect([...METHODS].filter((method) => OPS.has(method))).toEqual([])
  expect(EXPLORED.flatMap((source) => namedAsInTables(source, METHODS))).toEqual([])
})

test('a method of a table is called, and neither stored nor taken out of it', () => {
  expect(EXPLORED.flatMap((source) => takenFromTables(source))).toEqual([])
})

test('what the compiled entries reach holds every explored module that declares a table, and nothing of the host', () => {
  const paths = reached(ENTRIES)
  const tables = EXPLORED.filter((source) => tableMethods([source]).size > 0).map(({ path }) => path)
  expect(tables.length).toBeGreaterThan(6)
  expect([...paths]).toEqual(expect.arrayContaining(tables))
  expect([...paths].filter((path) => path.includes('/host/'))).toEqual([])
})

for (const [title, planted, clean] of [
  ['a method of a map', 'const n = owners.owner(1)', 'const n = syncobjOps(1).owner(cpu, 1)'],
  ['an event', 'cpu.events.idle(1)', 'cpu.machdep.idle(cpu)'],
  ['a method of an array', 'const n = list.first(0)', 'const n = turnstile.first(cpu, ts, 0)'],
] as const) {
  test(`the rule of names notices (${title})`, () => {
    const of = (text: string): string[] =>
      namedAsInTables(sourceOf('packages/kernel/src/planted.ts', text), METHODS)
    expect(of(planted)).toHaveLength(1)
    expect(of(clean)).toEqual([])
  })
}

for (const [title, planted, clean] of [
  ['stored', 'const f = cpu.turnstile.lookup', 'const n = cpu.turnstile.lookup(cpu, 1)'],
  ['passed on', 'run(cpu.machdep.idle)', 'run(cpu.machdep)'],
  ['taken apart', 'const { poll } = cpu.interrupts', 'const { interrupts } = cpu'],
  ['chosen at run time', 'table[which](cpu)', 'names[which](cpu)'],
] as const) {
  test(`the rule of calls notices (${title})`, () => {
    const of = (text: string): string[] => takenFromTables(sourceOf('packages/kernel/src/planted.ts', text))
    expect(of(planted)).toHaveLength(1)
    expect(of(clean)).toEqual([])
  })
}
