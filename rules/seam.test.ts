/**
 * The rules on which the explorer's compiler rests: shared state is reached in one form only, from named functions,
 * and what may sleep is always called with `yield*`.
 */
import { expect, test } from 'vitest'
import {
  HOST_NAMES_ALLOWED,
  hostNames,
  inBreach,
  moduleState,
  nameAtomics,
  readWords,
  spins,
} from './seam-rules.js'
import { type Node, type Source, place, sourceOf, sources, walk } from './sources.js'
import { access, name } from './syntax.js'

const MEM = 'packages/atomics-sync/src/mem.ts'
/** The parts that are compiled for the explorer too. The host's side of the machine is not. */
function compiled(source: Source): boolean {
  return (
    ['atomics-sync', 'mm', 'kernel', 'cpu'].includes(source.pkg) &&
    !source.path.startsWith('packages/cpu/src/host/')
  )
}

/** In the compiled packages, what serves the host and not the machine: its threads, statistics of locks, and the seam itself. */
const HOSTS =
  /^packages\/atomics-sync\/src\/(sync|thread|parking[\w-]*|lockstat[\w-]*|call-site|lock-classes|mem)\.ts$/

/** The code that the explorer runs: nothing in it may depend on the host. */
function explored(source: Source): boolean {
  return compiled(source) && !HOSTS.test(source.path)
}

function functionOf(ancestors: readonly Node[]): Node | undefined {
  return ancestors.findLast((node) => /Function/.test(node.type) && node.type !== 'TSFunctionType')
}

test('Atomics and the words themselves are named in one file only', () => {
  expect(inBreach(nameAtomics, (source) => source.path !== MEM)).toEqual([])
  expect(inBreach(readWords, (source) => source.path !== MEM)).toEqual([])
})

test('every shared access stands in a named function of a module, never in a closure or a method', () => {
  const wrong: string[] = []
  for (const source of sources()) {
    if (source.path === MEM || !compiled(source)) continue
    walk(source.program, (node, ancestors) => {
      if (access(node) === undefined) return
      const around = functionOf(ancestors)
      const nested = ancestors.filter((a) => /Function/.test(a.type)).length > 1
      if (around?.type !== 'FunctionDeclaration' || nested) wrong.push(place(source, node))
    })
  }
  expect(wrong).toEqual([])
})

test('what may sleep is declared as such, and called with yield*', () => {
  const generators = new Set<string>()
  const plain = new Set<string>()
  const wrong: string[] = []
  for (const source of sources()) {
    walk(source.program, (node, ancestors) => {
      if (node.type !== 'FunctionDeclaration') return
      const own = name(node['id'])
      if (own === undefined) return
      if (node['generator'] === true) {
        const type = source.text.slice(
          (node['returnType'] as Node | null)?.start ?? 0,
          (node['body'] as Node).start,
        )
        if (type.startsWith(': Sleeps<')) generators.add(own)
        else if (compiled(source)) wrong.push(`${place(source, node)} ${own} does not return Sleeps`)
      } else if (ancestors.length === 1) {
        plain.add(own)
      }
    })
  }
  for (const source of sources()) {
    walk(source.program, (node, ancestors) => {
      if (node.type !== 'CallExpression') return
      const callee = name(node['callee'])
      if (callee === undefined || !generators.has(callee) || plain.has(callee)) return
      const parent = ancestors.at(-1)
      const delegated = parent?.type === 'YieldExpression' && parent['delegate'] === true
      const driven = parent?.type === 'CallExpression' && name(parent['callee']) === 'runToEnd'
      const returned =
        parent?.type === 'ArrowFunctionExpression' ||
        (parent?.type === 'ReturnStatement' && functionOf(ancestors)?.['generator'] !== true)
      if (!delegated && !driven && !returned)
        wrong.push(`${place(source, node)} calls ${callee} without yield*`)
    })
  }
  expect(wrong).toEqual([])
})

test('the kernel gives up a CPU in one place: the only bare yield is in mi-switch.ts', () => {
  const bare: string[] = []
  for (const source of sources()) {
    if (!compiled(source)) continue
    walk(source.program, (node) => {
      if (node.type === 'YieldExpression' && node['delegate'] !== true) bare.push(source.path)
    })
  }
  expect(bare).toEqual(['packages/kernel/src/mi-switch.ts'])
})

test('a module of the model has no state of its own: no let and no var outside functions', () => {
  expect(inBreach(moduleState, explored)).toEqual([])
})

test('the model asks the host for nothing: no clock, no timer, no random number, no process, no module of Node', () => {
  expect(inBreach(hostNames, (source) => explored(source) && !(source.path in HOST_NAMES_ALLOWED))).toEqual(
    [],
  )
})

test('each exception to that exists, and is needed', () => {
  const needed = sources().filter(
    (source) => source.path in HOST_NAMES_ALLOWED && hostNames(source).length > 0,
  )
  expect(needed.map(({ path }) => path)).toEqual(Object.keys(HOST_NAMES_ALLOWED).sort())
  for (const source of needed) {
    const names = hostNames(source).map((breach) => breach.split(' ').at(-1))
    expect([...new Set(names)], source.path).toEqual([HOST_NAMES_ALLOWED[source.path]])
  }
})

test('busy waiting is spinWhile: no loop that does nothing, or only reads the same words again', () => {
  expect(inBreach(spins, explored)).toEqual([])
})

for (const [rule, title, planted, clean] of [
  [nameAtomics, 'Atomics by member', 'Atomics.load(words, 1)', 'mem.load(1)'],
  [nameAtomics, 'Atomics taken apart', 'const { load } = Atomics', "const text = 'Atomics'"],
  [nameAtomics, 'Atomics renamed', 'const A = globalThis.Atomics', 'const A = { load: 1 }'],
  [readWords, 'words of mem', 'const w = mem.words', 'const w = region.words'],
  [readWords, 'words of cpu.mem', 'const w = cpu.mem.words.length', 'const w = cpu.layout.words.length'],
  [readWords, 'words taken apart', 'const { words } = cpu.mem', 'const { words } = layout'],
  [moduleState, 'let', 'let last = 0', 'const first = 0\nfunction f() {\n  let last = 0\n  return last\n}'],
  [moduleState, 'exported let', 'export let last = 0', 'export const last = 0'],
  [hostNames, 'clock', 'const t = performance.now()', 'const t = cpu.performance'],
  [hostNames, 'statistics clock', 'function f() { return clockNs() }', 'function f() { return clock() }'],
  [hostNames, 'date', 'const t = new Date()', 'const t = { Date: 1 }'],
  [hostNames, 'random numbers', 'const r = Math.random()', 'const r = Math.max(1, 2)'],
  [hostNames, 'random numbers taken apart', 'const { random } = Math', 'const { max } = Math'],
  [hostNames, 'process', 'const v = process.env', 'function f(process: P) {\n  return process.nice\n}'],
  [hostNames, 'timer', 'setTimeout(f, 1)', 'function f(setTimeout: T) {\n  setTimeout(1)\n}'],
  [
    hostNames,
    'module of Node',
    "import { hrtime } from 'node:process'",
    "import { hrtime } from './process.js'",
  ],
  [spins, 'empty while', 'while (mem.read(a) === 1) {}', 'while (mem.read(a) === 1) mem.spinWhile(a, 1)'],
  [spins, 'empty for', 'for (; held(cpu, lock); );', 'for (let p = f(); p !== 0; p = next(p));'],
  [
    spins,
    'test-and-set',
    'while (mem.cas(a, 0, 1) !== 0) {}',
    'while (mem.cas(a, 0, 1) !== 0) mem.spinWhile(a, 1)',
  ],
  [
    spins,
    'the same word again',
    'for (;;) { const v = mem.load(a + OFFSET); if (v === 0) break }',
    'for (let l = mem.read(a); l !== 0; l = mem.read(l + NEXT)) n++',
  ],
  [
    spins,
    'the same word again, counted',
    'let v = 1; while (v !== 0) { v = mem.read(a); spins++ }',
    'for (let i = 0; i < mem.read(COUNT); i++) sum += mem.read(a + i)',
  ],
  [
    spins,
    'do while',
    'do { v = mem.load(a) } while (v !== 0)',
    'do { yield* sleep(cpu) } while (mem.load(a) !== 0)',
  ],
] as const) {
  test(`the rule notices (${title})`, () => {
    const lines = (body: string): string => `function before() {}\n${body}\n`
    expect(rule(sourceOf('packages/kernel/src/planted.ts', lines(planted)))).toHaveLength(1)
    expect(rule(sourceOf('packages/kernel/src/planted.ts', lines(clean)))).toEqual([])
  })
}

test('what is explored: the model, without the host side of the packages', () => {
  const paths = new Set(
    sources()
      .filter(explored)
      .map(({ path }) => path),
  )
  for (const path of ['atomics-sync/src/mutex', 'mm/src/uvm-fault', 'kernel/src/mi-switch', 'cpu/src/intr'])
    expect(paths).toContain(`packages/${path}.ts`)
  for (const path of [
    'atomics-sync/src/mem',
    'atomics-sync/src/parking',
    'cpu/src/host/machine',
    'harness/src/index',
  ])
    expect(paths).not.toContain(`packages/${path}.ts`)
})
