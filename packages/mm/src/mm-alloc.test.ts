import { layoutOf } from '@holdfast/atomics-sync'
import type { Sleeps } from '@holdfast/atomics-sync'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { userLoad, userStore } from './access.js'
import { framesByState } from './frames.js'
import { UVMEXP_FREE, UVMEXP_PAGEINS, UVMEXP_PAGING, UVMEXP_PDPAGEOUTS, UVMEXP_SWPGINUSE } from './globals.js'
import { PAGE_SIZE, VM_MIN_ADDRESS, VM_PROT_READ, VM_PROT_WRITE } from './param.js'
import { UVMEXP_SWPGONLY } from './pdaemon-globals.js'
import { mmMachine } from './testing/mm-machine.js'
import type { TestCpu } from './testing/test-cpu.js'
import { VM_MAP } from './uvm-map-layout.js'
import { uvmMap } from './uvm-map.js'
import { uvmPageout } from './uvm-pdaemon.js'
import { uvmspaceAlloc, uvmspaceFree } from './uvm-space.js'

const RW = VM_PROT_READ | VM_PROT_WRITE

function total(cpu: TestCpu): number {
  const { free, active, inactive, wired, busy, unqueued } = framesByState(cpu.mem, cpu.config)
  return free + active + inactive + wired + busy + unqueued
}

/** An address space with `pages` anonymous pages; returns it and the first address. */
function* space(cpu: TestCpu, pages: number): Sleeps<{ vs: number; start: number }> {
  const vs = yield* uvmspaceAlloc(cpu)
  const start = yield* uvmMap(cpu, vs + VM_MAP, VM_MIN_ADDRESS, pages * PAGE_SIZE, RW, RW, 1, 0)
  expect(start).toBeGreaterThan(0)
  return { vs, start }
}

test('the global variables of the memory system stay within words 64 to 255, and do not overlap', () => {
  const uvm = layoutOf('uvm')
  const pdaemon = layoutOf('pdaemon')
  expect(uvm.base).toBe(64)
  expect(64 + uvm.words).toBeLessThanOrEqual(pdaemon.base as number)
  expect((pdaemon.base as number) + pdaemon.words).toBeLessThanOrEqual(256)
})

test('after boot no page is busy or queued, and the frames add up', () => {
  const cpu = mmMachine({ ncpu: 2, physmem: 128, swapPages: 64, diskTicks: 2 })
  const counts = framesByState(cpu.mem, cpu.config)
  expect(counts).toMatchObject({
    active: 0,
    inactive: 0,
    busy: 0,
    unqueued: 0,
    free: cpu.mem.read(UVMEXP_FREE),
  })
  expect(total(cpu)).toBe(128)
})

for (const diskTicks of [0, 2]) {
  test(`two address spaces larger than memory keep every word, and leave no frame or slot behind (${diskTicks} ticks a command, 20 histories)`, () => {
    let pageouts = 0
    let pageins = 0
    fc.assert(
      fc.property(fc.array(fc.nat(119), { minLength: 100, maxLength: 250 }), fc.nat(9), (touches, seed) => {
        const cpu = mmMachine({ ncpu: 1, physmem: 96, swapPages: 200, diskTicks })
        const { mem } = cpu
        const freeAtBoot = mem.read(UVMEXP_FREE)
        cpu.spawn('pagedaemon', uvmPageout(cpu), { kernel: true })
        function* user(which: number): Sleeps<void> {
          const { vs, start } = yield* space(cpu, 120)
          const expected = new Map<number, number>()
          for (const touch of touches) {
            const page = (touch + which * seed) % 120
            const va = start + page * PAGE_SIZE + 4 * page
            expect(yield* userLoad(cpu, vs + VM_MAP, va)).toBe(expected.get(page) ?? 0)
            if (touch % 3 !== 0) {
              const value = touch * 1000 + which + 1
              expect(yield* userStore(cpu, vs + VM_MAP, va, value)).toBe(0)
              expected.set(page, value)
            }
          }
          for (const [page, value] of expected) {
            expect(yield* userLoad(cpu, vs + VM_MAP, start + page * PAGE_SIZE + 4 * page)).toBe(value)
          }
          yield* uvmspaceFree(cpu, vs)
        }
        const users = [cpu.spawn('user 0', user(0)), cpu.spawn('user 1', user(1))]
        cpu.settle({ time: true })
        expect(users.map((thread) => (thread.done ? 'done' : thread.wmesg))).toEqual(['done', 'done'])
        expect(total(cpu)).toBe(96)
        expect(mem.read(UVMEXP_FREE)).toBe(freeAtBoot)
        expect(mem.read(UVMEXP_PAGING)).toBe(0)
        expect(mem.read(UVMEXP_SWPGINUSE)).toBe(0)
        expect(mem.read(UVMEXP_SWPGONLY)).toBe(0)
        expect(cpu.spinDepth).toBe(0)
        pageouts += mem.read(UVMEXP_PDPAGEOUTS)
        pageins += mem.read(UVMEXP_PAGEINS)
      }),
      { numRuns: 20 },
    )
    expect(pageouts).toBeGreaterThan(20)
    expect(pageins).toBeGreaterThan(20)
  })
}
