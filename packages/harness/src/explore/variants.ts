import type { Patch } from './kernel-build.js'

/** A kernel that differs from 1.137 on purpose: the same source, patched before it is compiled. */
export interface Variant {
  readonly name: string
  /** What it changes, and why that should be right. */
  readonly about: string
  readonly patches: readonly Patch[]
}

const SCHEDULER = 'uvm-glue/scheduler.ts'
const SWAPOUT = 'uvm-glue/swapout.ts'

const RECHECK_INMEM: Patch = {
  file: SCHEDULER,
  find: '      yield* uvmSwapin(cpu, l)\n',
  replace: '      if ((mem.read(l + L_FLAG) & LW_INMEM) === 0) yield* uvmSwapin(cpu, l)\n',
}

/** Corrections of what the explorer finds. Each is for one fault; `--variant a,b` applies several. */
export const variants: readonly Variant[] = [
  {
    name: 'recheck-inmem',
    about:
      'uvm_scheduler looks at LW_INMEM again once it holds l_swaplock, as uvm_lwp_hold does: whoever held the lock may have brought the LWP in.',
    patches: [RECHECK_INMEM],
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
]

/** The patches of the variants named, in order. Throws RangeError, naming those there are. */
export function patchesOf(names: readonly string[]): Patch[] {
  return names.flatMap((name) => {
    const found = variants.find((each) => each.name === name)
    if (found !== undefined) return found.patches
    throw new RangeError(
      `no variant is called '${name}'; there are ${variants.map((each) => each.name).join(', ')}`,
    )
  })
}
