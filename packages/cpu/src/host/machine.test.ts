import {
  INSTRUCTION_WORDS,
  LSONPROC,
  OP_COMPUTE,
  OP_END,
  OP_JUMP,
  OP_REGREAD,
  OP_SLEEP,
  OP_TOUCH,
  RANDOM,
} from '@holdfast/kernel'
import type { Workload as KernelWorkload } from '@holdfast/kernel'
import { expect, test } from 'vitest'
import { lwpStates } from './lwp-states.js'
import { startMachine } from './machine-host.js'
import type { Outcome } from './machine-host.js'
import { buildMachine } from './machine.js'
import { within } from './within.js'

const SIZE = { physmem: 300, swapPages: 512, diskTicks: 2 }

/** Four processes of two LWPs that run one program. */
function workloadOf(...instructions: number[][]): KernelWorkload {
  const padded = instructions.map((words) => [...words, 0, 0, 0].slice(0, INSTRUCTION_WORDS))
  const lwp = { class: 0, priority: 31, program: 0 }
  const process = { nice: 20, pages: 4, lwps: [lwp, lwp] }
  return { seed: 1, programs: [padded.flat()], processes: [process, process, process, process] }
}

async function settled(finished: Promise<Outcome>): Promise<Outcome> {
  const outcome = await within(finished, 45_000)
  if (outcome === null) throw new Error('the machine did not end within 45 s')
  return outcome
}

test.each([1, 2, 4])('a machine of %i CPUs runs its workload to the end and is done', async (ncpu) => {
  const workload = workloadOf([OP_COMPUTE, 100], [OP_TOUCH, 1, 1], [OP_SLEEP, 0, 5], [OP_END])
  const machine = await startMachine(buildMachine({ ...SIZE, ncpu }, workload))
  const outcome = await settled(machine.finished)
  expect(outcome.findings).toEqual([])
  expect(outcome.reason).toBe('done')
  expect(outcome.stats.counts.kernel[OP_SLEEP]).toBe(8)
  expect(outcome.stats.counts.kernel[OP_END]).toBe(8)
})

test('LWPs that migrate, sleep and read registers of each other never stop making progress (4 CPUs, 20 stops)', async () => {
  const program = workloadOf(
    [OP_COMPUTE, 20],
    [OP_TOUCH, RANDOM, 1],
    [OP_SLEEP, RANDOM, 2],
    [OP_REGREAD, -1, -1],
    [OP_JUMP, 0],
  )
  const machine = await startMachine(buildMachine({ ...SIZE, ncpu: 4 }, program), { lockstat: true })
  for (let stop = 0; stop < 20; stop++) {
    const states = await machine.rendezvous(({ mem, image }) => lwpStates(mem, image.config))
    // The swapper, the idle LWPs, the pagedaemon, softclock, init, and the eight of the workload.
    expect(states).toHaveLength(1 + 4 + 3 + 8)
    expect(states?.filter((lwp) => lwp.stat === LSONPROC).length).toBeLessThanOrEqual(4)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const outcome = await machine.stop('enough')
  expect(outcome).toMatchObject({ reason: 'stopped', findings: [] })
  expect(outcome.cpus.map(({ locks }) => locks?.byLock.length ?? 0).every((locks) => locks > 3)).toBe(true)
})

test('LWPs that sleep for ever leave the machine quiet, not stalled', async () => {
  const machine = await startMachine(
    buildMachine({ ...SIZE, ncpu: 2 }, workloadOf([OP_SLEEP, 0, 0], [OP_END])),
  )
  const outcome = await settled(machine.finished)
  expect(outcome).toMatchObject({ reason: 'quiet', findings: [] })
})

test('a machine that cannot be is refused before anything starts, naming the field, the value and what is allowed', () => {
  const workload = workloadOf([OP_END])
  expect(() => buildMachine({ ...SIZE, ncpu: 0 }, workload)).toThrow(
    /^ncpu is 0; a whole number from 1 to 256 is allowed/,
  )
  expect(() => buildMachine({ ...SIZE, ncpu: 1, tickNs: 0.5 }, workload)).toThrow(
    /^tickNs is 0.5; a whole number/,
  )
  expect(() => buildMachine({ ...SIZE, ncpu: 1, physmem: 3 }, workload)).toThrow(/^physmem is 3; /)
})
