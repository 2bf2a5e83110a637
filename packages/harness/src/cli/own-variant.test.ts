import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { exploredIn, holdfast } from '../testing/holdfast.js'

const folder = mkdtempSync(join(tmpdir(), 'holdfast-variant-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const SWAPIN = '      yield* uvmSwapin(cpu, l)\\n'
const RECHECK = `'      if ((mem.read(l + L_FLAG) & LW_INMEM) === 0) yield* uvmSwapin(cpu, l)\\n'`

const MINUTE = 60_000

/** A module in the folder of the test that exports a variant of the swapper. */
function write(name: string, fields: string): string {
  const text = `import { defineVariant } from '@holdfast/harness'\nexport default defineVariant({ ${fields} })\n`
  writeFileSync(join(folder, name), text)
  return `./${name}`
}

function patched(find: string, replace: string): string {
  return `about: 'a test', patches: [{ file: 'uvm-glue/scheduler.ts', find: '${find}', replace: ${replace} }]`
}

const explore = (variant: string, ...more: string[]) =>
  holdfast(folder, ['explore', 'hold-vs-swapper', '--variant', variant, '--strategy', 'random', ...more])

test('a correction in a file of its own takes away what is found without (8 executions, 2 jobs)', async () => {
  const right = write('right.ts', patched(SWAPIN, RECHECK))
  const ended = await explore(right, '--executions', '8', '--jobs', '2', '--json')
  expect(exploredIn(ended)).toMatchObject({
    subject: 'scenario:hold-vs-swapper?variant=./right.ts',
    executions: 8,
    findings: [],
  })
})

test('a finding in such a kernel replays by its schedule, and is refused once the correction is another', {
  timeout: 3 * MINUTE,
}, async () => {
  const wrong = write('wrong.ts', patched(SWAPIN, `'      yield* uvmSwapin(cpu, l) // as it was\\n'`))
  const ended = await explore(wrong, '--executions', '4', '--max-findings', '1', '--no-shrink', '--json')
  const { findings } = exploredIn(ended)
  expect(ended.code).toBe(1)
  const schedule = findings[0]?.schedule ?? ''
  expect(schedule).toContain('hold-vs-swapper@variant=./wrong.ts')
  expect((await holdfast(folder, ['replay', schedule])).code).toBe(1)

  write('wrong.ts', patched(SWAPIN, RECHECK))
  const again = await holdfast(folder, ['replay', schedule])
  expect(again.code).toBe(2)
  expect(again.stderr).toContain('refused')
})

test.each([
  ['none.ts', undefined, `holdfast: --variant: "./none.ts" is not allowed; there is no such file`],
  ['empty.ts', `about: 'x', patches: []`, './empty.ts: patches: [] is not allowed; a list of { file, find,'],
  ['typo.ts', `abuot: 'x', patches: []`, './typo.ts: about: missing'],
  [
    'elsewhere.ts',
    patched('no such text', `''`),
    '--variant: packages/kernel/src/uvm-glue/scheduler.ts:1:1: patches[0] of ./elsewhere.ts: its text occurs 0 times',
  ],
])('%s is refused before anything runs, with file and field', async (name, fields, message) => {
  const path = fields === undefined ? `./${name}` : write(name, fields)
  const ended = await explore(path, '--executions', '1')
  expect(ended.stderr).toContain(message)
  expect(ended.code).toBe(2)
})

test.each([',', 'recheck-inmem,,free-takes-swaplock', 'recheck-inmem,', ''])(
  'a list of variants has no empty name: %j',
  async (list) => {
    const message = `--variant: ${JSON.stringify(list)} is not allowed; names or paths`
    const targets = [
      ['explore', 'hold-vs-swapper', '--executions', '1'],
      ['explore', 'program:inc'],
      ['run', '--seconds', '1'],
    ]
    for (const command of targets) {
      const ended = await holdfast(folder, [...command, '--variant', list])
      expect([ended.code, ended.stderr]).toEqual([2, expect.stringContaining(message)])
    }
  },
)

test('verify takes a correction for a claim about one, and for no other', async () => {
  const right = write('right.ts', patched(SWAPIN, RECHECK))
  const ended = await holdfast(folder, ['verify', 'kick', '--variant', right])
  expect(ended.stderr).toContain(
    `--variant: "./right.ts" is not allowed; it is for a claim about a correction`,
  )
  expect(ended.code).toBe(2)
})

test('what a variant throws is a crash, and no chance: the stack is not compared (2 executions)', async () => {
  const throws = write('throws.ts', patched(SWAPIN, `'      throw new Error("mine")\\n'`))
  const { findings } = exploredIn(await explore(throws, '--executions', '2', '--no-shrink', '--json'))
  expect(findings.map(({ verdict }) => verdict)).toEqual(['crash'])
})
