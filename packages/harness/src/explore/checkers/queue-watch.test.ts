/** Sleep queues, LWP locks, the process tree, the counts of LWPs: what is wrong with them is seen, and the kernel as it is keeps to them. */
import type { Patch } from '@holdfast/compiler'
import { expect, test } from 'vitest'
import { CORRECTED } from '../../mutate/corrected.js'
import { defineScenario } from '../../scenario/define.js'
import type { Scenario } from '../../scenario/types.js'
import { said } from '../../testing/said.js'
import { patchesOf } from '../subject/variants.js'

const EXECUTIONS = 6

/** A process that leaves a child behind. */
const orphan: Scenario = defineScenario({
  name: 'orphan',
  description: 'A process exits, and its child later.',
  machine: { cpus: 2, memory: 84, wired: 26 },
  programs: { child: [{ op: 'sleep', ticks: 2 }] },
  processes: [{ name: 'parent', pages: 1, lwps: [{ program: [{ op: 'fork', program: 'child' }] }] }],
})

/** What is said of the corrected kernel with these patches. */
function messages(name: string, ...patches: readonly Patch[]): Promise<string[]> {
  return said(name === orphan.name ? orphan : name, [...patchesOf(CORRECTED), ...patches], {
    seed: 1,
    executions: EXECUTIONS,
  })
}

const SLEEPQ = 'kernel/src/kern-sleepq.ts'
const TURNSTILE = 'kernel/src/kern-turnstile.ts'
const PRI = 'kernel/src/turnstile-pri.ts'
const LWP_LOCK = 'kernel/src/kern-lwp-lock.ts'
const SYNCH = 'kernel/src/kern-synch.ts'
const EXIT = 'kernel/src/kern-exit.ts'
const LWP = 'kernel/src/kern-lwp.ts'
const WAIT = 'kernel/src/kern-wait.ts'

interface Planted {
  readonly what: string
  readonly scenario: string
  readonly patch: Patch
  readonly says: RegExp
}

const planted: readonly Planted[] = [
  {
    what: 'the least urgent sleeper is the first of its queue',
    scenario: 'one-cpu',
    patch: {
      file: SLEEPQ,
      find: 'if (lwpEprio(cpu, other) < pri) {',
      replace: 'if (lwpEprio(cpu, other) > pri) {',
    },
    says: /with priority \d+ sleeps behind one with \d+$/,
  },
  {
    what: 'who is given a priority that makes no difference loses its place',
    scenario: 'first-come',
    patch: {
      file: SLEEPQ,
      find: 'if (lwpEprio(cpu, lwp) === old || syncobjOrder',
      replace: 'if (syncobjOrder',
    },
    says: /sleeps behind .*, which came later$/,
  },
  {
    what: 'a turnstile does not count who waits for it',
    scenario: 'one-cpu',
    patch: {
      file: TURNSTILE,
      find: '  mem.write(ts + TS_WAITERS + queue, mem.read(ts + TS_WAITERS + queue) + 1)\n',
      replace: '',
    },
    says: /waits for a lock with \d+ others, and its turnstile counts \d+$/,
  },
  {
    what: 'who waits for a lock keeps its own base priority',
    scenario: 'one-cpu',
    patch: {
      file: TURNSTILE,
      find: '  if (obase < PRI_KTHREAD) mem.write(lwp + L_KPRIBASE, PRI_KTHREAD)\n',
      replace: '',
    },
    says: /waits for a lock with the base priority \d+$/,
  },
  {
    what: 'who is woken may still be interrupted',
    scenario: 'one-cpu',
    patch: {
      file: SLEEPQ,
      find: '  mem.write(lwp + L_FLAG, mem.read(lwp + L_FLAG) & ~LW_SINTR)\n',
      replace: '',
    },
    says: /is awake, and LW_SINTR says that it may be interrupted$/,
  },
  {
    what: 'no priority is lent',
    scenario: 'one-cpu',
    patch: { file: TURNSTILE, find: '  turnstileLendpri(cpu, lwp)\n', replace: '' },
    says: /has priority -?\d+, and owns what .* waits for with \d+$/,
  },
  {
    what: 'who has waited for a lock may not be preempted any more',
    scenario: 'preempted-owner',
    patch: { file: TURNSTILE, find: '  kpreemptEnable(cpu)\n', replace: '' },
    says: /may not be preempted any more$/,
  },
  {
    what: 'who wants to another CPU is moved also from the middle of the kernel',
    scenario: 'moved-in-kernel',
    patch: {
      file: 'kernel/src/mi-switch.ts',
      find: 'if (mem.read(lwp + L_TARGET_CPU) !== 0 && mem.read(lwp + L_KCPU) === 0)',
      replace: 'if (mem.read(lwp + L_TARGET_CPU) !== 0)',
    },
    says: /is moved to another CPU in the middle of the kernel$/,
  },
  {
    what: 'who is on the same chain as those it lends to is unlocked for them',
    scenario: 'one-chain',
    patch: {
      file: PRI,
      find: '      if (dolock) lwpUnlock(cpu, owner)\n',
      replace: '      lwpUnlock(cpu, owner)\n',
    },
    says: /sleeping with a spin lock held/,
  },
  {
    what: 'what was lent is not taken back',
    scenario: 'one-cpu',
    patch: { file: PRI, find: '  lwpLendpri(cpu, lwp, prio)\n\n  if (dolock)', replace: '\n  if (dolock)' },
    says: /is lent -1, and has inherited \d+$/,
  },
  {
    what: 'the lock of an LWP is exchanged after it is released',
    scenario: 'one-cpu',
    patch: {
      file: LWP_LOCK,
      find: '  mem.store(lwp + L_MUTEX, mutex)\n  mutexSpinExit(cpu, old)\n}\n\n/** lwp_relock',
      replace: '  mutexSpinExit(cpu, old)\n  mem.store(lwp + L_MUTEX, mutex)\n}\n\n/** lwp_relock',
    },
    says: /changes the lock of .*; .* is held by another, or by none$/,
  },
  {
    what: 'an LWP is given the lock of a run queue before that is held',
    scenario: 'stop-vs-continue',
    patch: {
      file: SYNCH,
      find: '  spcLock(cpu, ci)\n  lwpUnlockTo(cpu, lwp, ci + SPC_MUTEX)\n',
      replace: '  lwpUnlockTo(cpu, lwp, ci + SPC_MUTEX)\n  spcLock(cpu, ci)\n',
    },
    says: /changes the lock of .* to .*spc_mutex; .* is not held$/,
  },
  {
    what: 'a process exits and keeps its children',
    scenario: 'orphan',
    patch: { file: EXIT, find: '      procReparent(cpu, child, initproc)\n    }\n', replace: '    }\n' },
    says: /is the child of a zombie$/,
  },
  {
    what: 'an exiting process counts itself as its own dead child',
    scenario: 'exit-vs-exit',
    patch: {
      file: EXIT,
      find: '  mem.write(parent + P_NSTOPCHILD, mem.read(parent + P_NSTOPCHILD) + 1)\n',
      replace: '  mem.write(p + P_NSTOPCHILD, mem.read(p + P_NSTOPCHILD) + 1)\n',
    },
    says: /has exited, and counts 1 of its children as dead or stopped$/,
  },
  {
    what: 'a stopped child is reported and not counted off',
    scenario: 'zombie-stays',
    patch: {
      file: WAIT,
      find: '        mem.write(parent + P_NSTOPCHILD, mem.read(parent + P_NSTOPCHILD) - 1)\n        break\n',
      replace: '        break\n',
    },
    says: /has exited, and counts 1 of its children as dead or stopped$/,
  },
  {
    what: 'whoever was traced goes to init, though its own parent is there',
    scenario: 'parent-stays',
    patch: { file: EXIT, find: 'opptr === NULL || opptr === p ? initproc : opptr)', replace: 'initproc)' },
    says: /has the parent proc\[1\], not its own$/,
  },
  {
    what: 'every new LWP is a system LWP',
    scenario: 'exit-vs-exit',
    patch: { file: LWP, find: 'if ((mem.read(p2 + P_FLAG) & PK_SYSTEM) !== 0) mem', replace: 'mem' },
    says: /is new, of a user process, and its l_flag is \d+$/,
  },
  {
    what: 'all LWPs of a process have the same id',
    scenario: 'exit-vs-exit',
    patch: { file: LWP, find: '  if (lid === 0) lid = 1\n', replace: '  lid = 1\n' },
    says: /is new, and has the id 1 of another LWP of its process$/,
  },
  {
    what: 'an LWP is made and not counted',
    scenario: 'exit-vs-exit',
    patch: { file: LWP, find: '  if (enough) mem.write(NLWPS, used + count)\n', replace: '' },
    says: /lwp-counts: \d+ LWP structures are in use, and -?\d+ are counted$/,
  },
]

for (const { what, scenario, patch, says } of planted)
  test(`planted: ${what}; seen under ${scenario} in ${EXECUTIONS} random walks`, async () => {
    expect(await messages(scenario, patch)).toEqual(expect.arrayContaining([expect.stringMatching(says)]))
  })

// Under handed-to-writer somebody else comes to own a lock as its waiters lend their priorities: that is no fault.
for (const scenario of new Set([...planted.map((each) => each.scenario), 'handed-to-writer']))
  test(`the corrected kernel under ${scenario}: nothing is said in ${EXECUTIONS} random walks`, async () => {
    expect(await messages(scenario)).toEqual([])
  })
