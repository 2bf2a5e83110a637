import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { ExploreResult } from '../explore/explore-result.js'
import { exploredIn, holdfast, jsonOf } from '../testing/holdfast.js'
import type { Ended } from '../testing/holdfast.js'

const folder = mkdtempSync(join(tmpdir(), 'holdfast-explore-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let folders = 0

/** `holdfast explore` in an empty folder. */
async function explore(line: string, interruptAfterMs?: number): Promise<Ended & { cwd: string }> {
  const cwd = join(folder, `run-${folders++}`)
  mkdirSync(cwd)
  const args = line.split(' ').map((each) => each.replace('FILES', folder))
  return { cwd, ...(await holdfast(cwd, ['explore', ...args], interruptAfterMs)) }
}

const HEAD = "import { type Thread, call, defineProgram } from '@holdfast/explorer'\n"

test('--json prints one object with the promised keys first, and nothing found is exit 0', async () => {
  const ended = await explore('program:lastzero --param n=5 --json')
  expect(ended.code).toBe(0)
  expect(ended.stdout.trimEnd().split('\n').length).toBe(1)
  const result = exploredIn(ended)
  expect(Object.keys(result).slice(0, 10)).toEqual([
    'command',
    'target',
    'strategy',
    'executions',
    'traces',
    'blocked',
    'complete',
    'points',
    'seconds',
    'findings',
  ])
  expect(result).toMatchObject({
    command: 'explore',
    target: 'program:lastzero',
    strategy: 'dpor',
    executions: 64,
    traces: 64,
    blocked: 0,
    complete: true,
    findings: [],
  })
  expect(existsSync(join(ended.cwd, 'holdfast-findings'))).toBe(false)
})

test('a finding is exit 1, has the promised keys, and a file', async () => {
  const ended = await explore('program:reorder --param s=2 --param c=1 --json')
  expect(ended.code).toBe(1)
  const { findings, traces } = exploredIn(ended)
  expect(traces).toBe(36)
  expect(findings.length).toBe(1)
  expect(Object.keys(findings[0] ?? {}).slice(0, 7)).toEqual([
    'verdict',
    'message',
    'sites',
    'execution',
    'preemptions',
    'schedule',
    'file',
  ])
  expect(findings[0]).toMatchObject({ verdict: 'assertion', preemptions: 1 })
  expect(findings[0]?.sites.length).toBe(1)
  expect(existsSync(join(ended.cwd, findings[0]?.file ?? ''))).toBe(true)
})

test('for people: what is explored, the finding as a table with its replay line, and how far it went', async () => {
  const { code, stdout } = await explore('program:account-bad')
  expect(code).toBe(1)
  expect(stdout).toMatch(/^program:account-bad\n {2}actors {4}\d: T1, T2/)
  expect(stdout).toContain('FINDING 1 of ')
  expect(stdout).toMatch(/ step \| T1 .*\| T2/)
  expect(stdout).toMatch(/^holdfast replay hf1\+program:account-bad\+\S+$/m)
  expect(stdout).toContain('6 executions (6 traces)')
  expect(stdout).toContain('Complete: every interleaving was visited')
})

test('dfs counts interleavings, and their traces: 90 of 36 in reorder(2, 1)', async () => {
  const ended = await explore('program:reorder --strategy dfs --json --out elsewhere')
  expect(jsonOf(ended)).toMatchObject({ executions: 90, traces: 36, complete: true, buggy: 28 })
  expect(readdirSync(join(ended.cwd, 'elsewhere')).length).toBe(1)
})

test('a bounded search that leaves something out is not complete, and says what it visited', async () => {
  const bounded = exploredIn(await explore('program:reorder --preemptions 1 --json'))
  expect(bounded).toMatchObject({
    executions: 24,
    complete: false,
    bound: 'every interleaving with at most 1 preemption',
  })
  const all = exploredIn(await explore('program:reorder --preemptions 9 --json'))
  expect(all).toMatchObject({ executions: 90, complete: true, bound: null })
})

test('the same findings for the same seed with 1, 2 and 3 jobs', async () => {
  const line = 'program:twostage --strategy random --executions 20000 --seed 7 --json --jobs'
  const results = await Promise.all(['1', '2', '3'].map((jobs) => explore(`${line} ${jobs}`)))
  const told = results.map((ended) => {
    const { findings, executions, traces, points, buggy } = exploredIn(ended)
    const timeless = findings.map((finding) => ({ ...finding, seconds: 0 }))
    return { findings: timeless, executions, traces, points, buggy }
  })
  expect(told[0]?.findings.length).toBe(1)
  expect(told[0]).toMatchObject({ executions: 20_000, traces: 3 })
  expect(told[1]).toEqual(told[0])
  expect(told[2]).toEqual(told[0])
})

test('--max-findings ends it, with the same finding whatever the number of jobs', async () => {
  const line =
    'program:treiber-aba --strategy random --executions 400000 --seed 3 --max-findings 1 --no-shrink --json --jobs'
  const [one, two] = await Promise.all(['1', '2'].map((jobs) => explore(`${line} ${jobs}`)))
  const finding = ({ findings }: ExploreResult): unknown => [findings[0]?.execution, findings[0]?.schedule]
  const result = exploredIn(one as Ended)
  expect(result.findings.length).toBe(1)
  expect(result.executions).toBeLessThan(400_000)
  expect(finding(exploredIn(two as Ended))).toEqual(finding(result))
})

test('a budget ends an exhaustive search, which is then not complete and says what is left, about', async () => {
  const result = exploredIn(await explore('program:lastzero --param n=18 --executions 5000 --json'))
  expect(result).toMatchObject({ executions: 5000, complete: false })
  expect(result.remaining).toBeGreaterThan(5000)
})

test('an exhaustive search that was ended is no sample, and random executions are one', async () => {
  const [dpor, random] = await Promise.all(
    ['dpor', 'random'].map((name) => explore(`program:lastzero --strategy ${name} --executions 9`)),
  )
  expect(dpor?.stdout).toContain('Not complete: the search was ended before it had visited all.')
  expect(random?.stdout).toContain('Not complete: a sample of the interleavings.')
})

test('SIGINT ends it and prints what was found until then', async () => {
  const ended = await explore('program:lastzero --param n=30 --json', 5000)
  // Before Node has loaded the program, the signal ends it as it would any other.
  if (ended.code === null) return
  expect(ended.code).toBe(0)
  expect(jsonOf(ended)).toMatchObject({ interrupted: true, complete: false, findings: [] })
})

test('a program of a user, in a dozen lines, in a folder of its own', async () => {
  writeFileSync(
    join(folder, 'mine.ts'),
    `${HEAD}
function inc(t: Thread, x: number) {
  const { mem } = t
  mem.write(x, mem.read(x) + 1)
}
export default defineProgram({
  name: 'mine',
  memory: () => ({ x: 1 }),
  threads: (_, { x }) => [call(inc, x), call(inc, x)],
  check: (final, _, { x }) => (final.read(x) === 2 ? undefined : \`x is \${final.read(x)}\`),
})`,
  )
  const ended = await explore('FILES/mine.ts --json')
  expect(ended.code).toBe(1)
  const { findings } = exploredIn(ended)
  expect(findings.map(({ verdict }) => verdict)).toContain('assertion')
  expect(findings.map(({ verdict }) => verdict)).toContain('race')
})

test('what a program asks of chance is a finding that names the call', async () => {
  writeFileSync(
    join(folder, 'chance.ts'),
    `${HEAD}
function put(t: Thread, x: number) {
  const { mem } = t
  mem.store(x, Math.floor(Math.random() * 1e9))
}
export default defineProgram({ name: 'chance', memory: () => ({ x: 1 }), threads: (_, { x }) => [call(put, x)] })`,
  )
  const ended = await explore('FILES/chance.ts --json')
  expect(ended.code).toBe(1)
  const { findings, complete } = exploredIn(ended)
  expect(complete).toBe(false)
  expect(findings[0]).toMatchObject({ verdict: 'nondeterminism' })
  expect(findings[0]?.message).toContain('Math.random')
})

/** Arguments, and what stderr must say. */
const WRONG: readonly (readonly [string, RegExp])[] = [
  ['program:nothing', /^holdfast: no built-in program is called 'nothing'; there are account-bad, /m],
  ['nonsense', /^holdfast: target: "nonsense" is not allowed; program:<name> \(.*scenario: /m],
  ['FILES/none.ts', /^holdfast: there is no file /m],
  ['FILES/none.json', /^holdfast: scenario: .* the file cannot be read/m],
  ['FILES/nothing.ts', /^holdfast: .*nothing\.ts has no default export/m],
  ['FILES/closure.ts', /closure\.ts:\d+/],
  ['program:reorder --param k=1', /^holdfast: parameter k is 1; reorder has s, c$/m],
  ['program:reorder --param s=-1', /^holdfast: parameter s is -1; a whole number from 0/m],
  ['program:reorder --param s', /^holdfast: --param: "s" is not allowed; name=number/m],
  [
    'program:inc --out /dev/null/x',
    /^holdfast: --out: "\/dev\/null\/x" is not allowed; a folder: \/dev\/null is none/m,
  ],
  ['program:reorder --variant fixed', /^holdfast: --variant: no variant is called 'fixed'; there are /m],
  ['program:reorder --strategy luck', /^holdfast: --strategy: "luck" is not allowed; 'random', /m],
  ['program:reorder --speed 9', /unknown option '--speed'[\s\S]*the options of explore are --strategy, /],
  ['idle --param n=1', /^holdfast: --param: n is for programs/m],
  ['idle --strategy dpor', /^holdfast: --strategy: "dpor" is not allowed; a scenario has interrupts/m],
  ['idle --strategy dpor', /dpor" is not allowed; .*: add --interrupts polled; or preemption-bound/m],
  ['idle --interrupts polled --ticks 2', /^holdfast: --ticks: 2 is not allowed; 0: with polled interrupts/m],
  ['idle --ticks many', /^holdfast: --ticks: "many" is not allowed/m],
  ['program:reorder --ticks 2', /^holdfast: --ticks: 2 is not allowed; a program has no clock/m],
  ['scenario:idle?hz=9', /^holdfast: target: "hz=9" is not allowed; variant=/m],
  ['idle --variant nonsense', /^holdfast: --variant: no variant is called 'nonsense'; there are /m],
]

test.each(WRONG)('wrong usage, exit 2 and nothing on stdout: holdfast explore %s', async (line, message) => {
  writeFileSync(join(folder, 'nothing.ts'), 'export const x = 1\n')
  writeFileSync(
    join(folder, 'closure.ts'),
    `${HEAD}
function f(t: Thread, x: number) {
  const { mem } = t
  return [1, 2].map(() => mem.load(x))
}
export default defineProgram({ name: 'c', memory: () => ({ x: 1 }), threads: (_, { x }) => [call(f, x)] })`,
  )
  const { code, stdout, stderr } = await explore(line)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(message)
})

test('help names the strategies, the programs, and what --seconds does', async () => {
  const { code, stdout } = await explore('--help')
  expect(code).toBe(0)
  expect(stdout).toMatch(
    /Strategies[\s\S]* dpor [\s\S]* surw [\s\S]*Programs:[\s\S]*lastzero[\s\S]*--seconds they\ndepend/,
  )
})

test('where the step limit cut off every execution there is no verdict: exit 2; where it cut off none there is', async () => {
  const all = await explore('hold-vs-swapper --step-limit 300 --executions 6 --junit unit.xml')
  expect(all.code).toBe(2)
  expect(all.stdout).toContain(
    'No execution came to its end: the step limit cut off all 6. This is no verdict',
  )
  expect(readFileSync(join(all.cwd, 'unit.xml'), 'utf8')).toContain('failures="1"')
  const told = exploredIn(await explore('hold-vs-swapper --step-limit 300 --executions 6 --json'))
  expect(told).toMatchObject({ executions: 6, cut: 6, inconclusive: true, complete: false, findings: [] })
  const none = await explore('program:lastzero --param n=3 --json')
  expect([none.code, exploredIn(none)]).toMatchObject([0, { cut: 0, inconclusive: false }])
})

test('a check that fails before the first operation is told without a place, a table, or a step', async () => {
  writeFileSync(
    join(folder, 'at-once.ts'),
    `import { type Thread, call, check, defineProgram } from '@holdfast/explorer'
function g({ mem }: Thread, x: number) { mem.store(x, 2) }
function f({ mem }: Thread, x: number) { check(x < 0, 'at once'); mem.store(x, 1) }
export default defineProgram({ name: 'at-once', memory: () => ({ x: 1 }), threads: (_, { x }) => [call(f, x), call(g, x)] })`,
  )
  const { code, stdout } = await explore('FILES/at-once.ts')
  expect(code).toBe(1)
  expect(stdout).toContain('assertion: T1: at once\n\n(before the first step)\n')
})
