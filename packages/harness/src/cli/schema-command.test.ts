import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, expect, test } from 'vitest'
import { DESCRIBED, resultJsonSchema, schemaFile } from '../export/schema/results.js'
import type { Described } from '../export/schema/results.js'
import { resultOf } from '../mutate/report.js'
import type { Tried } from '../mutate/outcome.js'
import { holdfast, jsonOf } from '../testing/holdfast.js'
import { SAMPLE_FINDING, SAMPLE_RESULT } from '../testing/sample-result.js'

const dir = mkdtempSync(join(tmpdir(), 'holdfast-schema-'))
afterAll(() => rmSync(dir, { recursive: true }))

/** What the schema of a command has against a value; null: nothing. */
function refused(command: Described, value: unknown): unknown {
  const validate = new Ajv2020({ strict: false }).compile(resultJsonSchema(command))
  return validate(value) ? null : validate.errors
}

test('the published schemas are those made from the code (pnpm --filter @holdfast/harness schema)', async () => {
  for (const command of DESCRIBED) {
    const file = new URL(`../../schema/${schemaFile(command)}`, import.meta.url)
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(resultJsonSchema(command))
  }
  expect(jsonOf(await holdfast(dir, ['schema', 'explore', '--json']))).toEqual(resultJsonSchema('explore'))
  const { code, stderr } = await holdfast(dir, ['schema', 'bench'])
  expect([code, stderr.includes("'explore'")]).toEqual([2, true])
})

const COUNTER = `
import { call, defineProgram } from '@holdfast/explorer'
function increment({ mem }, x) {
  mem.store(x, mem.load(x) + 1)
}
export default defineProgram({
  name: 'counter',
  memory: () => ({ x: 1 }),
  threads: (_, { x }) => [call(increment, x), call(increment, x)],
  check: (final, _, { x }) => (final.read(x) === 2 ? undefined : 'lost'),
})
`

const COMMANDS: readonly (readonly [Described, readonly string[]])[] = [
  ['run', ['run', 'idle', '--seconds', '0.5']],
  ['run', ['run', 'hold-storm', '--seconds', '0.5', '--sanitize']],
  ['run', ['run', 'hold-vs-memory', '--seconds', '1', '--record', '--repeat', '2', '--no-shrink']],
  ['scale', ['scale', 'idle', '--cpus', '1,2', '--seconds', '0.3']],
  ['explore', ['explore', 'program:deadlock01']],
  ['verify', ['verify', 'holdcnt']],
  ['zoo', ['zoo', 'once-done-twice']],
  ['mutate', ['mutate', '--list']],
  ['scenarios', ['scenarios']],
]

for (const [command, args] of COMMANDS) {
  test(`holdfast ${args.join(' ')} --json prints what its schema says`, async () => {
    const ended = await holdfast(dir, [...args, '--json'])
    expect([0, 1]).toContain(ended.code)
    expect(refused(command, jsonOf(ended))).toBeNull()
  })
}

test('replay and findings print what their schemas say, whether the program is the same or not', async () => {
  const program = join(dir, 'counter.ts')
  writeFileSync(program, COUNTER)
  await holdfast(dir, ['explore', './counter.ts', '--out', 'found', '--json'])
  const folder = join(dir, 'found')
  const file = join(folder, readdirSync(folder)[0] ?? '')
  const replayed = async (): Promise<object> =>
    jsonOf(await holdfast(dir, ['replay', file, '--json'])) as object
  const same = await replayed()
  expect([same, refused('replay', same)]).toMatchObject([{ reproduced: true }, null])
  writeFileSync(program, COUNTER.replace('+ 1', '+ 2'))
  const other = await replayed()
  expect([other, refused('replay', other)]).toMatchObject([{ refused: true }, null])
  const ended = await holdfast(dir, ['findings', '--dir', folder, '--json'])
  expect(refused('findings', jsonOf(ended))).toBeNull()
})

test('results made by hand too: a run with a finding, mutants tried', () => {
  expect(refused('run', { ...SAMPLE_RESULT, findings: [SAMPLE_FINDING] })).toBeNull()
  const mutant = { id: 'm', operator: 'o', file: 'f.ts', line: 1, cName: 'f', before: 'a', after: 'b' }
  const tried = [
    { mutant, outcome: { status: 'survived', reason: 'none', executions: 1 } },
    { mutant, outcome: { status: 'rejected', reason: 'r' } },
  ] as unknown as readonly Tried[]
  expect(refused('mutate', resultOf(tried))).toBeNull()
})

test('what they refuse: a field that there is not, one that is missing, another command', () => {
  expect(refused('run', { ...SAMPLE_RESULT, extra: 1 })).not.toBeNull()
  expect(refused('run', { ...SAMPLE_RESULT, cpus: undefined })).not.toBeNull()
  expect(refused('scale', SAMPLE_RESULT)).not.toBeNull()
})
