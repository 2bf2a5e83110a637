import { mutexSpinEnter, mutexSpinExit } from '@holdfast/atomics-sync'
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { framesByState } from './frames.js'
import {
  UVMEXP_ACTIVE,
  UVMEXP_FREE,
  UVMEXP_INACTIVE,
  UVMEXP_RESERVE_KERNEL,
  UVMEXP_WIRED,
  UVM_PAGEQLOCK,
  UVM_PAGE_ACTIVE,
  UVM_PAGE_FREE,
  UVM_PAGE_INACTIVE,
} from './globals.js'
import { pglistFirst, pglistLength, pglistNext } from './pglist.js'
import { pagesMachine } from './testing/pages-machine.js'
import type { TestCpu } from './testing/test-cpu.js'
import {
  UVM_PGA_USERESERVE,
  UVM_PGA_ZERO,
  pageCopy,
  uvmPageactivate,
  uvmPagealloc,
  uvmPagedeactivate,
  uvmPagedequeue,
  uvmPagefree,
  uvmPageunwire,
  uvmPagewire,
} from './uvm-page.js'
import { PG_PQFLAGS, PG_WIRE_COUNT, PQ_ACTIVE, PQ_INACTIVE, vmPageWords } from './vm-page.js'

vi.mock('./uvm-owner.js', () => import('./testing/stand-ins.js'))
vi.mock('./pmap-page.js', () => import('./testing/stand-ins.js'))

function locked(cpu: TestCpu, body: () => void): void {
  mutexSpinEnter(cpu, UVM_PAGEQLOCK)
  body()
  mutexSpinExit(cpu, UVM_PAGEQLOCK)
}

function pagesOn(cpu: TestCpu, head: number): number[] {
  const found: number[] = []
  for (let pg = pglistFirst(cpu.mem, head); pg !== 0; pg = pglistNext(cpu.mem, pg)) found.push(pg)
  expect(found.length).toBe(pglistLength(cpu.mem, head))
  return found
}

function checkConserved(cpu: TestCpu, allocated: Set<number>): void {
  const { mem, config } = cpu
  const free = pagesOn(cpu, UVM_PAGE_FREE)
  const active = pagesOn(cpu, UVM_PAGE_ACTIVE)
  const inactive = pagesOn(cpu, UVM_PAGE_INACTIVE)
  expect(new Set([...free, ...active, ...inactive]).size).toBe(free.length + active.length + inactive.length)
  expect(free.some((pg) => allocated.has(pg))).toBe(false)
  expect(free.length + allocated.size).toBe(config.physmem)
  expect(mem.read(UVMEXP_FREE)).toBe(free.length)
  expect(mem.read(UVMEXP_ACTIVE)).toBe(active.length)
  expect(mem.read(UVMEXP_INACTIVE)).toBe(inactive.length)
  const counts = framesByState(mem, config)
  expect(counts).toMatchObject({
    free: free.length,
    active: active.length,
    inactive: inactive.length,
    wired: mem.read(UVMEXP_WIRED),
    wiredQueued: 0,
  })
  expect(counts.free + counts.active + counts.inactive + counts.wired + counts.busy + counts.unqueued).toBe(
    config.physmem,
  )
}

test('queues and counts are conserved under random alloc, free, wire, unwire, activate and deactivate (500 histories)', () => {
  const step = fc.record({ op: fc.nat(7), pick: fc.nat() })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const { cpu } = pagesMachine({ ncpu: 1, physmem: 24, swapPages: 8, diskTicks: 0 })
      const { mem } = cpu
      const allocated = new Set<number>()
      for (const { op, pick } of steps) {
        const pg = [...allocated][pick % Math.max(allocated.size, 1)]
        if (op <= 2 || pg === undefined) {
          const got = uvmPagealloc(cpu, 0, 0, 0, op === 0 ? UVM_PGA_USERESERVE : 0)
          if (got !== 0) {
            expect(allocated.has(got)).toBe(false)
            allocated.add(got)
          }
        } else if (op === 3) {
          locked(cpu, () => uvmPagefree(cpu, pg))
          allocated.delete(pg)
        } else if (op === 4) {
          locked(cpu, () => uvmPagewire(cpu, pg))
        } else if (op === 5) {
          if (mem.read(pg + PG_WIRE_COUNT) > 0) {
            locked(cpu, () => uvmPageunwire(cpu, pg))
            expect(mem.read(pg + PG_WIRE_COUNT) > 0 || (mem.read(pg + PG_PQFLAGS) & PQ_ACTIVE) !== 0).toBe(
              true,
            )
          }
        } else if (op === 6) {
          locked(cpu, () => uvmPageactivate(cpu, pg))
        } else if ((mem.read(pg + PG_PQFLAGS) & (PQ_ACTIVE | PQ_INACTIVE)) !== 0) {
          locked(cpu, () => uvmPagedeactivate(cpu, pg))
        } else {
          locked(cpu, () => uvmPagedequeue(cpu, pg))
        }
        checkConserved(cpu, allocated)
      }
      expect(cpu.spinDepth).toBe(0)
    }),
    { numRuns: 500 },
  )
})

test('each requester is refused exactly at its reserve (1 to 4 CPUs)', () => {
  for (let ncpu = 1; ncpu <= 4; ncpu++) {
    const { cpu } = pagesMachine({ ncpu, physmem: 64 * ncpu, swapPages: 8, diskTicks: 0 })
    const { mem } = cpu
    function takeAll(flags: number): number {
      while (uvmPagealloc(cpu, 0, 0, 0, flags) !== 0) {}
      return mem.read(UVMEXP_FREE)
    }
    function* body(flags: number) {
      return takeAll(flags)
    }
    expect(mem.read(UVMEXP_RESERVE_KERNEL)).toBe(5 * ncpu)
    expect(cpu.run(body(0))).toBe(5 * ncpu)
    expect(cpu.run(body(0), { kernel: true })).toBe(1)
    expect(cpu.run(body(UVM_PGA_USERESERVE))).toBe(1)
    // Even with the flag, the pagedaemon's last page needs the pagedaemon.
    expect(cpu.run(body(UVM_PGA_USERESERVE), { name: 'pagedaemon' })).toBe(0)
  }
  const { cpu } = pagesMachine({ ncpu: 2, physmem: 96, swapPages: 8, diskTicks: 0 })
  function* pagedaemon() {
    while (uvmPagealloc(cpu, 0, 0, 0, 0) !== 0) {}
    return cpu.mem.read(UVMEXP_FREE)
  }
  expect(cpu.run(pagedaemon(), { name: 'pagedaemon' })).toBe(10) // being the pagedaemon is not enough for the kernel's
  expect(cpu.run(pagedaemon(), { name: 'pagedaemon', kernel: true })).toBe(0)
})

test('freeing a wired page forces its wire count to 0, and unwiring it then makes the count -1, as in C', () => {
  const { cpu } = pagesMachine({ ncpu: 1, physmem: 24, swapPages: 0, diskTicks: 0 })
  const { mem } = cpu
  const pg = uvmPagealloc(cpu, 0, 0, 0, 0)
  locked(cpu, () => {
    uvmPagewire(cpu, pg)
    uvmPagewire(cpu, pg)
    uvmPagefree(cpu, pg)
  })
  expect(mem.read(pg + PG_WIRE_COUNT)).toBe(0)
  expect(mem.read(UVMEXP_WIRED)).toBe(0)
  locked(cpu, () => uvmPageunwire(cpu, pg))
  expect(mem.read(pg + PG_WIRE_COUNT)).toBe(-1)
})

test('a zeroed page is all zeros, and a copied page is equal word for word', () => {
  const { cpu } = pagesMachine({ ncpu: 1, physmem: 24, swapPages: 0, diskTicks: 0 })
  const { mem } = cpu
  const from = uvmPagealloc(cpu, 0, 0, 0, 0)
  for (let word = 0; word < 1024; word++) mem.write(vmPageWords(cpu, from) + word, word * 7 + 1)
  const to = uvmPagealloc(cpu, 0, 0, 0, 0)
  pageCopy(cpu, from, to)
  for (let word = 0; word < 1024; word++) expect(mem.read(vmPageWords(cpu, to) + word)).toBe(word * 7 + 1)
  locked(cpu, () => uvmPagefree(cpu, to))
  const zeroed = uvmPagealloc(cpu, 0, 0, 0, UVM_PGA_ZERO)
  expect(zeroed).toBe(to)
  for (let word = 0; word < 1024; word++) expect(mem.read(vmPageWords(cpu, to) + word)).toBe(0)
})
