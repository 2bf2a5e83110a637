import { UVMEXP_FREE, poolGet, poolNout, poolPut } from '@holdfast/mm'
import { expect, test } from 'vitest'
import { EV_FORK } from './events.js'
import { NLWPS, NPROCS } from './globals.js'
import { ENOMEM } from './param.js'
import { PCB_ERROR, uareaLoad } from './pcb.js'
import { P_LWPS } from './proc.js'
import { OP_END, OP_FORK, OP_SLEEP, OP_TOUCH, OP_WAIT } from './program.js'
import { kernelInvariants } from './testing/kernel-invariants.js'
import { OneCpu } from './testing/run-one-cpu.js'

/** User memory of the process: two map entries. */
const PAGES = 100

/** A process that forks and waits every few ticks, 50 times; its children end at once. */
function forker(): OneCpu {
  const fork = [OP_FORK, 1, 0, 0, OP_SLEEP, 5, 5, 0, OP_WAIT, 1, 0, 0, OP_SLEEP, 5, 5, 0]
  const touch = [OP_TOUCH, 0, 1, 0, OP_TOUCH, PAGES - 1, 1, 0]
  return new OneCpu({
    ncpu: 1,
    physmem: 400,
    swapPages: 64,
    diskTicks: 2,
    workload: {
      seed: 1,
      programs: [
        [...touch, ...Array.from({ length: 50 }, () => fork).flat()],
        [OP_END, 0, 0, 0],
      ],
      processes: [{ nice: 20, pages: PAGES, lwps: [{ class: 0, priority: 20, program: 0 }] }],
    },
  })
}

/** Structures of every kind that are in use, and free pages. */
function inUse({ mem, config, cpu }: OneCpu): Record<string, number> {
  const { mm } = config
  return {
    procs: mem.read(NPROCS),
    lwps: mem.read(NLWPS),
    vmspaces: poolNout(cpu, mm['vmspacePool'] as number),
    pmaps: poolNout(cpu, mm['pmapPool'] as number),
    entries: poolNout(cpu, mm['mapEntryPool'] as number),
    amaps: poolNout(cpu, mm['amapPool'] as number),
    anons: poolNout(cpu, mm['anonPool'] as number),
    free: mem.read(UVMEXP_FREE),
  }
}

for (const [pool, left] of [
  ['vmspacePool', 0],
  ['pmapPool', 0],
  ['mapEntryPool', 0],
  ['mapEntryPool', 1],
] as const) {
  test(`fork1 with ${left} left of the ${pool} is ENOMEM: no child is seen, and all it had is back; with it refilled, it forks`, () => {
    const machine = forker()
    const { cpu, mem, config } = machine
    const forker0 = mem.read(config.kern['scenarioProcs'] as number)
    machine.run((m) => m.count('reap') === 3 && m.count('fork') === 3, 1000)
    const before = inUse(machine)

    const taken: number[] = []
    const of = config.mm[pool] as number
    for (let item = poolGet(cpu, of); item !== 0; item = poolGet(cpu, of)) taken.push(item)
    for (let n = 0; n < left; n++) poolPut(cpu, of, taken.pop() as number)
    const forks = machine.count('fork')
    const seen = machine.events.filter(([kind]) => kind === EV_FORK).length
    machine.run((m) => m.count('EOTHER') === 5, 1000)
    const error = uareaLoad(cpu, mem.read(forker0 + P_LWPS), PCB_ERROR)
    expect(machine.count('fork')).toBe(forks)
    expect(machine.events.filter(([kind]) => kind === EV_FORK)).toHaveLength(seen)
    expect(error).toBe(ENOMEM)
    expect(kernelInvariants(cpu)).toEqual([])

    for (const item of taken) poolPut(cpu, of, item)
    expect(inUse(machine)).toEqual(before)
    machine.run((m) => m.count('reap') === 10, 1000)
    expect(machine.count('EOTHER')).toBe(5)
    expect(kernelInvariants(cpu)).toEqual([])
  })
}
