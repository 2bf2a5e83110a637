import { expect, test } from 'vitest'
import { OP_COMPUTE, OP_END, OP_EXIT, OP_FORK, OP_SLEEP, OP_TOUCH, OP_WAIT, RANDOM } from './program.js'
import { kernelInvariants } from './testing/kernel-invariants.js'
import { OneCpu } from './testing/run-one-cpu.js'

test('a machine boots, and its one process runs to its end', () => {
  const machine = new OneCpu({
    ncpu: 1,
    physmem: 512,
    swapPages: 64,
    diskTicks: 2,
    workload: {
      seed: 1,
      programs: [[OP_COMPUTE, 10, 0, 0, OP_TOUCH, RANDOM, 1, 0, OP_SLEEP, 3, 5, 0, OP_FORK, 1, 0, 0, OP_WAIT, 0, 0, 0, OP_END, 0, 0, 0], [OP_TOUCH, RANDOM, 0, 0, OP_EXIT, 3, 0, 0]],
      processes: [{ nice: 20, pages: 4, lwps: [{ class: 0, priority: 20, program: 0 }] }],
    },
  })
  machine.run((m) => m.count('reap') === 2, 10_000)
  expect(machine.count('fork')).toBe(1)
  expect(kernelInvariants(machine.cpu)).toEqual([])
})
