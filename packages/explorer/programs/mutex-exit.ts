import { type Addr, type Thread, call, defineProgram } from '@holdfast/explorer'

const FREE = 0
/** The LWP that owns the mutex; nobody dereferences it. */
const OWNER = 2
const OTHER = 4
const WAITERS = 1

/**
 * The owner of an adaptive mutex, which was switched out with it: its CPU takes it up again, and it releases the mutex as kern_mutex.c does, by a
 * plain store, having seen that nobody waits.
 */
function release({ mem }: Thread, mutex: Addr, curlwp: Addr, chain: Addr, queue: Addr, fence: number) {
  mem.write(curlwp, OWNER) // cpu_switchto
  if (fence === 1) mem.fence()
  if (mem.read(mutex) === OWNER) {
    mem.write(mutex, FREE)
    return
  }
  mem.lock(chain) // turnstile_lookup
  mem.write(mutex, FREE)
  mem.cvBroadcast(queue) // turnstile_wakeup
  mem.unlock(chain)
}

/** mutex_vector_enter: spins while the owner is on its CPU, and sleeps when it is not. */
function enter({ mem }: Thread, mutex: Addr, curlwp: Addr, chain: Addr, queue: Addr) {
  for (;;) {
    const found = mem.cas(mutex, FREE, OTHER)
    if (found === FREE) return
    if (mem.read(curlwp) === OWNER) {
      mem.spinWhileBoth(mutex, found, curlwp, OWNER)
      continue
    }
    mem.lock(chain)
    const set = mem.cas(mutex, found, found | WAITERS)
    // It has set WAITERS. Is the owner still off its CPU, and the bit still there?
    if (set === found && mem.read(curlwp) !== OWNER && mem.read(mutex) === (found | WAITERS))
      mem.cvWait(queue, chain) // turnstile_block
    mem.unlock(chain)
  }
}

export default defineProgram({
  name: 'mutex-exit',
  about:
    'release of an adaptive mutex by a plain store, as NetBSD does: right under tso if a fence follows the store of ci_curlwp (fence=1)',
  params: { fence: 1 },
  memory: () => ({ mutex: [OWNER], curlwp: [OTHER], chain: 1, queue: 1 }),
  unlocked: { mutex: 'a plain store releases it', curlwp: 'contenders read what its CPU stores' },
  threads: ({ fence }, { mutex, curlwp, chain, queue }) => [
    call(release, mutex, curlwp, chain, queue, fence),
    call(enter, mutex, curlwp, chain, queue),
  ],
  check: (final, _, { mutex }) =>
    final.ended && final.read(mutex) !== OTHER ? 'both own the mutex, or nobody' : undefined,
})
