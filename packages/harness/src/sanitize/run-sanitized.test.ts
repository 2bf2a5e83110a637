import { tmpdir } from 'node:os'
import type { Patch } from '@holdfast/compiler'
import { expect, test } from 'vitest'
import type { Finding, RunResult } from '../report/result.js'
import { SCENARIOS } from '../scenarios/index.js'
import { holdfast, jsonOf } from '../testing/holdfast.js'
import { runSanitized, type SanitizeRunOptions } from './run-sanitized.js'

const SECONDS = 20

/** Runs a scenario on two CPUs, at most {@link SECONDS} s. */
function run(scenario: string, options: Partial<SanitizeRunOptions>): Promise<RunResult> {
  const found = SCENARIOS.find(({ name }) => name === scenario)
  if (found === undefined) throw new Error(`no scenario is called ${scenario}`)
  return runSanitized(found, { changes: { cpus: 2 }, seconds: SECONDS, plainSeconds: 0, ...options })
}

/** Runs it with a planted fault until something is found. */
async function caught(scenario: string, patches: readonly Patch[]): Promise<readonly Finding[]> {
  const { findings } = await run(scenario, { patches, untilFound: true })
  return findings
}

/** Line 32 of hold.ts reads and then writes what all others change atomically. */
const RELE: Patch = {
  file: 'uvm-glue/hold.ts',
  find: '  mem.sub(l + L_HOLDCNT, 1)',
  replace: '  mem.write(l + L_HOLDCNT, mem.read(l + L_HOLDCNT) - 1)',
}

/** Line 28 of sched-pstats.ts writes l_swtime before it has the lock of the LWP. */
const SWTIME: Patch = {
  file: 'sched-pstats.ts',
  find: '      lwpLock(cpu, lwp)\n      mem.write(lwp + L_SWTIME, mem.read(lwp + L_SWTIME) + 1)\n',
  replace: '      mem.write(lwp + L_SWTIME, mem.read(lwp + L_SWTIME) + 1)\n      lwpLock(cpu, lwp)\n',
}

/** Takes a p_lock before proc_lock, and lets go of it before it goes on as everybody does. */
const INVERSION: Patch = {
  file: 'sched-pstats.ts',
  find: '  yield* mutexEnter(cpu, PROC_LOCK)\n',
  replace:
    '  const p0 = mem.read(ALLPROC)\n  yield* mutexEnter(cpu, p0 + P_LOCK)\n  yield* mutexEnter(cpu, PROC_LOCK)\n' +
    '  mutexExit(cpu, p0 + P_LOCK)\n',
}

/** Whoever has slept goes back to user mode with p_lock. */
const FORGOTTEN: Patch = {
  file: 'kernel/src/syscalls.ts',
  find: "'usleep', ticks, true)\n",
  replace: "'usleep', ticks, true)\n  yield* mutexEnter(cpu, cpu.mem.read(l + L_PROC) + P_LOCK)\n",
}

test('the default scenario, with random delays and without, for two seconds each: nothing is found, and the cost is told', async () => {
  for (const chaos of [false, true]) {
    const result = await run('memory-pressure', { seconds: 2, plainSeconds: 1, chaos })
    expect(result.findings).toEqual([])
    expect(result.sanitize?.watchpoints).toBeGreaterThan(0)
    expect(result.sanitize?.slowdown).toBeGreaterThan(0)
  }
})

test(`a counter that is read and then written is caught within ${SECONDS} s, on its line, not that of the patch`, async () => {
  const found = await caught('register-readers', [RELE])
  const places = found.map(({ verdict, stack }) => `${verdict} ${stack[0]}`)
  expect(places.join()).toMatch(/(race|guardedBy) uvmLwpRele \(hold\.ts:3[02]\)/)
})

test(`a field written without its lock is caught within ${SECONDS} s, with field and lock`, async () => {
  const [found] = await caught('memory-pressure', [SWTIME])
  expect(found?.verdict).toBe('guardedBy')
  expect(found?.message).toMatch(/writes lwp\[\d+\]\.l_swtime without holding l_mutex/)
  expect(found?.stack[0]).toBe('schedPstats (sched-pstats.ts:28)')
})

test(`two locks taken in both orders, without a deadlock, are caught within ${SECONDS} s, with both places`, async () => {
  const found = await caught('memory-pressure', [INVERSION])
  const cycle = found.find(({ verdict }) => verdict === 'lockOrder')
  expect(cycle?.message).toContain('p_lock -> proc_lock')
  expect(cycle?.message).toContain('proc_lock -> p_lock')
  expect(cycle?.stack[0]).toMatch(/ \([\w-]+\.ts:\d+\)$/)
  expect(cycle?.other?.stack[0]).toMatch(/ \([\w-]+\.ts:\d+\)$/)
})

test(`a mutex that is kept in user mode is caught within ${SECONDS} s, in the words of LOCKDEBUG`, async () => {
  const found = await caught('memory-pressure', [FORGOTTEN])
  expect(found.map(({ message }) => message).join()).toMatch(
    /mutex error: lockdebug_barrier: sleep lock held: proc\[\d+\]\.p_lock/,
  )
})

test('on the command line: a variant is run in parallel; options that make no sense are refused with what is allowed', async () => {
  const args = ['run', 'idle', '--seconds', '1', '--json']
  const ended = await holdfast(tmpdir(), [...args, '--sanitize', '--variant', 'recheck-inmem'])
  expect(ended.code).toBe(0)
  expect((jsonOf(ended) as RunResult).sanitize).toMatchObject({ variant: 'recheck-inmem', chaos: false })
  const plain = await holdfast(tmpdir(), [...args, '--variant', 'recheck-inmem'])
  expect(plain.code).toBe(0)
  expect((jsonOf(plain) as RunResult).sanitize).toBeUndefined()
  const wrong = await holdfast(tmpdir(), [...args, '--chaos'])
  expect(wrong.code).toBe(2)
  expect(wrong.stderr).toContain('--chaos')
  const unknown = await holdfast(tmpdir(), [...args, '--variant', 'nothing'])
  expect(unknown.code).toBe(2)
  expect(unknown.stderr).toContain('recheck-inmem')
})
