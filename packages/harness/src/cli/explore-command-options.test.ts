import { expect, test } from 'vitest'
import { parseExploreFlags } from './explore-command-options.js'
import type { ExploreFlags } from './explore-command-options.js'

test('what is not given is left to the target', () => {
  expect(parseExploreFlags({})).toEqual({
    strategy: undefined,
    seed: 1,
    executions: undefined,
    seconds: undefined,
    bound: undefined,
    depth: undefined,
    params: {},
    jobs: 1,
    engine: {},
    time: {},
    variant: undefined,
    checkers: [],
    all: false,
    maxFindings: undefined,
    shrink: true,
    out: 'holdfast-findings',
    json: false,
  })
})

test.each<readonly [ExploreFlags, object]>([
  [{ preemptions: '3' }, { strategy: 'preemption-bound', bound: 3 }],
  [{ delays: '2' }, { strategy: 'delay-bound', bound: 2 }],
  [
    { strategy: 'delay-bound', bound: '0' },
    { strategy: 'delay-bound', bound: 0 },
  ],
  [{ bound: '1' }, { strategy: undefined, bound: 1 }],
  [{ depth: '5' }, { strategy: 'pct', depth: 5 }],
  [{ ticks: '3', disk: 'any' }, { time: { ticks: 3, disk: 'any' } }],
  [{ param: ['n=3', 'k=-1'] }, { params: { n: 3, k: -1 } }],
  [
    { expiry: 'idle', wake: 'any', spurious: '2', stepLimit: '500' },
    { engine: { expiry: 'idle', wake: 'any', spurious: 2, stepLimit: 500 } },
  ],
])('%o is understood', (flags, choices) => {
  expect(parseExploreFlags(flags)).toMatchObject(choices)
})

test.each<readonly [ExploreFlags, string]>([
  [{ strategy: 'luck' }, `--strategy: "luck" is not allowed; 'random', `],
  [{ strategy: 'replay' }, `--strategy: "replay" is not allowed; 'random', `],
  [
    { strategy: 'dpor', bound: '2' },
    `--bound: 2 is not allowed; it is for 'preemption-bound' or 'delay-bound'`,
  ],
  [{ strategy: 'dpor', depth: '2' }, '--depth: 2 is not allowed; it is for pct'],
  [
    { strategy: 'dfs', preemptions: '2' },
    '--strategy: "dfs" is not allowed; preemption-bound, which --preemptions means',
  ],
  [{ preemptions: '1', delays: '1' }, '--preemptions and --delays: only one of them is allowed'],
  [{ executions: '0' }, '--executions: 0 is not allowed; 1 to '],
  [{ executions: '1.5' }, '--executions: "1.5" is not allowed; a whole number'],
  [{ seconds: '0' }, '--seconds: 0 is not allowed; 0.1 to '],
  [{ seed: 'x' }, '--seed: "x" is not allowed'],
  [{ jobs: '0' }, '--jobs: 0 is not allowed; 1 to 256'],
  [{ expiry: 'never' }, `--expiry: "never" is not allowed; 'always' or 'idle'`],
  [{ ticks: 'idle' }, '--ticks: "idle" is not allowed'],
  [{ ticks: '1001' }, '--ticks: 1001 is not allowed; 0 to 1,000'],
  [{ disk: 'late' }, `--disk: "late" is not allowed; 'due', 'overdue' or 'any'`],
  [{ wake: 'lifo' }, `--wake: "lifo" is not allowed; 'fifo' or 'any'`],
  [{ param: ['n'] }, '--param: "n" is not allowed; name=number, such as n=3'],
  [{ param: ['n=x'] }, '--param: "n=x" is not allowed; name=number'],
  [{ param: ['n=1', 'n=2'] }, '--param: "n=2" is not allowed; each parameter once'],
])('%o is refused', (flags, message) => {
  expect(() => parseExploreFlags(flags)).toThrow(message)
})

test('all wrong options are told at once', () => {
  expect(() => parseExploreFlags({ seed: 'x', wake: 'y', param: ['z'] })).toThrow(
    /--seed: [^\n]*\n--wake: [^\n]*\n--param: |--seed[\s\S]*--param[\s\S]*--wake/,
  )
})
