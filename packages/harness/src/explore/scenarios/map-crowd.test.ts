/** Several readers and several writers of a map wait for each other: a rwlock that forgets some of them is seen. */
import type { Patch } from '@holdfast/compiler'
import { expect, test } from 'vitest'
import { said } from '../../testing/said.js'
import { patchesOf } from '../subject/variants.js'

/** The first execution of POS in which readers wait behind a writer is number 29. */
const HOW = { strategy: 'pos', seed: 1, executions: 29 }

const RWLOCK = 'atomics-sync/src/rwlock.ts'

const planted: readonly { what: string; patch: Patch; says: RegExp }[] = [
  {
    what: 'of several readers that wait, one is woken',
    patch: {
      file: RWLOCK,
      find: '    turnstile.wakeup(actor, ts, TS_READER_Q, rcnt, addr, NULL)\n  }\n}',
      replace: '    turnstile.wakeup(actor, ts, TS_READER_Q, 1, addr, NULL)\n  }\n}',
    },
    says: /waits in vm_map_lock_read .* for .*vm_map_lock/,
  },
  {
    what: 'a reader gives the lock away while others read',
    patch: {
      file: RWLOCK,
      find: 'if ((next & (RW_THREAD | RW_HAS_WAITERS)) === RW_HAS_WAITERS) break',
      replace: 'if ((next & RW_HAS_WAITERS) !== 0) break',
    },
    says: /"RW_OWNER\(rw\) == curthread" failed/,
  },
  {
    what: 'a reader that is woken is counted off as a writer',
    patch: {
      file: 'kernel/src/kern-turnstile.ts',
      find: '  mem.write(ts + TS_WAITERS + queue, mem.read(ts + TS_WAITERS + queue) - 1)\n',
      replace: '  mem.write(ts + TS_WAITERS + TS_WRITER_Q, mem.read(ts + TS_WAITERS + TS_WRITER_Q) - 1)\n',
    },
    says: /waits for a lock with 0 others, and its turnstile counts \d+$/,
  },
]

for (const { what, patch, says } of planted)
  test(`planted: ${what}; seen under map-crowd in ${HOW.executions} executions of POS`, async () => {
    const messages = await said('map-crowd', [...patchesOf('swapper-tries'), patch], HOW)
    expect(messages).toEqual(expect.arrayContaining([expect.stringMatching(says)]))
  })

test(`the kernel as it should be, under map-crowd: nothing is said in ${HOW.executions} executions of POS`, async () => {
  expect(await said('map-crowd', patchesOf('swapper-tries'), HOW)).toEqual([])
})
