import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { exploredIn, holdfast, jsonOf } from '../testing/holdfast.js'

const folder = mkdtempSync(join(tmpdir(), 'holdfast-replay-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function program(body: string, check = 'final.read(x) === 2'): string {
  return `import { type Thread, call, defineProgram } from '@holdfast/explorer'
function inc(t: Thread, x: number) {
  const { mem } = t
  ${body}
}
export default defineProgram({
  name: 'mine',
  memory: () => ({ x: 1 }),
  threads: (_, { x }) => [call(inc, x), call(inc, x)],
  check: (final, _, { x }) => (${check} ? undefined : 'lost'),
})`
}

const ORIGINAL = program('mem.store(x, mem.load(x) + 1)')
let schedule = ''
let file = ''

/** The program in the folder is `text` from now on; what was recorded is of the original. */
function becomes(text: string): void {
  writeFileSync(join(folder, 'mine.ts'), text)
}

beforeAll(async () => {
  becomes(ORIGINAL)
  const { findings } = exploredIn(
    await holdfast(folder, ['explore', './mine.ts', '--json', '--out', 'found']),
  )
  schedule = findings[0]?.schedule ?? ''
  file = findings[0]?.file ?? ''
})

test.each(['string', 'file'])('a finding is reproduced from its %s: the same fault, exit 1', async (from) => {
  becomes(ORIGINAL)
  const ended = await holdfast(folder, ['replay', from === 'file' ? file : schedule, '--json'])
  expect(ended.code).toBe(1)
  expect(jsonOf(ended)).toMatchObject({
    command: 'replay',
    reproduced: true,
    verdict: 'assertion',
    message: 'at the end: lost',
    preemptions: 1,
    steps: 4,
    drift: null,
  })
})

test('for people: the table and the replay line; --step: every step', async () => {
  becomes(ORIGINAL)
  const { stdout } = await holdfast(folder, ['replay', schedule])
  expect(stdout).toMatch(/^assertion: at the end: lost$/m)
  expect(stdout).toContain(`holdfast replay ${schedule}`)
  const walked = await holdfast(folder, ['replay', schedule, '--step'])
  expect(walked.code).toBe(1)
  expect(walked.stdout).toMatch(/^ +1 +T1 +load +x +0 /m)
  expect(walked.stdout).toMatch(/^ +4 +T1 +store +x +1 -> 1 /m)
  expect(walked.stdout).toContain('T1 is preempted')
})

test('a program that has drifted is refused, exit 2: the step, where it was and where it is', async () => {
  becomes(program('mem.load(x)\n  mem.store(x, mem.load(x) + 1)'))
  const ended = await holdfast(folder, ['replay', file])
  expect({ code: ended.code, stdout: ended.stdout }).toEqual({ code: 2, stdout: '' })
  expect(ended.stderr).toMatch(/its build was \w{8} and is \w{8}$/m)
  expect(ended.stderr).toMatch(/step 3 was at inc \(mine\.ts:4\), and its actor is at inc \(mine\.ts:5\)/)
  const pasted = await holdfast(folder, ['replay', schedule])
  expect(pasted.code).toBe(2)
  expect(pasted.stderr).toMatch(/between step \d and step \d something else was enabled/)
})

test('a build that is another is refused too, and told if the schedule still fits; --force runs it', async () => {
  becomes(program('mem.store(x, mem.load(x) + 1)', '2 === final.read(x)'))
  const refused = await holdfast(folder, ['replay', schedule])
  expect(refused.code).toBe(2)
  expect(refused.stderr).toContain('the schedule fits it nevertheless')
  const forced = await holdfast(folder, ['replay', schedule, '--force'])
  expect(forced.code).toBe(1)
  expect(forced.stdout).toContain('assertion: at the end: lost')
})

test('a comment is no drift', async () => {
  becomes(program('mem.store(x, mem.load(x) + 1) // as ever'))
  expect((await holdfast(folder, ['replay', schedule])).code).toBe(1)
})

test.each([
  ['hf1+broken', /^holdfast: schedule: hash: missing/m],
  ['hf9+x', /^holdfast: schedule: version: hf9 is of another version/m],
  ['no-such-file', /^holdfast: schedule: "no-such-file" is not allowed; a finding file, or a schedule/m],
  ['mine.ts', /^holdfast: mine\.ts: is not JSON/m],
])('wrong usage, exit 2: holdfast replay %s', async (what, message) => {
  const { code, stderr } = await holdfast(folder, ['replay', what])
  expect(code).toBe(2)
  expect(stderr).toMatch(message)
})

test('a finding of docs/findings goes by its name, and --json tells what is wrong as one object', async () => {
  const named = await holdfast(folder, ['replay', 'timeout-no-such', '--json'])
  expect(named.code).toBe(2)
  const told = JSON.parse(named.stdout) as { command: string; error: string }
  expect(told.command).toBe('replay')
  expect(named.stderr).toBe(`holdfast: ${told.error}\n`)
  const [id = ''] = /'([\w-]+)'/.exec(told.error)?.slice(1) ?? []
  const listed = await holdfast(folder, ['replay', id, '--json'])
  expect(jsonOf(listed)).toMatchObject({ command: 'replay', reproduced: true })
  const unknown = await holdfast(folder, ['replay', '--json', '--fast'])
  expect(unknown.code).toBe(2)
  expect(jsonOf(unknown)).toMatchObject({ command: 'replay', error: "error: unknown option '--fast'" })
})

test('findings replays every file of a folder: exit 0 if all are reproduced, 1 if one is not', async () => {
  const listed = join(folder, 'listed')
  mkdirSync(listed)
  cpSync(join(folder, file), join(listed, 'lost-update.json'))
  becomes(ORIGINAL)
  const good = await holdfast(folder, ['findings', '--dir', 'listed', '--json'])
  expect(good.code).toBe(0)
  expect(jsonOf(good)).toEqual({
    command: 'findings',
    findings: [
      {
        id: 'lost-update',
        verdict: 'assertion',
        reproduced: true,
        preemptions: 1,
        seconds: expect.any(Number) as number,
      },
    ],
  })
  becomes(program('mem.add(x, 1)'))
  const bad = await holdfast(folder, ['findings', '--dir', 'listed'])
  expect(bad.code).toBe(1)
  expect(bad.stdout).toMatch(/lost-update +assertion +NO/)
  expect(bad.stdout).toContain('0 of 1 reproduced.')
})
