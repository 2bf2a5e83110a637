import { Arena } from '@holdfast/atomics-sync'
import { expect, test } from 'vitest'
import { allocKernel, kernelNeeds } from './kernel-alloc.js'
import type { KernelParams } from './kernel-alloc.js'
import { OPC_COUNT, OP_COUNTER_NAMES } from './op-counters.js'
import { OP_COUNT, OP_END } from './program.js'

const params: KernelParams = {
  ncpu: 1,
  physmem: 512,
  swapPages: 64,
  diskTicks: 1,
  workload: {
    seed: 1,
    programs: [[OP_END, 0, 0, 0]],
    processes: [{ nice: 20, pages: 4, lwps: [{ class: 0, priority: 20, program: 0 }] }],
  },
}

const impossible: readonly [string, Partial<KernelParams>, RegExp][] = [
  ['no CPU', { ncpu: 0 }, /^ncpu is 0; a whole number from 1 to 256 is allowed$/],
  ['a fraction of a CPU', { ncpu: 1.5 }, /^ncpu is 1.5;/],
  [
    'a page too few',
    { physmem: kernelNeeds(params).minPages - 1 },
    /^physmem is \d+; a whole number from \d+ to/,
  ],
  ['a process too few', { maxproc: 2 }, /^maxproc is 2; a whole number from 3 to/],
  ['an LWP too few', { maxlwp: 5 }, /^maxlwp is 5; a whole number from 6 to/],
  ['u-areas of one page', { upages: 1 }, /^upages is 1; a whole number from 2 to 4/],
  ['no processes', { workload: { ...params.workload, processes: [] } }, /^workload.processes.length is 0;/],
  [
    'an unknown opcode',
    { workload: { ...params.workload, programs: [[OP_COUNT, 0, 0, 0]] } },
    /programs\[0\]\[0\]/,
  ],
  [
    'half an instruction',
    { workload: { ...params.workload, programs: [[OP_END, 0]] } },
    /programs\[0\].length/,
  ],
]

for (const [what, change, message] of impossible) {
  test(`${what} is a RangeError that names the field, its value and what is allowed`, () => {
    const attempt = (): unknown => allocKernel(new Arena(640), { ...params, ...change })
    expect(attempt).toThrow(RangeError)
    expect(attempt).toThrow(message)
  })
}

test('the configuration is plain data', () => {
  const config = allocKernel(new Arena(640), params)
  expect(structuredClone(config)).toEqual(config)
  expect(JSON.parse(JSON.stringify(config))).toEqual(config)
})

test('the structures of system LWPs and processes lie in the tables', () => {
  const config = allocKernel(new Arena(640), params)
  for (const l of [config.lwp0, config.pagedaemonLwp, config.softclockLwp]) {
    expect(l).toBeGreaterThanOrEqual(config.lwps)
    expect(l % 4).toBe(0)
  }
  expect(config.initproc).toBeGreaterThan(config.proc0)
})

test('every counter of operations has a name, and no two the same', () => {
  expect(OP_COUNTER_NAMES).toHaveLength(OPC_COUNT)
  expect(new Set(OP_COUNTER_NAMES).size).toBe(OPC_COUNT)
})
