import type { Mutant, Source } from './mutant.js'

const MUTEX = 'atomics-sync/src/mutex.ts'
const RWLOCK = 'atomics-sync/src/rwlock.ts'
const CONDVAR = 'atomics-sync/src/condvar.ts'
const SEMAPHORE = 'atomics-sync/src/semaphore.ts'
const BARRIER = 'atomics-sync/src/barrier.ts'
const ONCE = 'atomics-sync/src/once.ts'

const R3 =
  '    if (\n      mem.cas(addr, found, waited) !== found ||\n      turnstile.onproc(actor, owner) !== NULL ||\n      mem.load(addr) !== waited\n    ) {\n'

const CLASSIC: Source = { text: 'a classic of its kind', confidence: 'textbook' }
const KERN_MUTEX: Source = {
  text: 'the long comment on mutex_vector_enter in kern_mutex.c 1.44 (NetBSD 5.2) explains this race, and what the second look is for',
  confidence: 'verified',
}

/** The classics of locks themselves, in the locks of atomics-sync, on small programs: no kernel, no interrupts, so dpor serves them. */
export const locks: readonly Mutant[] = [
  {
    id: 'mutex-exit-no-wake',
    about: 'mutex_exit releases a mutex that has waiters, and wakes none',
    story: 'The lock is free, and its waiters sleep for ever.',
    source: CLASSIC,
    patches: [
      {
        file: MUTEX,
        find: '  if (ts === NULL) turnstile.exit(actor, addr)\n  else turnstile.wakeup(actor, ts, TS_WRITER_Q, turnstile.waiters(actor, ts, TS_WRITER_Q), addr, NULL) // R5\n',
        replace: '  turnstile.exit(actor, addr)\n',
      },
    ],
    target: 'program:sync-mutex-asleep',
    corrections: 'mutex-exit-loads',
    expected: ['deadlock', 'lostWakeup'],
    quick: true,
  },
  {
    id: 'mutex-waiters-bit-lost',
    about: 'mutex_enter sets the waiters bit and sleeps, without looking again at the owner and the bit',
    story:
      'The owner has tested the bit already, and stores 0 over it: the bit is lost, and so is the sleeper.',
    source: KERN_MUTEX,
    patches: [{ file: MUTEX, find: R3, replace: '    if (mem.cas(addr, found, waited) !== found) {\n' }],
    target: 'program:sync-mutex-asleep',
    corrections: 'mutex-exit-loads',
    executions: 20_000,
    expected: ['deadlock', 'lostWakeup'],
    quick: true,
  },
  {
    id: 'mutex-looks-swapped',
    about: 'mutex_enter looks at the waiters bit first, and then whether the owner runs',
    story:
      'Between the two looks the owner stores 0 over the bit, and leaves its CPU: both looks are satisfied, and nobody will wake the sleeper.',
    source: KERN_MUTEX,
    patches: [
      {
        file: MUTEX,
        find: '      turnstile.onproc(actor, owner) !== NULL ||\n      mem.load(addr) !== waited\n',
        replace: '      mem.load(addr) !== waited ||\n      turnstile.onproc(actor, owner) !== NULL\n',
      },
    ],
    target: 'program:sync-mutex-asleep',
    corrections: 'mutex-exit-loads',
    expected: ['deadlock', 'lostWakeup'],
  },
  {
    id: 'condvar-wait-not-atomic',
    about: 'cv_wait releases the mutex before it is on the queue',
    story: 'The signal comes between the two, finds nobody, and is lost.',
    source: CLASSIC,
    patches: [
      {
        file: CONDVAR,
        find: '  actor.sleepq.enter(actor, cv, wmesg, CV_SYNCOBJ)\n',
        replace: '  mutexExit(actor, mtx)\n  actor.sleepq.enter(actor, cv, wmesg, CV_SYNCOBJ)\n',
      },
      {
        file: CONDVAR,
        find: '  mem.or(cv, CV_MAYBE)\n  mutexExit(actor, mtx)\n',
        replace: '  mem.or(cv, CV_MAYBE)\n',
      },
    ],
    target: 'program:sync-condvar',
    expected: ['deadlock', 'lostWakeup'],
    quick: true,
  },
  {
    id: 'condvar-hint-cleared-blindly',
    about: 'a waker that finds nobody clears the hint that somebody waits, whoever has come since',
    story: 'A waiter that queued itself after the look is hidden from all later signals.',
    source: {
      text: 'rule C3 of our condition variable: the classic of a flag that is cleared without a look at its generation',
      confidence: 'textbook',
    },
    patches: [
      {
        file: CONDVAR,
        find: '  if (woken < count) mem.cas(cv, hint, hint & ~CV_MAYBE) // C3\n',
        replace: '  if (woken < count) mem.and(cv, ~CV_MAYBE)\n',
      },
    ],
    target: 'program:sync-condvar-twice',
    corrections: 'mutex-exit-loads',
    executions: 20_000,
    expected: ['deadlock', 'lostWakeup'],
  },
  {
    id: 'reader-count-not-atomic',
    about: 'rw_enter reads the word of the lock, and then stores it with one reader more',
    story: 'Two readers count as one: the first that leaves lets a writer in, with a reader inside.',
    source: CLASSIC,
    patches: [
      {
        file: RWLOCK,
        find: '  if ((word & needWait) !== 0 || mem.cas(addr, word, (word + incr) & ~RW_WRITE_WANTED) !== word) {\n    yield* rwVectorEnter(actor, addr, op, needWait, incr)\n  } else if',
        replace:
          '  if ((word & needWait) !== 0) {\n    yield* rwVectorEnter(actor, addr, op, needWait, incr)\n  } else mem.store(addr, (word + incr) & ~RW_WRITE_WANTED)\n  if',
      },
    ],
    target: 'program:sync-rwlock',
    expected: ['assertion', 'panic', 'race'],
    quick: true,
  },
  {
    id: 'turnstile-handoff-to-nobody',
    about: 'the last reader makes the first writer that waits the owner, and wakes nobody',
    story:
      'With direct hand-off the lock belongs to a sleeper: whoever forgets to wake it has given the lock to nobody.',
    source: {
      text: 'kern_rwlock.c (NetBSD 5.2) hands off directly; the fault is a classic of hand-off',
      confidence: 'textbook',
    },
    patches: [
      {
        file: RWLOCK,
        find: '    turnstile.wakeup(actor, ts, TS_WRITER_Q, 1, addr, writer)\n',
        replace: '    turnstile.exit(actor, addr)\n',
      },
    ],
    target: 'program:sync-rwlock',
    expected: ['deadlock', 'lostWakeup'],
  },
  {
    id: 'rwlock-wakes-one-reader',
    about: 'a lock that is handed to all readers that wait wakes one of them',
    story: 'The others own the lock for reading, asleep; no writer ever gets it again.',
    source: CLASSIC,
    patches: [
      {
        file: RWLOCK,
        find: '    rwSwap(mem, addr, word, (rcnt << RW_READ_COUNT_SHIFT) | waiters)\n    turnstile.wakeup(actor, ts, TS_READER_Q, rcnt, addr, NULL)\n',
        replace:
          '    rwSwap(mem, addr, word, (rcnt << RW_READ_COUNT_SHIFT) | waiters)\n    turnstile.wakeup(actor, ts, TS_READER_Q, 1, addr, NULL)\n',
      },
    ],
    target: 'program:sync-rwlock',
    params: { r: 3 },
    executions: 20_000,
    expected: ['deadlock', 'lostWakeup'],
  },
  {
    id: 'semaphore-if-not-while',
    about: 'an acquirer that was woken takes a unit without looking whether there still is one',
    story:
      'Another took it between the wake-up and the run: a wake-up is a hint, and the test belongs in a loop.',
    source: {
      text: 'Lampson and Redell, Experience with Processes and Monitors in Mesa, 1980: why a wait stands in a while',
      confidence: 'textbook',
    },
    patches: [
      {
        file: SEMAPHORE,
        find: '  while (mem.read(addr + SEM_COUNT) === 0 && error === 0) {\n',
        replace: '  if (mem.read(addr + SEM_COUNT) === 0) {\n',
      },
      {
        file: SEMAPHORE,
        find: '  const count = mem.read(addr + SEM_COUNT)\n  if (count > 0) {\n    mem.write(addr + SEM_COUNT, count - 1)\n    error = 0\n  }\n  mutexSpinExit(actor, addr + SEM_LOCK)\n  return error\n',
        replace:
          '  mem.write(addr + SEM_COUNT, mem.read(addr + SEM_COUNT) - 1)\n  mutexSpinExit(actor, addr + SEM_LOCK)\n  return 0\n',
      },
    ],
    target: 'program:sync-semaphore',
    executions: 20_000,
    expected: ['assertion'],
  },
  {
    id: 'spin-lock-released-twice',
    about: 'release of a semaphore lets its spin lock go twice',
    story: 'The second release is of a lock that is free, or that another has got meanwhile.',
    source: CLASSIC,
    patches: [
      {
        file: SEMAPHORE,
        find: '  cvSignal(actor, addr + SEM_CV)\n  mutexSpinExit(actor, addr + SEM_LOCK)\n',
        replace:
          '  mutexSpinExit(actor, addr + SEM_LOCK)\n  cvSignal(actor, addr + SEM_CV)\n  mutexSpinExit(actor, addr + SEM_LOCK)\n',
      },
    ],
    target: 'program:sync-semaphore',
    expected: ['assertion', 'panic', 'race'],
  },
  {
    id: 'barrier-waits-for-count',
    about: 'a party of a barrier waits until the count is back at 0, instead of for the next round',
    story:
      'A fast party arrives for the next round before a slow one has looked: the slow one sleeps on, and the barrier with it.',
    source: CLASSIC,
    patches: [
      {
        file: BARRIER,
        find: '    while (mem.read(addr + BAR_ROUND) === round)\n',
        replace: '    while (mem.read(addr + BAR_ARRIVED) !== 0)\n',
      },
    ],
    target: 'program:sync-barrier',
    expected: ['deadlock', 'lostWakeup'],
  },
  {
    id: 'once-done-twice',
    about: 'onceEnter does not look again under the lock',
    story: 'Double-checked initialisation without the second check: two do it.',
    source: CLASSIC,
    patches: [
      {
        file: ONCE,
        find: '  if (mem.load(addr + ONCE_STATE) === ONCE_DONE) return false\n  mutexSpinEnter(actor, addr + ONCE_LOCK)\n',
        replace:
          '  const state = mem.load(addr + ONCE_STATE)\n  if (state === ONCE_DONE) return false\n  mutexSpinEnter(actor, addr + ONCE_LOCK)\n',
      },
      {
        file: ONCE,
        find: '  const mine = mem.load(addr + ONCE_STATE) === ONCE_NEW\n',
        replace: '  const mine = state === ONCE_NEW\n',
      },
    ],
    target: 'program:sync-once',
    expected: ['assertion', 'panic'],
  },
]
