import type { Variant } from './variants.js'

const MUTEX = 'atomics-sync/src/mutex.ts'
const SWITCH = 'kernel/src/mi-switch.ts'

const plainRelease: Variant['patches'] = [
  { file: MUTEX, find: '  mem.store(addr, 0) // R1\n', replace: '  mem.write(addr, 0) // R1\n' },
  { file: MUTEX, find: '  mem.store(addr, 0) // R1, under', replace: '  mem.write(addr, 0) // R1, under' },
]

/**
 * What NetBSD leaves to the hardware, for `--memory-model tso`: mutex_exit lets go of an adaptive mutex by a plain store (kern_mutex.c), which may reach
 * memory later than the owner goes on. In JavaScript, which has no such store, it is atomic.
 */
export const weakVariants: readonly Variant[] = [
  {
    name: 'plain-release',
    about:
      'mutex_exit releases by a plain store, as the C does. Right on x86, since a switch stores ci_curlwp by an xchg: whoever sees the owner off its CPU sees all it stored, ' +
      'and whoever it does not see yet, it sees.',
    patches: plainRelease,
  },
  {
    name: 'plain-release-unfenced',
    about:
      'A mutant: mutex_exit releases by a plain store, and cpu_switchto stores ci_curlwp plainly, without a fence before or after it. An owner that was switched in may release ' +
      'while a waiter still sees it off its CPU, and overwrite the waiters bit of who goes to sleep.',
    patches: [
      ...plainRelease,
      {
        file: SWITCH,
        find: '  mem.fence()\n  mem.store(cpu.ci + CI_CURLWP, newl)\n',
        replace: '  mem.write(cpu.ci + CI_CURLWP, newl)\n',
      },
      {
        file: SWITCH,
        find: '    mem.fence()\n    mem.store(prevlwp + L_CTXSWTCH, 0)\n',
        replace: '    mem.write(prevlwp + L_CTXSWTCH, 0)\n',
      },
    ],
  },
]

/** Whether one of the variants named, separated by commas, lets go of locks by plain stores. */
export function releasesPlainly(list = ''): boolean {
  return list.split(',').some((name) => weakVariants.some((variant) => variant.name === name))
}
