import { readFileSync } from 'node:fs'
import { SourceMap } from 'node:module'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import type { Compiled } from './compile.js'
import { Workshop } from './testing/workshop.js'

const workshop = new Workshop()
afterAll(() => workshop.delete())

const SOURCE = `interface Actor { readonly mem: any } // µ é 😀

/** uvm_lwp_hold (uvm_glue.c): keeps it. */
export function uvmLwpHold(actor: Actor): number {
  const { mem } = actor
  return mem.add(
    1,
    2,
  )
}

/**
 * nextlwp: chooses.
 */
function* choose(actor: Actor): Generator<void, number, void> {
  const { mem } = actor
  yield
  return mem.read(1) + uvmLwpHold(actor)
}

/** pool_cache_put and pool_put (subr_pool.c): gives back. */
export function* poolCachePut(actor: Actor): Generator<void, number, void> {
  return yield* choose(actor)
}

/** What it says first is no name of C. */
export function schedPstats2(mem: any): void { mem.fence() }
`

/** The place in a source file that a place in the bundle comes from: [file, line, column], all from 1. */
function origin({ url }: Compiled, needle: string): [string, number, number] {
  const path = fileURLToPath(url)
  const code = readFileSync(path, 'utf8')
  const at = code.indexOf(needle)
  expect(at, `${needle} in the bundle`).toBeGreaterThan(0)
  const before = code.slice(0, at).split('\n')
  const map = new SourceMap(JSON.parse(readFileSync(`${path}.map`, 'utf8')))
  const entry = map.findEntry(before.length - 1, (before.at(-1) as string).length)
  if (!('originalSource' in entry)) throw new Error('not mapped')
  return [resolve(dirname(path), entry.originalSource), entry.originalLine + 1, entry.originalColumn + 1]
}

test('each operation and each call has a site that says where it is written, in which function of C, and how', async () => {
  const { sites, functions } = await workshop.compile(SOURCE)
  expect(sites).toEqual([
    {
      file: 'main.ts',
      line: 6,
      column: 10,
      function: 'uvmLwpHold',
      cName: 'uvm_lwp_hold',
      op: 'add',
      text: 'mem.add( 1, 2, )',
    },
    {
      file: 'main.ts',
      line: 18,
      column: 10,
      function: 'choose',
      cName: 'nextlwp',
      op: 'read',
      text: 'mem.read(1)',
    },
    {
      file: 'main.ts',
      line: 18,
      column: 24,
      function: 'choose',
      cName: 'nextlwp',
      op: 'call',
      text: 'uvmLwpHold(actor)',
    },
    {
      file: 'main.ts',
      line: 23,
      column: 17,
      function: 'poolCachePut',
      cName: 'pool_cache_put',
      op: 'call',
      text: 'choose(actor)',
    },
    {
      file: 'main.ts',
      line: 27,
      column: 48,
      function: 'schedPstats2',
      cName: 'sched_pstats2',
      op: 'fence',
      text: 'mem.fence()',
    },
  ])
  expect(functions).toEqual([
    { name: 'uvmLwpHold', cName: 'uvm_lwp_hold', file: 'main.ts', line: 4 },
    { name: 'choose', cName: 'nextlwp', file: 'main.ts', line: 15 },
    { name: 'poolCachePut', cName: 'pool_cache_put', file: 'main.ts', line: 22 },
    { name: 'schedPstats2', cName: 'sched_pstats2', file: 'main.ts', line: 27 },
  ])
})

test('a bundle notes the site of a call as it yields the callee', async () => {
  const { url, sites } = await workshop.compile(SOURCE)
  const { poolCachePut, $calls } = (await import(/* @vite-ignore */ url)) as {
    poolCachePut: (actor: object) => Generator<object | null, number, void>
    $calls: { readonly site: number }
  }
  const put = poolCachePut({})
  expect(put.next().value).toHaveProperty('next')
  expect(sites[$calls.site]?.text).toBe('choose(actor)')
})

test('the source map leads from the bundle to the line in the file', async () => {
  const compiled = await workshop.compile(SOURCE)
  const main = `${workshop.root}/main.ts`
  expect(origin(compiled, 'mem.$(')).toEqual([main, 6, 10])
  expect(origin(compiled, 'mem.$(0, 1')).toEqual([main, 18, 10])
  expect(origin(compiled, 'mem.$(10, 4')).toEqual([main, 27, 48])
  expect(origin(compiled, 'yield null').slice(0, 2)).toEqual([main, 17])
})

test('with patches, sites, source map and problems still name the lines of the file on disk', async () => {
  const patches = [
    { file: 'main.ts', find: '  yield\n', replace: '' },
    {
      file: 'main.ts',
      find: 'return mem.read(1)',
      replace: 'mem.fence()\n  mem.fence()\n  return mem.load(1)',
    },
    { file: 'main.ts', find: 'mem.add(\n    1,\n    2,\n  )', replace: 'mem.sub(1, 2)' },
  ]
  const compiled = await workshop.compile(SOURCE, { patches })
  expect(compiled.sites.map(({ op, line }) => [op, line])).toEqual([
    ['sub', 6],
    ['fence', 18],
    ['fence', 18],
    ['load', 18],
    ['call', 18],
    ['call', 23],
    ['fence', 27],
  ])
  const main = `${workshop.root}/main.ts`
  expect(origin(compiled, 'mem.$(5, 0').slice(0, 2)).toEqual([main, 6])
  expect(origin(compiled, 'mem.$(2, 3').slice(0, 2)).toEqual([main, 18])
  expect(origin(compiled, 'mem.$(10, 6').slice(0, 2)).toEqual([main, 27])
  const refused = workshop.compile(SOURCE, {
    patches: [...patches, { file: 'main.ts', find: 'void { mem.fence() }', replace: 'void { mem.wrong() }' }],
  })
  await expect(refused).rejects.toThrow('main.ts:27:48: `mem.wrong` is no operation')
})

test('what another run would answer differently is named', async () => {
  const { hints } = await workshop.compile(`import { randomBytes } from 'node:crypto'
export const at = Date.now()
export function f(mem: any): unknown {
  mem.fence()
  return [performance.now(), Math.random(), new Date(), new Date(0), process.hrtime.bigint(), randomBytes(4)]
}
export const g = (): string => globalThis.crypto.randomUUID()
`)
  expect(hints.map(({ line, what }) => `${line} ${what}`)).toEqual([
    '2 Date.now()',
    '5 performance.now()',
    '5 Math.random()',
    '5 new Date()',
    '5 process.hrtime.bigint()',
    '5 randomBytes()',
    '7 crypto.randomUUID()',
  ])
})

test('a folder reported under another name has the same sites wherever it lies, even under node_modules', async () => {
  const text = 'export function f(mem: any): void { mem.fence() }\n'
  const main = `export { f } from 'lib'\nexport function g(mem: any): void { mem.fence() }\n`
  const filesAt = async (folder: string): Promise<string[]> => {
    const lib = workshop.write(`${folder}/src/f.ts`, text)
    const { sites } = await workshop.compile(main, {
      alias: { lib },
      reportAs: { [resolve(workshop.root, folder)]: 'packages/lib' },
    })
    return sites.map(({ file }) => file).sort()
  }
  const expected = ['main.ts', 'packages/lib/src/f.ts']
  expect(await filesAt('here')).toEqual(expected)
  expect(await filesAt('node_modules/@scope/lib')).toEqual(expected)
})
