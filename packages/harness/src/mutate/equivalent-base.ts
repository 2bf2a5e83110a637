const NOBODY_CALLS = 'nothing in this kernel calls it'
const NO_SUCH_OWNER =
  'an LWP that is queued for a lock never owns it: a mutex is given to nobody, and an rwlock is handed over and its new owner taken off the queue under one hold of the chain lock, ' +
  'which covers the LWP that is looked at here'
const FIRST = 'who is given a lock is the first of the queue, which the same hold of the chain lock has named'
const SORTED = 'every queue in use is sorted: nothing parks or selects'
const KICK = 'a kick without cause is another look of the swapper'
const SAVES_TIME = 'the test saves time alone: what it guards looks again with the lock'
const SPLSCHED = 'a variable of the CPU, which nobody looks at before interrupts are let in again (splsched)'

const RESCHED_TWICE =
  'sched_enqueue has had the CPU choose again, under the same lock; a CPU that runs the LWP itself, or finds nothing more urgent, goes on as before'
const NOT_TRACED =
  'p_xstat is other than 0 if the process was killed: then every LWP of it is given LW_PENDSIG under the same hold of p_lock'

const BROADCAST_LATE =
  'the condition has changed under p_lock, so its variable may be told after that is released; and the process outlives its LWP, which is still running'
const NO_ZOMBIE =
  'the caller is no zombie; and the one detached zombie that a process has is p_zomblwp, of which the loop before has left none while p_lock is held'

/** Mutants of what the protocol stands on that no execution can tell from it, by id, and why. */
export const EQUIVALENT_BASE: readonly (readonly [id: string, reason: string])[] = [
  // Locks.
  ['drop-check:mutex:mutexOwned:1', 'the word of a destroyed mutex has not the SPIN bit, and names no LWP'],
  ['drop-operand:mutex:mutexExit:2', 'no owner word is 0, so a free mutex is not the caller’s either'],
  [
    'drop-operand:rwlock:rwVectorEnter:4',
    'who sleeps although the owner has come back to its CPU is woken by its exit, as one that went to sleep just before: its bits are set under the chain lock',
  ],
  [
    'drop-operand:rwlock:rwDowngrade:2',
    'to wake no reader is to release the chain lock; only programs call it, the kernel does not',
  ],
  [
    'late-lock:condvar:cvExit:1',
    'a wakeup may be passed on without the mutex: whoever queues later looks at its condition first',
  ],
  [
    'drop-check:condvar:cvWakeup:1',
    'the test saves time alone: nobody is found on the queue, and the hint stays clear',
  ],
  // LWP locks.
  ...['drop-lock', 'drop-unlock', 'late-lock', 'store-after-unlock', 'drop-check', 'negate-condition'].map(
    (operator) => [`${operator}:kern-lwp-lock:lwpRelock:1`, NOBODY_CALLS] as const,
  ),
  // Sleep queues.
  ['drop-check:kern-sleepq:sleepqUnsleep:1', 'every caller asks for the clean-up'],
  ['drop-check:kern-sleepq:sleepqUnsleep:2', KICK],
  ['drop-check:kern-sleepq:sleepqInsert:1', SORTED],
  ['drop-operand:kern-sleepq:sleepqReorder:2', SORTED],
  [
    'drop-operand:kern-sleepq:sleepqBlock:1',
    'a timeout that was not set has not fired: each sleep that sets one halts it',
  ],
  [
    'drop-operand:kern-sleepq:sleepqBlock:3',
    'nobody looks at the error of a sleep that signals do not end, but that a condition variable is signalled once more',
  ],
  [
    'late-lock:kern-sleepq:sleepqJoin:1',
    'l_kpriority is the LWP’s own, and the lock of the queue does not cover the LWP yet',
  ],
  [
    'drop-operand:kern-sleepq:sleepqWake:2',
    'the variables that are signalled have one sleeper each, or sleepers who look at their condition again',
  ],
  // Turnstiles.
  [
    'late-lock:kern-turnstile:turnstileBlock:1',
    'who is on a queue is not LSONPROC, and kpreempt leaves it alone; one that has been woken meanwhile may be preempted',
  ],
  [
    'store-after-unlock:kern-turnstile:turnstileBlock:1',
    'l_kpribase is the LWP’s own; preempted in between, it is queued with the priority of one that waits for a lock, which is below all that preempt it',
  ],
  [
    'drop-check:kern-turnstile:turnstileBlock:2',
    'l_kpribase is PRI_KERNEL, which is lower, but while its LWP waits for a lock: and it waits for one at a time',
  ],
  ['drop-operand:kern-turnstile:turnstileWakeup:1', FIRST],
  ['while-to-if:kern-turnstile:turnstileWakeup:1', FIRST],
  ['drop-unlock:kern-turnstile:turnstileUnsleep:1', 'it panics'],
  // Lent priorities.
  ...['drop-unlock', 'early-unlock', 'drop-check', 'negate-condition'].map(
    (operator) => [`${operator}:turnstile-pri:awaitHandoff:1`, NO_SUCH_OWNER] as const,
  ),
  ['drop-operand:turnstile-pri:turnstileLendpri:1', NO_SUCH_OWNER],
  [
    'early-unlock:turnstile-pri:awaitLock:1',
    'it waits for a change of what it has seen later, and looks at everything again in either case',
  ],
  [
    'drop-check:turnstile-pri:turnstileLendpri:9',
    'the lock of the current LWP may be dropped here: that is in the contract, and sleepq_block finds it awake then',
  ],
  [
    'drop-check:turnstile-pri:turnstileLendpri:1',
    'an LWP without a wait channel has sched_syncobj, under the same lock, and that knows no owner: the walk ends one line later',
  ],
  [
    'drop-check:turnstile-pri:turnstileLendpri:3',
    `${NO_SUCH_OWNER}; and if another LWP on the way waited for a lock of the current one, which waits too, all would wait for ever`,
  ],
  [
    'drop-check:turnstile-pri:turnstileLendpri:7',
    'an owner has inherited all that is lent to it, so what is more than its priority is more than what this turnstile lends it',
  ],
  [
    'negate-condition:turnstile-pri:turnstileLendpri:5',
    `${NO_SUCH_OWNER}; so it waits for nothing, and looks at everything again at once`,
  ],
  // Sleeping and waking.
  ['early-unlock:kern-synch:setrunnable:1', RESCHED_TWICE],
  ['skip-wakeup:kern-synch:setrunnable:5', RESCHED_TWICE],
  ['skip-wakeup:kern-synch:schedReprioritize:2', RESCHED_TWICE],
  ['drop-operand:kern-synch:setrunnable:1', NOT_TRACED],
  [
    'drop-operand:mi-switch:miSwitch:1',
    'the idle LWP finds that it wants to no other CPU (sched_idle), and leaves it where it is',
  ],
  [
    'store-after-unlock:mi-switch:lwpExitSwitchaway:1',
    'spc_mutex does not cover LP_RUNNING of a zombie, for which lwp_free alone waits: and that waits for ci_curlwp too, which is exchanged later',
  ],
  ...[
    'drop-lock:1',
    'drop-unlock:1',
    'drop-check:1',
    'drop-check:2',
    'negate-condition:1',
    'negate-condition:2',
  ].map((one) => [one.replace(':', ':kern-synch:mtsleep:'), NOBODY_CALLS] as const),
  ['drop-unlock:kern-synch:schedUnsleep:1', 'it panics'],
  ['skip-wakeup:kern-synch:setrunnable:1', 'nothing in this kernel suspends an LWP'],
  ['early-unlock:mi-switch:lwpExitSwitchaway:1', SPLSCHED],
  // LWPs and their end.
  ['drop-check:kern-lwp:lwpCreate:1', SAVES_TIME],
  ['early-unlock:kern-lwp:lwpFree:1', BROADCAST_LATE],
  ['early-unlock:kern-exit:lwpExit:2', BROADCAST_LATE],
  [
    'early-unlock:kern-exit:exit1:1',
    'who is woken, and who wants p_reflock, needs proc_lock first, which is held across both',
  ],
  [
    'late-lock:kern-exit:exit1:1',
    'who has p_reflock looks at registers, in the u-area, and not at the address space that is given up here',
  ],
  ['drop-check:kern-exit:exit1:6', 'init, woken without cause, looks for children and sleeps on'],
  ['late-lock:kern-exit:exit1:4', 'l_prflag is covered by p_lock, which is held'],
  [
    'drop-check:kern-exit:exit1:3',
    'who is the first child of its parent already is taken off the list, and put where it was',
  ],
  [
    'drop-check:kern-exit:exitLwps:1',
    'the caller gets LW_WEXIT too, at which it looks no more; the swap-out then leaves it alone, as it may leave any LWP',
  ],
  ['drop-check:kern-exit:lwpWaitExit:1', NO_ZOMBIE],
  ['drop-operand:kern-exit:lwpWaitExit:1', NO_ZOMBIE],
  ['drop-operand:kern-exit:lwpWaitExit:2', NO_ZOMBIE],
]
