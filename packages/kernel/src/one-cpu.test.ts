import { UVMEXP_SWAPINS, UVMEXP_SWAPOUTS, framesByState } from '@holdfast/mm'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ALLPROC, NLWPS, NPROCS, ZOMBPROC } from './globals.js'
import type { KernelParams } from './kernel-alloc.js'
import { P_LIST_NEXT } from './proc.js'
import {
  OP_BRANCH,
  OP_COMPUTE,
  OP_COUNT,
  OP_END,
  OP_EXIT,
  OP_FORK,
  OP_HOLD,
  OP_JUMP,
  OP_LOOP,
  OP_LWP_CREATE,
  OP_LWP_EXIT,
  OP_PHYSIO,
  OP_PROCFS_DETACH,
  OP_SLEEP,
  OP_TOUCH,
  OP_VSLOCK,
  OP_WAIT,
  RANDOM,
} from './program.js'
import { kernelInvariants } from './testing/kernel-invariants.js'
import { randomWorkload } from './testing/random-workload.js'
import { OneCpu } from './testing/run-one-cpu.js'

const EVERY_OP = Array.from({ length: OP_COUNT }, (_, op) => op).filter(
  (op) => op !== OP_LOOP && op !== OP_JUMP && op !== OP_BRANCH,
)
const ENDS = [OP_END, OP_EXIT, OP_LWP_EXIT]
/** HOLD, RELE, REGREAD, and all of ptrace and procfs. */
const holdsAnother = (op: number): boolean => op >= OP_HOLD && op <= OP_PROCFS_DETACH
const wiresUserMemory = (op: number): boolean => op >= OP_VSLOCK && op <= OP_PHYSIO

/** System LWPs of a machine with one CPU, and the LWP that continues the stopped ones. */
const LWPS_LEFT = 5 + 1
const PROCS_LEFT = 2 + 1

function machineOf(seed: number, ops: readonly number[], params: Partial<KernelParams>, length = 60): OneCpu {
  const workload = randomWorkload({ seed, processes: 5, lwps: 3, pages: 30, length, maxSleep: 300, ops })
  return new OneCpu(
    {
      ncpu: 1,
      physmem: 200,
      swapPages: 2000,
      diskTicks: 2,
      maxslp: 2,
      maxproc: 24,
      maxlwp: 40,
      workload,
      ...params,
    },
    { inspect: (machine) => expect(kernelInvariants(machine.cpu)).toEqual([]) },
  )
}

/** Whether all processes of the workload are gone, but for the one that continues the others. */
function finished({ mem, config }: OneCpu): boolean {
  let procs = 0
  for (let p = mem.read(ALLPROC); p !== 0; p = mem.read(p + P_LIST_NEXT)) procs++
  return (
    procs === PROCS_LEFT && mem.read(ZOMBPROC) === 0 && mem.read(NPROCS) === PROCS_LEFT && config.ncpu === 1
  )
}

function expectNothingLost({ mem, config }: OneCpu): void {
  expect(mem.read(NLWPS)).toBe(LWPS_LEFT)
  expect(mem.read(NPROCS)).toBe(PROCS_LEFT)
  const frames = framesByState(mem, config)
  expect(Object.values(frames).reduce((sum, n) => sum + n, 0)).toBe(config.physmem)
}

test('a machine boots, and a process forks, waits and exits: both are reaped', () => {
  const machine = new OneCpu({
    ncpu: 1,
    physmem: 512,
    swapPages: 64,
    diskTicks: 2,
    workload: {
      seed: 1,
      programs: [
        [OP_COMPUTE, 10, 0, 0, OP_TOUCH, RANDOM, 1, 0, OP_SLEEP, 3, 5, 0, OP_FORK, 1, 0, 0, OP_WAIT, 0, 0, 0],
        [OP_TOUCH, RANDOM, 0, 0, OP_EXIT, 3, 0, 0],
      ],
      processes: [{ nice: 20, pages: 4, lwps: [{ class: 0, priority: 20, program: 0 }] }],
    },
  })
  machine.run((m) => m.count('reap') === 2, 10_000)
  expect(machine.count('fork')).toBe(1)
  expect(machine.count('wait')).toBe(1)
  expect(machine.count('lwp_free')).toBe(2)
  expect(kernelInvariants(machine.cpu)).toEqual([])
})

test('with memory to spare, every operation on random targets keeps the invariants at each switch (30 workloads)', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000_000 }), (seed) => {
      const machine = machineOf(seed, EVERY_OP, { physmem: 900 }, 30)
      machine.run(finished, 60_000)
      expectNothingLost(machine)
    }),
    { numRuns: 30, seed: 5 },
  )
})

test('short of memory, LWPs are swapped out and in, and nothing is lost (4 workloads without holds on others)', () => {
  let swaps = 0
  for (let seed = 1; seed <= 4; seed++) {
    const ops = EVERY_OP.filter((op) => !holdsAnother(op) && !wiresUserMemory(op) && !ENDS.includes(op))
    const machine = machineOf(seed, ops, {}, 100)
    machine.run(finished, 60_000)
    expectNothingLost(machine)
    expect(machine.mem.read(UVMEXP_SWAPINS)).toBeLessThanOrEqual(machine.mem.read(UVMEXP_SWAPOUTS))
    swaps += machine.mem.read(UVMEXP_SWAPOUTS)
  }
  expect(swaps).toBeGreaterThan(50)
})

test('structures are recycled: 3 LWP structures to spare serve 200 LWPs, and the rest of the attempts are EAGAIN', () => {
  const machine = new OneCpu({
    ncpu: 1,
    physmem: 300,
    swapPages: 64,
    diskTicks: 1,
    maxlwp: 5 + 1 + 3,
    workload: {
      seed: 3,
      programs: [
        [OP_LWP_CREATE, 1, 0, 0, OP_FORK, 1, 0, 0, OP_WAIT, 1, 0, 0, OP_LOOP, 200, 0, 0, OP_END, 0, 0, 0],
        [OP_SLEEP, RANDOM, 2, 0, OP_END, 0, 0, 0],
      ],
      processes: [{ nice: 20, pages: 2, lwps: [{ class: 0, priority: 20, program: 0 }] }],
    },
  })
  machine.run((m) => m.mem.read(NPROCS) === 2, 10_000)
  const made = machine.count('fork') + machine.count('lwp_create')
  expect(made + machine.count('EAGAIN')).toBe(400)
  expect(machine.count('EAGAIN')).toBeGreaterThan(0)
  expect(machine.count('lwp_free')).toBe(made + 1)
  expect(machine.mem.read(NLWPS)).toBe(LWPS_LEFT - 1)
  expect(kernelInvariants(machine.cpu)).toEqual([])
})

test('a run depends on its parameters and its seed alone', () => {
  const runs = [1, 2].map(() => {
    const machine = machineOf(7, EVERY_OP, { physmem: 900 }, 30)
    machine.run(finished, 60_000)
    return { now: machine.now, resumed: machine.resumed, counts: [...machine.counts].sort() }
  })
  expect(runs[0]).toEqual(runs[1])
})

/**
 * The swapper chooses an LWP under proc_lock, then waits for its l_swaplock, and swaps it in without looking again:
 *
 *     swapper                                  holder
 *                                              takes l_swaplock; not in memory: swaps it in, and sleeps for a page
 *     LSRUN, not LW_INMEM: chosen
 *     waits for l_swaplock, with proc_lock
 *                                              on the run queue, LW_INMEM; releases l_swaplock
 *     swaps it in: wires it and queues it again
 *
 * And when the holder sleeps for memory, the pagedaemon, which needs proc_lock, cannot make any.
 */
test('holds on others and the swapper of 1.137 break the machine when memory is short (within 12 workloads)', () => {
  const found: string[] = []
  for (let seed = 1; seed <= 12 && found.length === 0; seed++) {
    const ops = EVERY_OP.filter((op) => !wiresUserMemory(op) && !ENDS.includes(op))
    const workload = randomWorkload({
      seed,
      processes: 6,
      lwps: 3,
      pages: 40,
      length: 150,
      maxSleep: 300,
      ops,
    })
    const machine = new OneCpu(
      { ncpu: 1, physmem: 150, swapPages: 2000, diskTicks: 2, maxslp: 2, maxproc: 40, maxlwp: 80, workload },
      { inspect: ({ cpu }) => void found.push(...kernelInvariants(cpu)) },
    )
    try {
      machine.run((m) => found.length > 0 || finished(m), 20_000)
    } catch (error) {
      found.push(String(error))
    }
  }
  expect(found.join('\n')).toMatch(/times on a run queue|has no end|wired 2 times|not done by tick/)
})
