import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseSync } from 'oxc-parser'
import { expect, test } from 'vitest'
import { type Node, eachChild, identifier, isNode } from './ast.js'
import { type Compiled, compile } from './compile.js'
import { OP_NAMES } from './op-kinds.js'

/** The kernel is known here by its paths alone. */
const PACKAGES = join(import.meta.dirname, '../..')
const ENTRIES = [
  'kernel/src/index.ts',
  'mm/src/index.ts',
  'cpu/src/netbsd.ts',
  'cpu/src/cpu.ts',
  'cpu/src/intr.ts',
]

/** The seam itself, and what is written for plain worker threads. */
const PLAIN = /^atomics-sync\/src\/(mem|sync|thread|call-site|parking[\w-]*|lockstat[\w-]*)\.ts$/

function instrument(path: string): boolean {
  const inside = path.slice(PACKAGES.length + 1)
  if (!/^(atomics-sync|mm|kernel|cpu)\/src\//.test(inside)) return false
  return !PLAIN.test(inside) && !inside.includes('/testing/') && !inside.startsWith('cpu/src/host/')
}

function kernel(): Promise<Compiled> {
  return compile({
    entries: ENTRIES.map((entry) => join(PACKAGES, entry)),
    instrument,
    root: join(PACKAGES, '..'),
  })
}

test('the kernel compiles: over 1,500 sites and 400 functions, none of which asks the host for time or chance', async () => {
  const { sites, functions, hints } = await kernel()
  expect(sites.filter(({ op }) => op !== 'call').length).toBeGreaterThan(1500)
  expect(functions.length).toBeGreaterThan(400)
  expect(hints).toEqual([])
})

test('once compiled, it is found', async () => {
  const { hash } = await kernel()
  expect(await kernel()).toMatchObject({ hash, cached: true })
})

test('each function of the protocol has the name of C that uvm_glue.c gives it', async () => {
  const { functions } = await kernel()
  const glue = functions.filter(({ file }) => file.startsWith('packages/kernel/src/uvm-glue/'))
  const names = glue.map(({ cName }) => cName)
  for (const name of [
    'uvm_lwp_hold',
    'uvm_lwp_rele',
    'uvm_swapin',
    'uvm_swapout',
    'uvm_scheduler',
    'uvm_swapout_threads',
  ])
    expect(names).toContain(name)
})

test('the bundle loads; each compiled operation in it is its own site, of the kind that the site names', async () => {
  const { url, sites } = await kernel()
  const bundle = (await import(/* @vite-ignore */ url)) as { $generatorMethods: string[] }
  expect(bundle.$generatorMethods).toContain('poll')
  const code = readFileSync(new URL(url), 'utf8')
  const compiled = [...code.matchAll(/\.\$\(\s*(\d+),\s*([\de]+)/g)].map(([, kind, site]) => [
    Number(kind),
    Number(site),
  ])
  // What nothing reaches is left out of the bundle.
  expect(compiled.length).toBeGreaterThan(sites.filter(({ op }) => op !== 'call').length * 0.9)
  expect(new Set(compiled.map(([, site]) => site)).size).toBe(compiled.length)
  for (const [kind, site] of compiled) expect(OP_NAMES[kind as number]).toBe(sites[site as number]?.op)
})

interface Shape {
  readonly name: string
  readonly isGenerator: boolean
}

/** The functions at the top of a module. */
function shapes(path: string, found: { yields: number; calls$: number }): Shape[] {
  const program = parseSync(path, readFileSync(path, 'utf8')).program as unknown as Node
  const walk = (node: Node): void => {
    if (node.type === 'YieldExpression') found.yields++
    const property = node['property']
    if (node.type === 'MemberExpression' && isNode(property) && identifier(property) === '$') found.calls$++
    eachChild(node, walk)
  }
  walk(program)
  return (program['body'] as Node[]).flatMap((statement) => {
    const node = isNode(statement['declaration']) ? statement['declaration'] : statement
    if (node.type !== 'FunctionDeclaration') return []
    return [{ name: identifier(node['id'] as Node) ?? '', isGenerator: node['generator'] === true }]
  })
}

/** Whether the output is of the source as it is. */
function isBuilt(source: string, output: string): boolean {
  return existsSync(output) && statSync(output).mtimeMs >= statSync(source).mtimeMs
}

test('the plain build has no trace of the pass: the same functions are generators as in the source, with the same yields', () => {
  let compared = 0
  for (const name of ['atomics-sync', 'mm', 'kernel', 'cpu']) {
    const source = join(PACKAGES, name, 'src')
    const built = join(PACKAGES, name, 'dist')
    for (const file of readdirSync(source, { recursive: true, encoding: 'utf8' })) {
      const output = join(built, file.replace(/\.ts$/, '.js'))
      if (!file.endsWith('.ts') || file.endsWith('.d.ts') || file.includes('test')) continue
      if (!isBuilt(join(source, file), output)) continue
      const inSource = { yields: 0, calls$: 0 }
      const inOutput = { yields: 0, calls$: 0 }
      expect(shapes(output, inOutput), file).toEqual(shapes(join(source, file), inSource))
      expect(inOutput, file).toEqual({ yields: inSource.yields, calls$: 0 })
      compared++
    }
  }
  expect(compared).toBeGreaterThan(100)
})
