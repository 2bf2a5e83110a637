import { execFile } from 'node:child_process'
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type PackageName, install, link, manifestIn, packAll } from './packed.js'
import { PACKAGES, ROOT } from './sources.js'

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-packed-')))
const consumer = join(folder, 'consumer')
/** Of a command. They take seconds; this is for a machine that has much else to do. */
const DEADLINE_MS = 120_000
vi.setConfig({ testTimeout: 2 * DEADLINE_MS })
let tarballs: ReadonlyMap<PackageName, string>

beforeAll(async () => {
  tarballs = await packAll(join(folder, 'tarballs'))
  await install(consumer, tarballs, PACKAGES)
}, 300_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }), 60_000)

const packageIn = (name: PackageName): string => join(consumer, 'node_modules/@holdfast', name)

interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs Node in a project, without what this test runner has set for itself. */
function node(args: readonly string[], cwd = consumer): Promise<Ended> {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(?:VITEST|NODE_|GITHUB_|FORCE_COLOR|npm_)/.test(name)),
  )
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd, env, timeout: DEADLINE_MS }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr })
    })
  })
}

const holdfast = (...args: string[]): Promise<Ended> =>
  node([join(packageIn('harness'), 'dist/bin.js'), ...args])

/** The last line of stdout, which --json promises to be one JSON object. */
const jsonOf = ({ stdout }: Ended): Record<string, unknown> =>
  JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Record<string, unknown>

test.each(PACKAGES)('%s: publint has nothing to say, and what must come with it does', async (name) => {
  const tarball = readFileSync(tarballs.get(name) ?? '')
  const data = tarball.buffer.slice(tarball.byteOffset, tarball.byteOffset + tarball.length)
  const { messages, pkg } = await publint({ pack: { tarball: data }, strict: true })
  expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([])

  const at = packageIn(name)
  const { name: called, license, dependencies = {} } = manifestIn(at)
  expect(called).toBe(`@holdfast/${name}`)
  expect(readdirSync(at)).toEqual(
    expect.arrayContaining(['README.md', 'LICENSE', 'CHANGELOG.md', 'dist', 'src']),
  )
  if (license !== 'BSD-2-Clause')
    expect(readFileSync(join(at, 'NOTICE'))).toEqual(readFileSync(join(ROOT, 'NOTICE')))
  expect(Object.values(dependencies).filter((range) => /workspace|link|file/.test(range))).toEqual([])
  const tests = readdirSync(at, { recursive: true, encoding: 'utf8' }).filter((path) =>
    /\.test\.|(?:^|[\\/])testing[\\/]/.test(path),
  )
  expect(tests).toEqual([])
})

test.each(PACKAGES)('%s: what a file imports from its package is packed too', (name) => {
  const at = packageIn(name)
  const missing = readdirSync(at, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(?:js|d\.ts)$/.test(path) && !path.endsWith('.bundle.js'))
    .flatMap((path) =>
      [...readFileSync(join(at, path), 'utf8').matchAll(/^(?:im|ex)port\b[^'"\n]*?['"](\.[^'"]+)['"]/gm)]
        .filter(([, specifier = '']) => !existsSync(join(at, dirname(path), specifier)))
        .map(([line]) => `${path}: ${line}`),
    )
  expect(missing).toEqual([])
})

test('every entry of every package can be imported', async () => {
  link(consumer, 'vitest', ROOT)
  const entries = PACKAGES.flatMap((name) =>
    Object.keys(manifestIn(packageIn(name)).exports)
      .filter((entry) => !/\*|vitest/.test(entry)) // one is a pattern, one is for tests within Vitest
      .map((entry) => join('@holdfast', name, entry).replaceAll('\\', '/')),
  )
  const text = entries.map((entry) =>
    entry.endsWith('.json')
      ? `import ${JSON.stringify(entry)} with { type: 'json' }`
      : entry.endsWith('.c')
        ? `import.meta.resolve(${JSON.stringify(entry)})`
        : `import ${JSON.stringify(entry)}`,
  )
  writeFileSync(join(consumer, 'entries.mjs'), text.join('\n'))
  expect(entries.length).toBeGreaterThan(2 * PACKAGES.length)
  expect(await node(['entries.mjs'])).toMatchObject({ code: 0 })
})

test('a consumer in TypeScript is checked against the types of every package', async () => {
  link(consumer, '@types/node', ROOT)
  link(consumer, 'vitest', ROOT)
  const names = PACKAGES.map((name) => [name, name.replace('-', '')] as const)
  writeFileSync(
    join(consumer, 'consumer.ts'),
    `
    ${names.map(([name, as]) => `import * as ${as} from '@holdfast/${name}'`).join('\n')}
    import '@holdfast/harness/vitest'
    import { expect } from 'vitest'
    const increment = ({ mem }: explorer.Thread, x: explorer.Addr): void => mem.store(x, mem.load(x) + 1)
    const counter = explorer.defineProgram({
      name: 'counter',
      memory: () => ({ x: 1 }),
      threads: (_, { x }) => [explorer.call(increment, x)],
    })
    await expect(counter).toHoldInEveryInterleaving({ preemptions: 3 })
    const scenario: harness.Scenario = harness.SCENARIOS[0] ?? harness.DEFAULT_SCENARIO
    // @ts-expect-error cpus is a number
    harness.prepare(scenario, { cpus: 'two' }, 1)
    export default [${names.map(([, as]) => as).join(', ')}]
    `,
  )
  const compilerOptions = {
    strict: true,
    noEmit: true,
    target: 'es2023',
    module: 'nodenext',
    types: ['node'],
  }
  writeFileSync(join(consumer, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['consumer.ts'] }))
  expect(await node([join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', '.'])).toMatchObject({
    code: 0,
    stdout: '',
  })
})

test('holdfast --help, and a program that comes with it is explored to the end', async () => {
  const help = await holdfast('--help')
  expect(help).toMatchObject({ code: 0, stderr: '' })
  expect(help.stdout).toContain('Usage: holdfast')
  const explored = await holdfast('explore', 'program:lastzero', '--param', 'n=5', '--json')
  expect(explored.code).toBe(0)
  expect(jsonOf(explored)).toMatchObject({ executions: 64, traces: 64, complete: true, findings: [] })
})

test('the kernel is compiled from the packed sources, and a recorded finding is the same there', async () => {
  const explored = await holdfast('explore', 'hold-vs-swapper', '--executions', '3', '--no-shrink', '--json')
  const { findings } = jsonOf(explored) as unknown as { findings: { sites: string[] }[] }
  expect(explored.code).toBe(1)
  expect(findings.flatMap(({ sites }) => sites).join('\n')).toContain(
    'packages/kernel/src/uvm-glue/swapin.ts:',
  )
  const finding = join(packageIn('harness'), 'findings/swapped-in-twice.json')
  const replayed = await holdfast('replay', finding, '--json')
  expect(jsonOf(replayed)).toMatchObject({ reproduced: true })
})

test('a machine runs on workers, plain and sanitized', async () => {
  const plain = await holdfast('run', '--seconds', '1', '--json')
  expect(plain).toMatchObject({ code: 0 })
  expect(jsonOf(plain)).toMatchObject({ command: 'run', findings: [] })
  const sanitized = await holdfast('run', 'idle', '--cpus', '2', '--seconds', '1', '--sanitize', '--json')
  expect(sanitized).toMatchObject({ code: 0 })
})

test('the explorer by itself explores a program of its user, without the kernel and without Vitest', async () => {
  const alone = join(folder, 'alone')
  await install(alone, tarballs, ['atomics-sync', 'compiler', 'explorer'])
  writeFileSync(
    join(alone, 'counter.ts'),
    `import { type Addr, type Thread, call, defineProgram } from '@holdfast/explorer'
    function increment({ mem }: Thread, x: Addr) {
      mem.store(x, mem.load(x) + 1)
    }
    export default defineProgram({
      name: 'counter',
      memory: () => ({ x: 1 }),
      threads: (_, { x }) => [call(increment, x), call(increment, x)],
      check: (final, _, { x }) => (final.read(x) === 2 ? undefined : \`x is \${final.read(x)}\`),
    })`,
  )
  writeFileSync(
    join(alone, 'main.mjs'),
    `import { explore, makeStrategy, programSubject } from '@holdfast/explorer'
    const { target } = await programSubject('./counter.ts')
    const { executions, complete, found } = explore(target, { strategy: makeStrategy('dpor'), observers: [] })
    console.log(executions, complete, found.map(({ report }) => report.message).join())`,
  )
  expect(await node(['main.mjs'], alone)).toEqual({
    code: 0,
    stdout: '4 true at the end: x is 1\n',
    stderr: '',
  })
})

test('what the README of each package shows prints what it says', async () => {
  const finding = join(packageIn('harness'), 'findings/swapped-in-twice.json')
  const viewed = await holdfast('view', finding, '--trace', 'trace.json', '--out', 'page.html', '--no-open')
  expect(viewed, viewed.stderr).toMatchObject({ stderr: '' })
  expect(existsSync(join(consumer, 'trace.json'))).toBe(true)
  for (const name of PACKAGES) {
    const readme = readFileSync(join(packageIn(name), 'README.md'), 'utf8')
    const program = /```js\n([\s\S]*?)```/.exec(readme)?.[1] ?? ''
    const said = [...program.matchAll(/console\.log\(.*\) \/\/ (.*)/g)].map(([, text]) => `${text}\n`)
    writeFileSync(join(consumer, `${name}.mjs`), program)
    expect(await node([`${name}.mjs`]), name).toMatchObject({ code: 0, stdout: said.join('') })
    expect(said, name).not.toEqual([])
  }
  expect(existsSync(join(consumer, 'trace.html'))).toBe(true)
})
