import { expect, test } from 'vitest'
import { PSL_TRACED, SSTOP } from './param.js'
import { PCB_PC, PCB_SSTEP, uareaLoad } from './pcb.js'
import { P_LWPS, P_SLFLAG, P_STAT } from './proc.js'
import {
  OP_COMPUTE,
  OP_JUMP,
  OP_PROCFS_ATTACH,
  OP_PROCFS_DETACH,
  OP_PROCFS_RUN,
  OP_PROCFS_STEP,
  OP_PT_ATTACH,
  OP_PT_CONTINUE,
  OP_PT_DETACH,
  OP_PT_STEP,
  OP_SLEEP,
  OP_STOP,
  OP_WAIT,
  RANDOM,
} from './program.js'
import { kernelInvariants } from './testing/kernel-invariants.js'
import { OneCpu } from './testing/run-one-cpu.js'

const TRACED = 1
const STEPS = 4
const WAIT = [OP_WAIT, 0, 0, 0]
const REST = [OP_SLEEP, 8, 5, 0]
const COMPUTES = 30

/** Process 0 runs `tracer` and then sleeps; process 1 runs `traced` for ever. */
function machineOf(tracer: readonly number[], traced: readonly number[]): OneCpu {
  const lwp = (program: number) => [{ class: 0, priority: 20, program }]
  return new OneCpu(
    {
      ncpu: 1,
      physmem: 400,
      swapPages: 64,
      diskTicks: 2,
      workload: {
        seed: 1,
        programs: [[...tracer, OP_SLEEP, 9, 0, 0], traced],
        processes: [
          { nice: 20, pages: 2, lwps: lwp(0) },
          { nice: 20, pages: 2, lwps: lwp(1) },
        ],
      },
    },
    { inspect: ({ cpu }) => expect(kernelInvariants(cpu)).toEqual([]) },
  )
}

/** Program counters of process 1 at each of its first `stops` stops. */
function stopsAt(machine: OneCpu, stops: number): number[] {
  const { cpu, mem, config } = machine
  const p = mem.read((config.kern['scenarioProcs'] as number) + TRACED)
  const pcs: number[] = []
  let stopped = false
  machine.run(() => {
    const now = mem.read(p + P_STAT) === SSTOP
    if (now && !stopped) pcs.push(uareaLoad(cpu, mem.read(p + P_LWPS), PCB_PC))
    stopped = now
    return pcs.length === stops
  }, 5000)
  return pcs
}

/** Runs until `operations` with this name have been executed, and 50 ticks more. */
function runPast(machine: OneCpu, name: string, operations: number): void {
  machine.run((m) => m.count(name) === operations, 5000)
  const then = machine.now + 50
  machine.run((m) => m.now >= then, 5000)
}

for (const [way, attach, step, go, detach] of [
  ['ptrace', OP_PT_ATTACH, OP_PT_STEP, OP_PT_CONTINUE, OP_PT_DETACH],
  ['procfs', OP_PROCFS_ATTACH, OP_PROCFS_STEP, OP_PROCFS_RUN, OP_PROCFS_DETACH],
] as const) {
  const stepAndWait = [step, RANDOM, 0, 0, ...WAIT]
  const computes = Array.from({ length: COMPUTES }, () => [OP_COMPUTE, 40, 0, 0]).flat()

  test(`${way}: a process that is stepped stops after one instruction, and its tracer can wait for it (4 steps)`, () => {
    const steps = Array.from({ length: STEPS }, () => stepAndWait).flat()
    const machine = machineOf([attach, TRACED, 0, 0, ...WAIT, ...steps], [...computes, OP_JUMP, 0, 0, 0])
    const pcs = stopsAt(machine, STEPS + 1)
    const [first = -1] = pcs
    expect(pcs).toEqual(Array.from({ length: STEPS + 1 }, (_, n) => (first + n) % (COMPUTES + 1)))
    // It stays there: nobody sets it going.
    runPast(machine, 'wait', STEPS + 1)
    expect(machine.count('stopped')).toBe(STEPS + 1)
  })

  test(`${way}: continued or given back after a step, a process runs on and traps no more`, () => {
    for (const release of [go, detach]) {
      const machine = machineOf(
        [attach, TRACED, 0, 0, ...WAIT, ...stepAndWait, release, RANDOM, 0, 0],
        [...computes, OP_JUMP, 0, 0, 0],
      )
      stopsAt(machine, 2)
      const { cpu, mem, config } = machine
      const p = mem.read((config.kern['scenarioProcs'] as number) + TRACED)
      const before = machine.count('compute')
      machine.run((m) => m.count('compute') > before + 3 * COMPUTES, 5000)
      expect(machine.count('stopped')).toBe(2)
      expect(uareaLoad(cpu, mem.read(p + P_LWPS), PCB_SSTEP)).toBe(0)
      expect((mem.read(p + P_SLFLAG) & PSL_TRACED) !== 0).toBe(release === go)
    }
  })
}

test('stepped while it is stopped inside a sleep, a process finishes the sleep and one more instruction', () => {
  const machine = machineOf(
    [...REST, OP_PT_ATTACH, TRACED, 0, 0, ...WAIT, ...REST, OP_PT_STEP, RANDOM, 0, 0, ...WAIT],
    [OP_SLEEP, 7, 40, 0, OP_COMPUTE, 1, 0, 0, OP_COMPUTE, 1, 0, 0, OP_JUMP, 0, 0, 0],
  )
  expect(stopsAt(machine, 2)).toEqual([1, 2])
})

test('a step ends by a stop that somebody else asks for, too: the process stops once, not twice', () => {
  const machine = machineOf(
    [...REST, OP_PT_ATTACH, TRACED, 0, 0, ...WAIT, OP_PT_STEP, RANDOM, 0, 0, OP_STOP, TRACED, 0, 0, ...WAIT],
    [OP_SLEEP, 7, 40, 0, OP_COMPUTE, 1, 0, 0, OP_JUMP, 0, 0, 0],
  )
  runPast(machine, 'wait', 2)
  expect(stopsAt(machine, 1)).toEqual([1])
})
