import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { SCENARIOS } from '../scenarios/index.js'

/** The built command line, as a user runs it. */
const BIN = fileURLToPath(new URL('../../dist/bin.js', import.meta.url))
const DEADLINE_MS = 40_000

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

function holdfast(
  args: readonly string[],
  whileRunning?: (kill: (signal: NodeJS.Signals) => void) => void,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [BIN, ...args], { timeout: DEADLINE_MS, killSignal: 'SIGKILL' })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (data: Buffer) => {
      stdout += data.toString()
    })
    child.stderr.on('data', (data: Buffer) => {
      stderr += data.toString()
    })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stdout, stderr }))
    whileRunning?.((signal) => child.kill(signal))
  })
}

let files = ''

beforeAll(() => {
  files = mkdtempSync(join(tmpdir(), 'holdfast-'))
  const tiny = {
    name: 'tiny',
    description: 'one LWP',
    processes: [{ name: 'p', lwps: [{ program: [{ op: 'yield' }] }] }],
  }
  writeFileSync(join(files, 'broken.json'), '{"name": "x"')
  writeFileSync(join(files, 'list.json'), '[]')
  writeFileSync(
    join(files, 'unknown-op.json'),
    JSON.stringify({ ...tiny, processes: [{ name: 'p', lwps: [{ program: [{ op: 'jump' }] }] }] }),
  )
  writeFileSync(join(files, 'no-memory.json'), JSON.stringify({ ...tiny, machine: { memory: 64, cpus: 32 } }))
  writeFileSync(join(files, 'tiny.json'), JSON.stringify({ $schema: 'scenario.schema.json', ...tiny }))
})

afterAll(() => rmSync(files, { recursive: true, force: true }))

/** Command line, with FILES for the directory of files; and what stderr must say. */
const WRONG: readonly (readonly [string, RegExp])[] = [
  ['', /Usage: holdfast/],
  ['fly', /unknown command 'fly'[\s\S]*the commands are start, run, /],
  ['run --cpus 0', /^holdfast: --cpus: 0 is not allowed; 1 to 256$/m],
  ['run --cpus 257', /^holdfast: --cpus: 257 is not allowed; 1 to 256$/m],
  ['run --cpus many', /^holdfast: --cpus: "many" is not allowed; a whole number, 1 to 256$/m],
  ['run --cpus', /--cpus <n>.* argument missing/],
  ['run --lwps 0', /^holdfast: --lwps: 0 is not allowed; 1 to 1,000$/m],
  [
    'run --lwps 2',
    /^holdfast: --lwps: 2 is not allowed; at least \d+, for one of each process of 'memory-pressure'$/m,
  ],
  ['run --memory 64 --cpus 16', /^holdfast: --memory: 64 is not allowed; at least \d+/m],
  ['run --seconds 0', /^holdfast: --seconds: 0 is not allowed; 0\.1 to 86,400$/m],
  ['run --seed -1', /^holdfast: --seed: -1 is not allowed; 0 to 2,147,483,647$/m],
  ['run --cpus 0 --seed x', /^holdfast: --seed: "x" is not allowed; a whole number/m],
  ['run --speed 3', /unknown option '--speed'[\s\S]*the options of run are --cpus, --lwps, /],
  [
    'run nonsense',
    /^holdfast: scenario: "nonsense" is not allowed; 'memory-pressure', .* or the path of a JSON or TypeScript file$/m,
  ],
  ['run idle again', /too many arguments/],
  ['run FILES/none.json', /^holdfast: scenario: ".*none\.json" is not allowed; the file cannot be read/m],
  ['run FILES/broken.json', /broken\.json: is not JSON: /],
  ['run FILES/list.json', /^holdfast: scenario: \[\] is not allowed; an object$/m],
  [
    'run FILES/unknown-op.json',
    /^holdfast: processes\[0\]\.lwps\[0\]\.program\[0\]\.op: "jump" is not allowed; one of compute, /m,
  ],
  ['run FILES/no-memory.json', /^holdfast: machine\.memory: 64 is not allowed; at least \d+/m],
  ['start --cpus 1000', /^holdfast: --cpus: 1000 is not allowed; 1 to 256$/m],
  ['scale --cpus 1,x', /^holdfast: --cpus: "x" is not allowed; a whole number, 1 to 256$/m],
  ['scenarios nonsense', /^holdfast: scenario: "nonsense" is not allowed/m],
]

test.each(WRONG)('wrong usage, exit 2 and nothing on stdout: holdfast %s', async (line, message) => {
  const args = line
    .replaceAll('FILES', files)
    .split(' ')
    .filter((each) => each !== '')
  const { code, stdout, stderr } = await holdfast(args)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(message)
})

test('help tells every command and the exit codes, exit 0', async () => {
  const { code, stdout } = await holdfast(['--help'])
  expect(code).toBe(0)
  for (const text of ['start', 'run', 'scale', 'scenarios', 'schema', 'Exit code: 0 nothing'])
    expect(stdout).toContain(text)
  expect((await holdfast(['run', '--help'])).stdout).toContain('--no-preempt')
})

test('scenarios lists all, describes one, and prints one as a file that run accepts', async () => {
  const listed = await holdfast(['scenarios'])
  const all = JSON.parse((await holdfast(['scenarios', '--json'])).stdout) as Record<
    string,
    { name: string }[]
  >
  expect(all['scenarios']?.map(({ name }) => name)).toContain('memory-pressure')
  for (const { name } of [...(all['scenarios'] ?? []), ...(all['small'] ?? [])])
    expect(listed.stdout).toContain(name)
  expect(all['small']?.map(({ name }) => name)).toContain('hold-vs-swapper')
  for (const { name } of SCENARIOS) expect(listed.stdout).toContain(name)
  expect((await holdfast(['scenarios', 'idle'])).stdout).toMatch(/idle[\s\S]*napper/)
  expect(JSON.parse((await holdfast(['scenarios', 'idle', '--json'])).stdout)).toEqual(
    SCENARIOS.find(({ name }) => name === 'idle'),
  )
})

test('schema prints the published JSON Schema', async () => {
  const { stdout } = await holdfast(['schema', '--json'])
  expect(JSON.parse(stdout)).toMatchObject({ title: 'Holdfast scenario', type: 'object' })
})

/** The last line of stdout, which --json promises to be one JSON object. */
function jsonOf({ stdout }: Ended): Record<string, unknown> {
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Record<string, unknown>
}

test('run --json prints one object with the promised keys first, nothing found is exit 0', async () => {
  const ended = await holdfast(['run', 'idle', '--cpus', '2', '--seconds', '1', '--seed', '5', '--json'])
  expect(ended.code).toBe(0)
  expect(ended.stdout.trimEnd().split('\n').length).toBe(1)
  const result = jsonOf(ended)
  expect(Object.keys(result).slice(0, 12)).toEqual([
    'command',
    'scenario',
    'cpus',
    'lwps',
    'seconds',
    'operations',
    'swapins',
    'swapouts',
    'switches',
    'shootdowns',
    'locks',
    'findings',
  ])
  expect(result).toMatchObject({ command: 'run', scenario: 'idle', cpus: 2, lwps: 2, seed: 5, findings: [] })
  expect(result['operations']).toMatchObject({ hold: 0, sleep: expect.any(Number) as number })
  for (const lock of result['locks'] as object[]) {
    expect(Object.keys(lock)).toEqual([
      'name',
      'acquisitions',
      'contended',
      'spins',
      'sleeps',
      'heldNs',
      'waitedNs',
    ])
  }
})

test('run prints a report for people; a scenario whose LWPs all exit ends before its time', async () => {
  const { code, stdout } = await holdfast(['run', join(files, 'tiny.json'), '--cpus', '1', '--seconds', '30'])
  expect(code).toBe(0)
  expect(stdout).toMatch(/^tiny: 1 CPU, 1 LWP, /)
  expect(stdout).toContain('Every LWP of the scenario exited. Nothing found; ')
})

test('scale --json prints a point for each size, the first of speedup 1', async () => {
  const ended = await holdfast(['scale', 'idle', '--cpus', '1,2', '--seconds', '0.5', '--json'])
  expect(ended.code).toBe(0)
  expect(jsonOf(ended)).toMatchObject({
    command: 'scale',
    scenario: 'idle',
    points: [{ cpus: 1, speedup: 1 }, { cpus: 2 }],
    findings: [],
  })
})

test.each([300, 900])('SIGINT after %i ms ends every worker and prints the report so far', async (ms) => {
  const ended = await holdfast(['run', 'idle', '--seconds', '600', '--json'], (kill) =>
    setTimeout(() => kill('SIGINT'), ms),
  )
  // Before Node has loaded the program, the signal ends it as it would any other.
  if (ended.code === null) return
  expect(ended.code).toBe(0)
  expect(jsonOf(ended)).toMatchObject({ outcome: 'interrupted', findings: [] })
})

test('what a workload provokes is a finding, exit 1: hold-storm on four CPUs (at most 30 s, mostly 2)', async () => {
  const ended = await holdfast(['run', 'hold-storm', '--seconds', '30', '--seed', '9', '--json'])
  expect(ended.code).toBe(1)
  const { findings } = jsonOf(ended) as { findings: { seed: number; repeat: string; events: unknown[] }[] }
  expect(findings[0]).toMatchObject({ seed: 9, repeat: 'holdfast run hold-storm --seconds 30 --seed 9' })
  expect(findings[0]?.events.length).toBe(4)
})

test("the README's scenario runs as it stands there, from a TypeScript file", async () => {
  const readme = readFileSync(new URL('../../../../README.md', import.meta.url), 'utf8')
  const program = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)]
    .map(([, text]) => text)
    .find((text) => text?.includes('defineScenario'))
  const file = fileURLToPath(new URL('../../dist/readme-scenario.ts', import.meta.url))
  writeFileSync(file, program ?? '')
  const { code, stdout } = await holdfast(['run', file, '--seconds', '1', '--json'])
  rmSync(file)
  expect(JSON.parse(stdout)).toMatchObject({
    command: 'run',
    scenario: 'two-holders',
    cpus: 2,
    lwps: 4,
    findings: [],
  })
  expect(code).toBe(0)
})

test.each([
  [
    'export const x = 1',
    /^holdfast: .*empty\.ts: has no default export; a scenario \(defineScenario\) is expected$/m,
  ],
  ["import 'no-such-package'", /^holdfast: .*empty\.ts: cannot be imported: /m],
  ['export default { name: 7 }', /^holdfast: name: 7 is not allowed/m],
])('a module that is no scenario is refused, naming what is wrong: %s', async (text, message) => {
  const file = join(files, 'empty.ts')
  writeFileSync(file, text)
  const { code, stderr } = await holdfast(['run', file])
  expect(stderr).toMatch(message)
  expect(code).toBe(2)
})
