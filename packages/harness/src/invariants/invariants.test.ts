import { CV_SYNCOBJ, Mem, MUTEX_SYNCOBJ, RW_SYNCOBJ } from '@holdfast/atomics-sync'
import {
  CI_CURLWP,
  L_CPU,
  L_FLAG,
  L_HOLDCNT,
  L_MUTEX,
  L_PFLAG,
  L_PROC,
  L_RUNQ_NEXT,
  L_STAT,
  L_SWAPLOCK,
  L_SYNCOBJ,
  L_WCHAN,
  LP_RUNNING,
  LSONPROC,
  LSSLEEP,
  LW_INMEM,
  LW_SYSTEM,
  PRI_COUNT,
  NLWPS,
  P_NLWPS,
  PROC_LOCK,
  SPC_LWPLOCK,
  SPC_QUEUES,
  UVM_SCHEDULER_CV,
} from '@holdfast/kernel'
import { PG_PQFLAGS, PG_WIRE_COUNT, PQ_ACTIVE, UVM_PAGE_FREE, UVMEXP_FREE } from '@holdfast/mm'
import { expect, test } from 'vitest'
import { bootMachine, prepare } from '../run/prepare.js'
import type { Scenario } from '../scenario/types.js'
import { checkInvariants, newInvariantState, type Inspection, type Violation } from './index.js'
import { listedLwps } from './inspect.js'

const SCENARIO: Scenario = {
  name: 'two',
  description: 'two LWPs, booted and not yet run',
  machine: { cpus: 2, memory: 256 },
  processes: [{ name: 'p', lwps: [{ count: 2, program: [{ op: 'yield' }] }] }],
}

/** A machine that has booted and not run, and one of its user LWPs, runnable and in memory. */
function booted(): Inspection & { lwp: number } {
  const image = bootMachine(prepare(SCENARIO, {}, 1))
  const inspection = { mem: new Mem(image.buffer), config: image.config }
  const lwp = listedLwps(inspection).find((l) => (inspection.mem.read(l + L_FLAG) & LW_SYSTEM) === 0)
  return { ...inspection, lwp: lwp ?? 0 }
}

/** What the checks find after `plant` has damaged the machine; checked twice, as some faults count only then. */
function found(plant: (machine: ReturnType<typeof booted>) => void): Violation[] {
  const machine = booted()
  plant(machine)
  const state = newInvariantState()
  checkInvariants(machine, state)
  return checkInvariants(machine, state)
}

/** Head of the queue on which the LWP stands. */
function queueOf({ mem, lwp }: ReturnType<typeof booted>): number {
  const queues = mem.read(lwp + L_CPU) + SPC_QUEUES
  for (let pri = 0; pri < PRI_COUNT; pri++) {
    for (let l = mem.read(queues + 2 * pri); l !== 0; l = mem.read(l + L_RUNQ_NEXT))
      if (l === lwp) return queues + 2 * pri
  }
  throw new Error('it is on no queue')
}

/** Puts the LWP to sleep on `wchan` in everything but the locks that this would take. */
function sleepOn({ mem, lwp }: ReturnType<typeof booted>, syncobj: number, wchan: number): void {
  mem.write(lwp + L_STAT, LSSLEEP)
  mem.write(lwp + L_SYNCOBJ, syncobj)
  mem.write(lwp + L_WCHAN, wchan)
}

test('a machine that has just booted violates nothing', () => {
  expect(found(() => {})).toEqual([])
})

test.each<[string, string, RegExp, (machine: ReturnType<typeof booted>) => void]>([
  [
    'a runnable LWP lost from its run queue',
    'run-queues',
    /runnable and in memory, and is on no run queue/,
    (machine) => machine.mem.write(queueOf(machine), 0),
  ],
  [
    'an LWP queued twice',
    'run-queues',
    /is on the run queues of cpu(\d), cpu\1/,
    (machine) => machine.mem.write(machine.lwp + L_RUNQ_NEXT, machine.lwp),
  ],
  [
    'a sleeping LWP left on a run queue',
    'run-queues',
    /is on the run queue of cpu\d, though not runnable/,
    ({ mem, lwp }) => mem.write(lwp + L_STAT, LSSLEEP),
  ],
  [
    'LW_INMEM cleared and the u-area still wired',
    'uarea-wiring',
    /page 0 of the u-area .* is wired 1 times while the LWP is swapped out/,
    ({ mem, lwp }) => mem.write(lwp + L_FLAG, mem.read(lwp + L_FLAG) & ~LW_INMEM),
  ],
  [
    'an LWP held and swapped out',
    'uarea-wiring',
    /is held 1 times, yet swapped out/,
    ({ mem, lwp }) => {
      mem.write(lwp + L_FLAG, mem.read(lwp + L_FLAG) & ~LW_INMEM)
      mem.write(lwp + L_HOLDCNT, 1)
    },
  ],
  [
    'a swapped-out LWP on a CPU',
    'on-cpu',
    /the stack of LWP .* is in use on cpu1, yet swapped out/,
    ({ mem, lwp, config }) => {
      mem.write(lwp + L_FLAG, mem.read(lwp + L_FLAG) & ~LW_INMEM)
      mem.write(config.cpuInfos + config.cpuInfoWords + CI_CURLWP, lwp)
    },
  ],
  [
    'a swapped-out LWP still running',
    'on-cpu',
    /the stack of LWP .* is in use, yet swapped out/,
    ({ mem, lwp }) => {
      mem.write(lwp + L_FLAG, mem.read(lwp + L_FLAG) & ~LW_INMEM)
      mem.write(lwp + L_PFLAG, LP_RUNNING)
    },
  ],
  [
    'LSONPROC on no CPU',
    'on-cpu',
    /is LSONPROC and the current LWP of no CPU/,
    ({ mem, lwp }) => mem.write(lwp + L_STAT, LSONPROC),
  ],
  [
    'a runnable LWP under spc_lwplock',
    'l-mutex',
    /its state calls for word/,
    ({ mem, lwp }) => mem.write(lwp + L_MUTEX, mem.read(lwp + L_CPU) + SPC_LWPLOCK),
  ],
  [
    'an LWP structure in use and not counted',
    'lwp-counts',
    /\d+ LWP structures are in use, and \d+ are counted/,
    ({ mem }) => mem.write(NLWPS, mem.read(NLWPS) - 1),
  ],
  [
    'an LWP that its process does not count',
    'lwp-counts',
    /has 2 LWPs, 0 of them zombies, and counts 1 and 0/,
    ({ mem, lwp }) => mem.write(mem.read(lwp + L_PROC) + P_NLWPS, 1),
  ],
  [
    'a free page not counted',
    'frames',
    /the free queue holds \d+ frames and is counted \d+/,
    ({ mem }) => mem.write(UVMEXP_FREE, mem.read(UVMEXP_FREE) - 1),
  ],
  [
    'a free frame that says it is active',
    'frames',
    /says it is on free and active/,
    ({ mem }) =>
      mem.write(
        mem.read(UVM_PAGE_FREE) + PG_PQFLAGS,
        mem.read(mem.read(UVM_PAGE_FREE) + PG_PQFLAGS) | PQ_ACTIVE,
      ),
  ],
  [
    'a wired frame on a queue',
    'frames',
    /is wired 1 times and on the free queue/,
    ({ mem }) => mem.write(mem.read(UVM_PAGE_FREE) + PG_WIRE_COUNT, 1),
  ],
  [
    'a sleeper whose mutex does not know of it',
    'wakeups',
    /sleeps for the mutex at word \d+, which says that nobody waits/,
    (machine) => sleepOn(machine, MUTEX_SYNCOBJ, PROC_LOCK),
  ],
  [
    'a sleeper whose rwlock does not know of it',
    'wakeups',
    /sleeps for the rwlock/,
    (machine) => sleepOn(machine, RW_SYNCOBJ, machine.lwp + L_SWAPLOCK),
  ],
  [
    'a sleeper whose condition variable does not know of it',
    'wakeups',
    /sleeps for the condition variable/,
    (machine) => sleepOn(machine, CV_SYNCOBJ, UVM_SCHEDULER_CV),
  ],
  [
    'one who waits for memory uncounted',
    'wakeups',
    /waits for memory, and nobody is counted/,
    (machine) => sleepOn(machine, 0, UVMEXP_FREE),
  ],
  [
    'a runnable LWP out of memory while the swapper sleeps unkicked',
    'wakeups',
    /is runnable and swapped out while the swapper sleeps unkicked/,
    ({ mem, lwp, config }) => {
      mem.write(config.lwp0 + L_STAT, LSSLEEP)
      mem.write(config.lwp0 + L_WCHAN, UVM_SCHEDULER_CV)
      mem.write(lwp + L_FLAG, mem.read(lwp + L_FLAG) & ~LW_INMEM)
    },
  ],
])('planted: %s', (_, invariant, message, plant) => {
  const violations = found(plant)
  expect(violations.filter((each) => each.invariant === invariant && message.test(each.message))).not.toEqual(
    [],
  )
})
