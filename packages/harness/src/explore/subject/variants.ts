import type { Patch } from '@holdfast/compiler'
import { MUTANTS } from '../../zoo/index.js'
import { weakVariants } from './weak-variants.js'

/** A kernel that differs from 1.137 on purpose: the same source, patched before it is compiled. */
export interface Variant {
  readonly name: string
  /** What it changes, and why that should be right. */
  readonly about: string
  readonly patches: readonly Patch[]
}

const SCHEDULER = 'uvm-glue/scheduler.ts'
const SWAPOUT = 'uvm-glue/swapout.ts'
const SWAPIN = 'uvm-glue/swapin.ts'
const HOLD = 'uvm-glue/hold.ts'
const PTRACE = 'kernel/src/sys-process.ts'

/** Corrections of what the explorer finds. Each is for one fault; `--variant a,b` applies several. */
export const corrections: readonly Variant[] = [
  {
    name: 'recheck-inmem',
    about:
      'uvm_scheduler looks at LW_INMEM again once it holds l_swaplock, as uvm_lwp_hold does: whoever held the lock may have brought the LWP in.',
    patches: [
      {
        file: SCHEDULER,
        find: '      yield* uvmSwapin(cpu, l)\n',
        replace: '      if ((mem.read(l + L_FLAG) & LW_INMEM) === 0) yield* uvmSwapin(cpu, l)\n',
      },
    ],
  },
  {
    name: 'swapper-tries',
    about:
      'uvm_scheduler takes l_swaplock by a try, while it looks for the LWP to bring in, and never waits for it with proc_lock held. An LWP whose lock is taken is ' +
      'left out; if there was one, the swapper looks again after a tick. LW_INMEM is stable from the try on.',
    patches: [
      {
        file: SCHEDULER,
        find: '        if (pri > ppri) {\n          ll = l\n          ppri = pri\n        }\n',
        replace:
          '        if (pri > ppri) {\n          if (!mutexTryEnter(cpu, l + L_SWAPLOCK)) {\n            busy = true\n            continue\n          }\n' +
          '          if (mem.read(l + L_STAT) !== LSRUN || (mem.read(l + L_FLAG) & LW_INMEM) !== 0) {\n            mutexExit(cpu, l + L_SWAPLOCK)\n            continue\n          }\n' +
          '          if (ll !== NULL) mutexExit(cpu, ll + L_SWAPLOCK)\n          ll = l\n          ppri = pri\n        }\n',
      },
      {
        file: SCHEDULER,
        find: '    let ppri = INT_MIN // its priority\n',
        replace: '    let ppri = INT_MIN // its priority\n    let busy = false\n',
      },
      {
        file: SCHEDULER,
        find: "        yield* cvWait(cpu, UVM_SCHEDULER_CV, UVM_SCHEDULER_MUTEX, 'uvm_sched')\n",
        replace:
          "        yield* cvTimedwait(cpu, UVM_SCHEDULER_CV, UVM_SCHEDULER_MUTEX, busy ? 1 : 0, 'uvm_sched')\n",
      },
      { file: SCHEDULER, find: '      yield* mutexEnter(cpu, l + L_SWAPLOCK)\n', replace: '' },
      {
        file: SCHEDULER,
        find: '      // Not enough memory: jab the pagedaemon and wait till the coast is clear.\n',
        replace: '      mutexExit(cpu, l + L_SWAPLOCK)\n',
      },
      {
        file: SCHEDULER,
        find: '  cvSignal,\n  cvWait,\n',
        replace: '  cvSignal,\n  cvTimedwait,\n  cvWait,\n  mutexTryEnter,\n',
      },
    ],
  },
  {
    name: 'free-takes-swaplock',
    about:
      'lwp_free takes and releases l_swaplock before it destroys it: the LWP is off alllwp by then, so whoever still has the lock is the last.',
    patches: [
      {
        file: 'kernel/src/kern-lwp.ts',
        find: '  mutexDestroy(cpu, l + L_SWAPLOCK)\n',
        replace:
          '  yield* mutexEnter(cpu, l + L_SWAPLOCK)\n  mutexExit(cpu, l + L_SWAPLOCK)\n  mutexDestroy(cpu, l + L_SWAPLOCK)\n',
      },
    ],
  },
  {
    name: 'not-in-switch',
    about:
      'swappable() refuses an LWP whose l_ctxswtch is set: its CPU is still on its stack, though LP_RUNNING is clear.',
    patches: [
      {
        file: SWAPOUT,
        find: '  if (mem.read(l + L_HOLDCNT) !== 0) return false\n',
        replace:
          '  if (mem.load(l + L_CTXSWTCH) !== 0) return false\n  if (mem.read(l + L_HOLDCNT) !== 0) return false\n',
      },
      { file: SWAPOUT, find: '  L_CLASS,\n', replace: '  L_CLASS,\n  L_CTXSWTCH,\n' },
    ],
  },
  {
    name: 'rescan-after-drop',
    about:
      'uvm_swapout_threads begins its walk of alllwp again whenever it has dropped proc_lock, whether or not the try brought it back: the LWP it stood on may be off ' +
      'the list and freed.',
    patches: [
      {
        file: SWAPOUT,
        find: '            if (!gotit) continue restart\n            continue\n',
        replace: '            if (gotit) mutexExit(cpu, PROC_LOCK)\n            continue restart\n',
      },
    ],
  },
  {
    name: 'hold-before-locks',
    about:
      'sys_ptrace brings the LWP in before it takes proc_lock and p_lock for good: it drops both around uvm_lwp_hold (the reference and p_reflock keep the LWP), and ' +
      'looks again whether the process is still stopped.',
    patches: [
      {
        file: PTRACE,
        find: '      yield* uvmLwpHold(cpu, lt)\n      processSstep(cpu, lt, req === PT_STEP)\n',
        replace:
          '      mutexExit(cpu, t + P_LOCK)\n      mutexExit(cpu, PROC_LOCK)\n      yield* uvmLwpHold(cpu, lt)\n' +
          '      yield* mutexEnter(cpu, PROC_LOCK)\n      yield* mutexEnter(cpu, t + P_LOCK)\n      processSstep(cpu, lt, req === PT_STEP)\n',
      },
    ],
  },
  {
    name: 'holder-holds-itself',
    about:
      "uvm_lwp_hold holds its caller in memory for as long as the caller has the other LWP's l_swaplock: whoever is swapped out with that lock cannot be brought back, if " +
      'the swapper waits for it.',
    patches: [
      {
        file: HOLD,
        find: '    yield* mutexEnter(cpu, l + L_SWAPLOCK)\n',
        replace: '    mem.add(curlwp(cpu) + L_HOLDCNT, 1)\n    yield* mutexEnter(cpu, l + L_SWAPLOCK)\n',
      },
      {
        file: HOLD,
        find: '    mutexExit(cpu, l + L_SWAPLOCK)\n',
        replace: '    mutexExit(cpu, l + L_SWAPLOCK)\n    mem.sub(curlwp(cpu) + L_HOLDCNT, 1)\n',
      },
    ],
  },
  {
    name: 'no-kdassert',
    about:
      'uvm_swapout does not assert that the LWP belongs to another CPU when it has stopped being swappable: LW_WEXIT and l_class are changed by others, wherever it is.',
    patches: [
      {
        file: SWAPOUT,
        find: "    if (cpu.config.kdassert) kdassert(mem.read(l + L_CPU) !== cpu.ci, 'l->l_cpu != curcpu()', l + L_CPU)\n",
        replace: '',
      },
    ],
  },
  {
    name: 'fork-copies-wired',
    about:
      'uvmspace_fork copies the pages of the parent at once instead of sharing them until a write: a page that is wired for I/O stays the one that is mapped.',
    patches: [
      {
        file: 'mm/src/uvm-space.ts',
        find: '  if ((mem.read(entry + ME_ETYPE) & UVM_ET_NEEDSCOPY) === 0) {\n',
        replace:
          '  yield* amapCopy(cpu, clone)\n  if ((mem.read(clone + ME_ETYPE) & UVM_ET_NEEDSCOPY) !== 0) return ENOMEM\n  if (mem.read(clone + ME_AMAP) !== 0) return yield* amapCowNow(cpu, clone)\n' +
          '  if ((mem.read(entry + ME_ETYPE) & UVM_ET_NEEDSCOPY) === 0) {\n',
      },
    ],
  },
  {
    name: 'addref-while-draining',
    about:
      'lwp_addref does not assert that there is a reference: an exiting LWP that waits in lwp_drainrefs has dropped its own, and looks at l_refcnt again, with p_lock, ' +
      'before it goes on.',
    patches: [
      {
        file: 'kernel/src/kern-lwp.ts',
        find: "  kassert(mem.read(l + L_REFCNT) !== 0, 'l->l_refcnt != 0')\n  mem.write(l + L_REFCNT, mem.read(l + L_REFCNT) + 1)\n",
        replace: '  mem.write(l + L_REFCNT, mem.read(l + L_REFCNT) + 1)\n',
      },
    ],
  },
  {
    name: 'forget-in-zombies',
    about: 'exit1 clears the p_opptr of zombies too, which proc_free follows if they were traced.',
    patches: [
      {
        file: 'kernel/src/kern-exit.ts',
        find: '  for (let q = mem.read(ALLPROC); q !== NULL; q = mem.read(q + P_LIST_NEXT)) {\n',
        replace:
          '  for (let q = mem.read(ZOMBPROC); q !== NULL; q = mem.read(q + P_LIST_NEXT)) {\n    if (mem.read(q + P_OPPTR) === p) mem.write(q + P_OPPTR, NULL)\n  }\n' +
          '  for (let q = mem.read(ALLPROC); q !== NULL; q = mem.read(q + P_LIST_NEXT)) {\n',
      },
    ],
  },
  {
    name: 'atomic-swapins',
    about: 'uvm_swapin counts in uvmexp.swapins by an atomic operation.',
    patches: [
      {
        file: SWAPIN,
        find: '  mem.write(UVMEXP_SWAPINS, mem.read(UVMEXP_SWAPINS) + 1)\n',
        replace: '  mem.add(UVMEXP_SWAPINS, 1)\n',
      },
    ],
  },
  {
    name: 'mutex-exit-loads',
    about:
      'mutex_exit reads the word of the mutex by an atomic load. The plain read is right, and as in C; but in programs a plain access that meets an atomic one counts as a race.',
    patches: [
      {
        file: 'atomics-sync/src/mutex.ts',
        find: '  const word = mem.read(addr)\n',
        replace: '  const word = mem.load(addr)\n',
      },
    ],
  },
]

/** All there are: corrections, then what differs in what it asks of the hardware. */
export const variants: readonly Variant[] = [...corrections, ...weakVariants]

/** The patches of the variants and mutants (of the zoo) named, separated by commas, in order; none for none. Throws RangeError, naming those there are. */
export function patchesOf(list = ''): Patch[] {
  const names = list.split(',').filter((name) => name !== '')
  return names.flatMap((name) => {
    const found = variants.find((each) => each.name === name) ?? MUTANTS.find((mutant) => mutant.id === name)
    if (found !== undefined) return found.patches
    const known = variants.map((each) => each.name).join(', ')
    const mutants = MUTANTS.map(({ id }) => id).join(', ')
    throw new RangeError(`no variant is called '${name}'; there are ${known}; and the mutants ${mutants}`)
  })
}
