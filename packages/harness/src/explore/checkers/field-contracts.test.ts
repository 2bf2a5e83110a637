/** What fields of LWPs and of memory promise: planted faults are seen, and the kernel as it is keeps its word. */
import type { Patch } from '@holdfast/compiler'
import { expect, test } from 'vitest'
import { CORRECTED } from '../../mutate/corrected.js'
import { said } from '../../testing/said.js'
import { patchesOf } from '../subject/variants.js'

const EXECUTIONS = 2

function messages(scenario: string, ...patches: readonly Patch[]): Promise<string[]> {
  return said(scenario, [...patchesOf(CORRECTED), ...patches], { seed: 1, executions: EXECUTIONS })
}

const planted: readonly { what: string; scenario: string; patches: readonly Patch[]; says: RegExp }[] = [
  {
    what: 'S1: l_slptime is kept by who is woken',
    scenario: 'wakeup-vs-swapout',
    patches: [
      {
        file: 'kernel/src/kern-sleepq.ts',
        find: '  mem.write(lwp + L_STAT, LSRUN)\n  mem.write(lwp + L_SLPTIME, 0)\n',
        replace: '  mem.write(lwp + L_STAT, LSRUN)\n',
      },
    ],
    says: /runs, and its l_slptime is/,
  },
  {
    what: 'S2: a second asleep counts twice',
    scenario: 'wakeup-vs-swapout',
    patches: [
      {
        file: 'kernel/src/sched-pstats.ts',
        find: 'mem.read(lwp + L_SLPTIME) + 1',
        replace: 'mem.read(lwp + L_SLPTIME) + 2',
      },
    ],
    says: /has an l_slptime of 2, a second after 0$/,
  },
  {
    what: 'S3: a sleeper keeps the priority of a user',
    scenario: 'one-cpu',
    patches: [
      {
        file: 'kernel/src/kern-sleepq.ts',
        find: 'mutexSpinEnter(cpu, bucket + ST_MUTEX)\n  mem.write(lwp + L_KPRIORITY, 1)\n',
        replace: 'mutexSpinEnter(cpu, bucket + ST_MUTEX)\n',
      },
    ],
    says: /sleeps in the kernel with the priority of a user$/,
  },
  {
    what: 'S4: who has waited for a lock keeps the priority that it had meanwhile',
    scenario: 'handed-to-writer',
    patches: [
      { file: 'kernel/src/kern-turnstile.ts', find: '  mem.write(lwp + L_KPRIBASE, obase)\n', replace: '' },
    ],
    says: /is through with an operation, and its l_kpribase is/,
  },
  {
    what: 'S5: run queues are last come, first served',
    scenario: 'create-vs-create',
    patches: [
      {
        file: 'kernel/src/kern-runq.ts',
        find: 'tailqInsertTail(mem, queue, lwp, L_RUNQ_NEXT)',
        replace: 'tailqInsertHead(mem, queue, lwp, L_RUNQ_NEXT)',
      },
      { file: 'kernel/src/kern-runq.ts', find: ' tailqInsertTail,', replace: ' tailqInsertHead,' },
    ],
    says: /is put on a run queue before its equals$/,
  },
  {
    what: 'W7: an LWP holds itself when it is off alllwp',
    scenario: 'lwp-exit-vs-swapout',
    patches: [
      { file: 'kernel/src/kern-exit.ts', find: '  yield* uvmLwpHold(cpu, l)\n', replace: '' },
      {
        file: 'kernel/src/kern-exit.ts',
        find: '  // Wait for the references that others have.',
        replace: '  yield* uvmLwpHold(cpu, l)\n  // Wait for the references that others have.',
      },
    ],
    says: /leaves alllwp, and may still be thrown out$/,
  },
  {
    what: 'V1: slots that a cluster did not need stay taken',
    scenario: 'map-vs-memory',
    patches: [
      {
        file: 'mm/src/uvm-pdaemon-swap.ts',
        find: '    uvmSwapFree(cpu, slot + pages.length, nallocated - pages.length)\n',
        replace: '',
      },
    ],
    says: /is taken, and is nobody's$/,
  },
  {
    what: 'V2: amap_copy keeps its reference on the original',
    scenario: 'fault-vs-fork',
    patches: [
      {
        file: 'mm/src/uvm-amap.ts',
        find: '    mem.write(srcamap + AM_REF, refs)\n    if (refs === 1) mem.write(srcamap',
        replace: '    if (refs === 1) mem.write(srcamap',
      },
    ],
    says: /more of the amap is in use than before$/,
  },
  {
    what: 'V3: the disk takes a write that is done for one that is not',
    scenario: 'map-vs-memory',
    patches: [
      {
        file: 'mm/src/disk.ts',
        find: '      mem.write(DISK_WRITES, mem.read(DISK_WRITES) + 1)\n      mem.write(DISK_NACTIVE, mem.read(DISK_NACTIVE) - 1)\n',
        replace: '      mem.write(DISK_WRITES, mem.read(DISK_WRITES) + 1)\n',
      },
    ],
    says: /the number of transfers is \d+, and 0 pages are busy$/,
  },
  {
    what: 'V3: one page of a cluster is counted as given back',
    scenario: 'map-vs-memory',
    patches: [
      {
        file: 'mm/src/uvm-pdaemon.ts',
        find: '  mem.sub(UVMEXP_PAGING, npages)\n',
        replace: '  mem.sub(UVMEXP_PAGING, 1)\n',
      },
    ],
    says: /uvmexp.paging is \d+, and 0 pages are written$/,
  },
  {
    what: 'Q10: turnstile_unlendpri leaves the inheritor as it is',
    scenario: 'lent-and-waited',
    patches: [
      { file: 'kernel/src/turnstile-pri.ts', find: '  mem.write(ts + TS_INHERITOR, 0)\n', replace: '' },
    ],
    says: /its turnstile still lends to/,
  },
  {
    what: 'R6: exit_lwps wakes whoever sleeps',
    scenario: 'exit-vs-physio',
    patches: [
      {
        file: 'kernel/src/kern-exit.ts',
        find: '(stat === LSSLEEP && (mem.read(l2 + L_FLAG) & LW_SINTR) !== 0) ||',
        replace: 'stat === LSSLEEP ||',
      },
    ],
    says: /sleeps in 'physio', which no signal may end, and is woken out of turn$/,
  },
  {
    what: 'V4: a swap-in is counted twice',
    scenario: 'two-wanted',
    patches: [
      {
        file: 'uvm-glue/swapin.ts',
        find: 'mem.read(UVMEXP_SWAPINS) + 1',
        replace: 'mem.read(UVMEXP_SWAPINS) + 2',
      },
    ],
    says: /uvmexp.swapins has grown by/,
  },
]

for (const { what, scenario, patches, says } of planted)
  test(`planted: ${what}; seen under ${scenario} in ${EXECUTIONS} random walks`, async () => {
    expect(await messages(scenario, ...patches)).toEqual(
      expect.arrayContaining([expect.stringMatching(says)]),
    )
  })

for (const scenario of new Set(planted.map((each) => each.scenario)))
  test(`the corrected kernel under ${scenario}: nothing is said in ${EXECUTIONS} random walks`, async () => {
    expect(await messages(scenario)).toEqual([])
  })
