/** LWPs and children as a process counts and lists them: what is wrong with them is seen, and the kernel as it is keeps to them. */
import type { Patch } from '@holdfast/compiler'
import { expect, test } from 'vitest'
import { CORRECTED } from '../../mutate/corrected.js'
import { said } from '../../testing/said.js'
import { patchesOf } from '../subject/variants.js'

const EXECUTIONS = 2
const LWP = 'kernel/src/kern-lwp.ts'
const EXIT = 'kernel/src/kern-exit.ts'
const FORK = 'kernel/src/kern-fork.ts'

interface Planted {
  readonly what: string
  readonly scenario: string
  readonly patch: Patch
  readonly says: RegExp
}

const planted: readonly Planted[] = [
  {
    what: 'an LWP that is freed stays counted as detached',
    scenario: 'create-vs-create',
    patch: {
      file: LWP,
      find: '    if ((mem.read(l + L_PRFLAG) & LPR_DETACHED) !== 0) mem.write(p + P_NDLWPS, mem.read(p + P_NDLWPS) - 1)\n',
      replace: '',
    },
    says: /p_ndlwps is \d+, of \d+ detached LWPs, when p_lock is let go$/,
  },
  {
    what: 'an LWP that is not detached is left for the next to exit',
    scenario: 'stop-vs-lwp-exit',
    patch: { file: EXIT, find: 'if ((mem.read(l + L_PRFLAG) & LPR_DETACHED) !== 0) {', replace: '{' },
    says: /is p_zomblwp, and not detached$/,
  },
  {
    what: 'a process is dying before any lock of its own is taken',
    scenario: 'exit-vs-exit',
    patch: {
      file: EXIT,
      find: '  mem.write(p + P_STAT, SDYING)\n  mutexExit(cpu, p + P_LOCK)\n',
      replace: '  mutexExit(cpu, p + P_LOCK)\n  mem.write(p + P_STAT, SDYING)\n',
    },
    says: /changes its p_stat without p_lock or proc_lock$/,
  },
  {
    what: 'lwp_create leaves the dead one alone that it sees',
    scenario: 'create-vs-create',
    patch: {
      file: LWP,
      find: '  if (mem.read(p2 + P_ZOMBLWP) !== NULL) {',
      replace: '  if (mem.read(p2 + P_ZOMBLWP) === NULL) {',
    },
    says: /is not reaped by lwp_create$/,
  },
  {
    what: 'a reference is taken on an LWP that does not run yet',
    scenario: 'create-vs-create',
    patch: {
      file: LWP,
      find: '  cpu.events.record(EV_LWP_CREATE, l2, p2)\n',
      replace: '  mem.write(l2 + L_REFCNT, 2)\n',
    },
    says: /^a reference is taken on .*, which is still being made$/,
  },
  {
    what: 'what could not be set aside is counted',
    scenario: 'full-table',
    patch: {
      file: LWP,
      find: '  if (enough) mem.write(NLWPS, used + count)',
      replace: '  mem.write(NLWPS, used + count)',
    },
    says: /^\d+ LWPs are set aside at the end, and \d+ in use$/,
  },
  {
    what: 'the LWP of _lwp_create is not detached',
    scenario: 'create-vs-create',
    patch: { file: FORK, find: '    LWP_DETACHED,\n    ENTRY_USER,', replace: '    0,\n    ENTRY_USER,' },
    says: /is new, and not detached$/,
  },
  {
    what: 'init is not told of the dead child that it is given',
    scenario: 'orphans',
    patch: { file: EXIT, find: '  if (wakeinit) cvBroadcast', replace: '  if (!wakeinit) cvBroadcast' },
    says: /is a zombie, and its parent sleeps in wait$/,
  },
  {
    what: 'a dead process goes to init, though its parent is there',
    scenario: 'orphans',
    patch: { file: EXIT, find: 'if ((mem.read(parent + P_FLAG) & PK_NOCLDWAIT) !== 0) {', replace: '{' },
    says: /has the parent proc\[1\], not its own$/,
  },
]

const twins = new Map<string, Promise<string[]>>()

function twin(scenario: string): Promise<string[]> {
  const known = twins.get(scenario) ?? messages(scenario)
  twins.set(scenario, known)
  return known
}

function messages(scenario: string, ...patches: readonly Patch[]): Promise<string[]> {
  return said(scenario, [...patchesOf(CORRECTED), ...patches], { seed: 1, executions: EXECUTIONS })
}

for (const { what, scenario, patch, says } of planted)
  test(`${what}: seen under ${scenario} in ${EXECUTIONS} random walks, and nothing without that`, async () => {
    expect(await messages(scenario, patch)).toContainEqual(expect.stringMatching(says))
    expect(await twin(scenario)).toEqual([])
  })
