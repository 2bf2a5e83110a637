import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Cache } from './cache.js'
import type { CompileOptions, Compiled } from './compile.js'
import { Workshop } from './testing/workshop.js'

let workshop: Workshop
beforeEach(() => {
  workshop = new Workshop()
  workshop.write('part.ts', 'export function part(mem: any): number { return mem.read(1) }\n')
})
afterEach(() => workshop.delete())

const MAIN =
  "import { part } from './part.js'\nexport function main(mem: any): number { return part(mem) + 1 }\n"

const make = (options: Partial<CompileOptions> = {}): Promise<Compiled> => workshop.compile(MAIN, options)
const folder = (): string => join(workshop.root, 'node_modules/.cache/holdfast')

test('the same program is compiled once; what is found later is what was made', async () => {
  const first = await make()
  const second = await make()
  expect(first.cached).toBe(false)
  expect(second).toEqual({ ...first, cached: true })
  expect(readdirSync(folder()).length).toBe(4)
})

test('a bundle is made anew when a module, an option, a patch or what is instrumented changes, and found again when it is changed back', async () => {
  const patches = [{ file: 'part.ts', find: 'read', replace: 'load' }]
  const seen = [await make()]
  const differs = async (options: Partial<CompileOptions>): Promise<void> => {
    const compiled = await make(options)
    expect(compiled.cached).toBe(false)
    expect(seen.map(({ hash }) => hash)).not.toContain(compiled.hash)
    seen.push(compiled)
    expect((await make(options)).hash).toBe(compiled.hash)
  }
  await differs({ calls: 'delegate' })
  await differs({ patches })
  await differs({ external: { unused: 'file:///nowhere.js' } })
  await differs({ instrument: () => false })
  const text = readFileSync(join(workshop.root, 'part.ts'), 'utf8')
  workshop.write('part.ts', `${text}export const more = 1\n`)
  await differs({})
  workshop.write('part.ts', text)
  expect(await make()).toEqual({ ...seen[0], cached: true })
})

test('a module that is imported newly, or is gone, is noticed', async () => {
  await make()
  rmSync(join(workshop.root, 'part.ts'))
  await expect(make()).rejects.toThrow("main.ts:1:1: cannot find './part.js'")
  workshop.write('part.ts', "export { part } from './other.js'\n")
  workshop.write('other.ts', 'export function part(mem: any): number { return mem.load(2) }\n')
  expect((await make()).sites.map(({ file }) => file)).toEqual(['main.ts', 'other.ts'])
  workshop.write('other.ts', 'export function part(mem: any): number { return mem.load(3) }\n')
  expect((await make()).sites.map(({ text }) => text)).toEqual(['part(mem)', 'mem.load(3)'])
})

test('eight compilations at once make the same bundle, and leave nothing else behind', async () => {
  const made = await Promise.all(Array.from({ length: 8 }, () => make()))
  expect(new Set(made.map(({ url }) => url)).size).toBe(1)
  expect(readdirSync(folder()).filter((name) => name.endsWith('.tmp'))).toEqual([])
  expect(readdirSync(folder()).length).toBe(4)
})

test('a bundle that is damaged or half deleted is made anew', async () => {
  const { url, hash } = await make()
  for (const damage of [
    () => rmSync(fileURLToPath(url)),
    () => rmSync(join(folder(), `${hash}.json`)),
    () => writeFileSync(join(folder(), `${hash}.json`), '{"sites":['),
  ]) {
    damage()
    expect(await make()).toMatchObject({ hash, cached: false })
    expect(await make()).toMatchObject({ hash, cached: true })
  }
})

test('what nobody used for a week is deleted when something new is made; what is used stays', async () => {
  const old = await make()
  const used = await make({ calls: 'delegate' })
  const month = new Date(Date.now() - 30 * 86_400_000)
  for (const name of readdirSync(folder())) utimesSync(join(folder(), name), month, month)
  expect((await make({ calls: 'delegate' })).cached).toBe(true)
  expect(Date.now() - statSync(fileURLToPath(used.url)).mtimeMs).toBeLessThan(3_600_000)
  await make({ instrument: () => false })
  const left = readdirSync(folder()).join(' ')
  expect(left).not.toContain(old.hash)
  expect(left).toContain(used.hash)
})

test.runIf(process.getuid)(
  'where nothing can be written it is a folder of the user alone; one that others can write, or have made, is not used',
  () => {
    const temporary = mkdtempSync(join(tmpdir(), 'holdfast-cache-'))
    const before = process.env['TMPDIR']
    process.env['TMPDIR'] = temporary
    try {
      const own = join(temporary, `holdfast-${process.getuid?.()}`)
      const file = join(temporary, 'file')
      writeFileSync(file, '')
      const elsewhere = (): string => new Cache(join(file, 'below')).folder
      const nowhere = ['no/home', '/proc/none/at/all'].map((each) => new Cache(each).folder)
      expect([elsewhere(), elsewhere(), ...nowhere]).toEqual([own, own, own, own])
      expect(statSync(own).mode & 0o777).toBe(0o700)

      chmodSync(own, 0o777)
      expect(elsewhere()).not.toBe(own)
      rmSync(own, { recursive: true })
      mkdirSync(join(temporary, 'of-another'))
      symlinkSync(join(temporary, 'of-another'), own)
      const fresh = elsewhere()
      expect(fresh).not.toBe(own)
      expect(fresh.startsWith(`${own}-`)).toBe(true)
      expect(statSync(fresh).mode & 0o777).toBe(0o700)
    } finally {
      if (before === undefined) delete process.env['TMPDIR']
      else process.env['TMPDIR'] = before
      rmSync(temporary, { recursive: true, force: true })
    }
  },
)
