import type { Patch } from '@holdfast/compiler'

/** A fault put into the kernel on purpose: an exploration that does not find it shows nothing by finding nothing. */
export interface PlantedFault {
  readonly name: string
  readonly about: string
  readonly patches: readonly Patch[]
}

const SCHEDULER = 'uvm-glue/scheduler.ts'
const SWAPOUT = 'uvm-glue/swapout.ts'
const SWAPIN = 'uvm-glue/swapin.ts'
const HOLD = 'uvm-glue/hold.ts'
const RECHECK =
  "  if (!swappable(cpu, l)) {\n    if (cpu.config.kdassert) kdassert(mem.read(l + L_CPU) !== cpu.ci, 'l->l_cpu != curcpu()', l + L_CPU)\n    lwpUnlock(cpu, l)\n    return\n  }\n"
const COUNT =
  '    yield* mutexEnter(cpu, l + L_SWAPLOCK)\n    if (mem.add(l + L_HOLDCNT, 1) + 1 === 1 && (mem.read(l + L_FLAG) & LW_INMEM) === 0) {\n'
const WIRE =
  '  const error = yield* uareaSwapin(cpu, mem.read(l + L_ADDR))\n  if (error !== 0) panic(`uvm_swapin: rewiring stack failed: ${error}`)\n'

const IDLE =
  "  kassert(mem.read(lwp + L_TIMEOUT_STATE) === TIMEOUT_IDLE, '(c->c_flags & CALLOUT_PENDING) == 0')\n"
const DUE = '  const due = (mem.load(HARDCLOCK_TICKS) + Math.max(ticks, 1)) | 0\n'

export const PLANTED: readonly PlantedFault[] = [
  {
    name: 'kick-not-sticky',
    about: 'uvm_kick_scheduler signals, and leaves no flag for a swapper that does not sleep yet',
    patches: [{ file: SCHEDULER, find: '  mem.write(UVM_SCHEDULER_KICKED, 1)\n', replace: '' }],
  },
  {
    name: 'kick-tested-early',
    about: 'uvm_scheduler looks at the flag before it takes uvm_scheduler_mutex',
    patches: [
      {
        file: SCHEDULER,
        find: '      yield* mutexEnter(cpu, UVM_SCHEDULER_MUTEX)\n      if (mem.read(UVM_SCHEDULER_KICKED) === 0) {\n',
        replace:
          '      const kicked = mem.read(UVM_SCHEDULER_KICKED)\n      yield* mutexEnter(cpu, UVM_SCHEDULER_MUTEX)\n      if (kicked === 0) {\n',
      },
    ],
  },
  {
    name: 'hold-tested-early',
    about: 'uvm_lwp_hold looks at LW_INMEM before it takes l_swaplock, and not again',
    patches: [
      {
        file: HOLD,
        find: COUNT,
        replace:
          '    const out = (mem.read(l + L_FLAG) & LW_INMEM) === 0\n    yield* mutexEnter(cpu, l + L_SWAPLOCK)\n    if (mem.add(l + L_HOLDCNT, 1) + 1 === 1 && out) {\n',
      },
    ],
  },
  {
    name: 'hold-counts-first',
    about:
      'uvm_lwp_hold counts before it takes l_swaplock, and a second holder returns before the first has brought the LWP in',
    patches: [
      {
        file: HOLD,
        find: COUNT,
        replace:
          '    if (mem.add(l + L_HOLDCNT, 1) + 1 > 1) return\n    yield* mutexEnter(cpu, l + L_SWAPLOCK)\n    if ((mem.read(l + L_FLAG) & LW_INMEM) === 0) {\n',
      },
    ],
  },
  {
    name: 'holdcnt-not-atomic',
    about: 'l_holdcnt is read and then written',
    patches: [
      {
        file: HOLD,
        find: '  mem.sub(l + L_HOLDCNT, 1)\n',
        replace: '  mem.write(l + L_HOLDCNT, mem.read(l + L_HOLDCNT) - 1)\n',
      },
      {
        file: HOLD,
        find: '    if (mem.add(l + L_HOLDCNT, 1) + 1 === 1 && (',
        replace:
          '    const count = mem.read(l + L_HOLDCNT) + 1\n    mem.write(l + L_HOLDCNT, count)\n    if (count === 1 && (',
      },
    ],
  },
  {
    name: 'holdcnt-ignored',
    about: 'swappable() does not look at l_holdcnt',
    patches: [{ file: SWAPOUT, find: '  if (mem.read(l + L_HOLDCNT) !== 0) return false\n', replace: '' }],
  },
  {
    name: 'swapout-no-recheck',
    about: 'uvm_swapout does not ask swappable() again under the lock of the LWP',
    patches: [{ file: SWAPOUT, find: RECHECK, replace: '' }],
  },
  {
    name: 'wakeup-no-kick',
    about: 'sleepq_wake does not kick the swapper for an LWP that is swapped out',
    patches: [
      {
        file: 'kernel/src/kern-sleepq.ts',
        find: '  mutexSpinExit(cpu, mutex)\n\n  if (swapin !== 0) uvmKickScheduler(cpu)\n  return woken\n',
        replace: '  mutexSpinExit(cpu, mutex)\n  return woken\n',
      },
    ],
  },
  {
    name: 'setrunnable-no-kick',
    about: 'setrunnable does not kick the swapper for an LWP that is swapped out',
    patches: [
      {
        file: 'kernel/src/kern-synch.ts',
        find: '    lwpUnlock(cpu, lwp)\n    uvmKickScheduler(cpu)\n',
        replace: '    lwpUnlock(cpu, lwp)\n',
      },
    ],
  },
  {
    name: 'inmem-unlocked',
    about: 'uvm_swapin sets LW_INMEM when it has let go of the lock of the LWP',
    patches: [
      {
        file: SWAPIN,
        find: '  mem.write(l + L_FLAG, mem.read(l + L_FLAG) | LW_INMEM)\n  mem.write(l + L_SWTIME, 0)\n  lwpUnlock(cpu, l)\n',
        replace:
          '  mem.write(l + L_SWTIME, 0)\n  lwpUnlock(cpu, l)\n  mem.write(l + L_FLAG, mem.read(l + L_FLAG) | LW_INMEM)\n',
      },
    ],
  },
  {
    name: 'enqueued-unwired',
    about: 'uvm_swapin puts the LWP on its run queue before it wires the u-area',
    patches: [
      { file: SWAPIN, find: WIRE, replace: '' },
      { file: SWAPIN, find: '  lwpUnlock(cpu, l)\n', replace: `  lwpUnlock(cpu, l)\n${WIRE}` },
    ],
  },
  {
    name: 'continue-no-hold',
    about: 'sys_ptrace touches the u-area of the LWP it continues without holding it',
    patches: [
      {
        file: 'kernel/src/sys-process.ts',
        find: '      yield* uvmLwpHold(cpu, lt)\n      processSstep(cpu, lt, req === PT_STEP)\n      uvmLwpRele(cpu, lt)\n',
        replace: '      processSstep(cpu, lt, req === PT_STEP)\n',
      },
    ],
  },
  {
    name: 'due-before-lock',
    about: 'callout_schedule reads the tick before it takes the lock of the callouts',
    patches: [
      {
        file: 'kern-timeout.ts',
        find: `  mutexSpinEnter(cpu, CALLOUT_LOCK)\n${IDLE}${DUE}`,
        replace: `${DUE}  mutexSpinEnter(cpu, CALLOUT_LOCK)\n${IDLE}`,
      },
    ],
  },
]
