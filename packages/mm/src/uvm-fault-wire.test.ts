import fc from 'fast-check'
import { expect, test } from 'vitest'
import { kvaLoad, kvaStore, kvaWireCount, userAccess, userLoad, userStore } from './access.js'
import { EACCES, EFAULT } from './errno.js'
import { framesByState } from './frames.js'
import { UVMEXP_FREE, UVMEXP_PAGEINS, UVMEXP_SWPGINUSE, UVMEXP_WIRED } from './globals.js'
import { PAGE_SIZE, VM_PROT_READ, VM_PROT_WRITE } from './param.js'
import { pmapCollect, pmapExtract } from './pmap.js'
import { mappingsMachine } from './testing/mappings-machine.js'
import type { TestCpu } from './testing/test-cpu.js'
import { uvmFaultUnwire, uvmFaultWire } from './uvm-fault-wire.js'
import {
  UVM_KMF_NOWAIT,
  UVM_KMF_PAGEABLE,
  UVM_KMF_VAONLY,
  UVM_KMF_WAITVA,
  UVM_KMF_WIRED,
  UVM_KMF_ZERO,
  uvmKmAlloc,
  uvmKmFree,
} from './uvm-km.js'
import { MAP_INHERIT_COPY, UVM_FLAG_FIXED, VM_MAP, VM_MAP_NENTRIES } from './uvm-map-layout.js'
import { uvmMapProtect } from './uvm-map-protect.js'
import { uvmUnmap } from './uvm-map-unmap.js'
import { uvmMap } from './uvm-map.js'
import { uvmspaceAlloc, uvmspaceFree } from './uvm-space.js'
import { vmMapPmap } from './vm-map-lock.js'
import { PG_WIRE_COUNT, physToVmPage } from './vm-page.js'

const RW = VM_PROT_READ | VM_PROT_WRITE
const BASE = 0x10_0000
const USPACE = 2 * PAGE_SIZE

function userSpace(cpu: TestCpu, npages: number): { vs: number; map: number } {
  const vs = cpu.run(uvmspaceAlloc(cpu))
  cpu.run(uvmMap(cpu, vs + VM_MAP, BASE, npages * PAGE_SIZE, RW, RW, MAP_INHERIT_COPY, UVM_FLAG_FIXED))
  return { vs, map: vs + VM_MAP }
}

function userWireCount(cpu: TestCpu, map: number, va: number): number {
  const pa = pmapExtract(cpu, vmMapPmap(cpu, map), va)
  return pa === -1 ? 0 : cpu.mem.read(physToVmPage(cpu, pa) + PG_WIRE_COUNT)
}

test('after any 30 wirings and unwirings the wire count of a page is the number of wirings that cover it (8 pages)', () => {
  const range = fc.record({ first: fc.nat(7), count: fc.integer({ min: 1, max: 8 }), unwire: fc.boolean() })
  fc.assert(
    fc.property(fc.array(range, { maxLength: 30 }), (ranges) => {
      const cpu = mappingsMachine()
      const { vs, map } = userSpace(cpu, 8)
      const held: { first: number; last: number }[] = []
      for (const { first, count, unwire } of ranges) {
        const last = Math.min(first + count, 8)
        if (unwire) {
          const wiring = held.shift()
          if (wiring === undefined) continue
          const { first: from, last: to } = wiring
          cpu.run(uvmFaultUnwire(cpu, map, BASE + from * PAGE_SIZE, BASE + to * PAGE_SIZE))
        } else {
          const end = BASE + last * PAGE_SIZE
          expect(cpu.run(uvmFaultWire(cpu, map, BASE + first * PAGE_SIZE, end, RW, 0))).toBe(0)
          held.push({ first, last })
        }
        for (let n = 0; n < 8; n++) {
          const covering = held.filter((wiring) => wiring.first <= n && n < wiring.last).length
          expect(userWireCount(cpu, map, BASE + n * PAGE_SIZE)).toBe(covering)
        }
      }
      for (const { first, last } of held) {
        cpu.run(uvmFaultUnwire(cpu, map, BASE + first * PAGE_SIZE, BASE + last * PAGE_SIZE))
      }
      expect(cpu.mem.read(UVMEXP_WIRED)).toBe(0)
      cpu.run(uvmspaceFree(cpu, vs))
    }),
    { numRuns: 100 },
  )
})

test('uvm_fault_wire that fails at a hole or a right unwires the pages before, and no others', () => {
  const cpu = mappingsMachine()
  const { map } = userSpace(cpu, 6)
  expect(cpu.run(uvmFaultWire(cpu, map, BASE, BASE + PAGE_SIZE, RW, 0))).toBe(0)
  cpu.run(uvmUnmap(cpu, map, BASE + 4 * PAGE_SIZE, BASE + 5 * PAGE_SIZE))
  expect(cpu.run(uvmFaultWire(cpu, map, BASE, BASE + 6 * PAGE_SIZE, RW, 0))).toBe(EFAULT)
  expect(userWireCount(cpu, map, BASE)).toBe(1)
  for (let n = 1; n < 6; n++) expect(userWireCount(cpu, map, BASE + n * PAGE_SIZE)).toBe(0)

  cpu.run(uvmMapProtect(cpu, map, BASE + 2 * PAGE_SIZE, BASE + 3 * PAGE_SIZE, VM_PROT_READ, false))
  expect(cpu.run(uvmFaultWire(cpu, map, BASE, BASE + 3 * PAGE_SIZE, RW, 0))).toBe(EACCES)
  // With the maximum protection asked for, the same range may be wired.
  expect(cpu.run(uvmFaultWire(cpu, map, BASE, BASE + 3 * PAGE_SIZE, RW, 1))).toBe(0)
  expect(userWireCount(cpu, map, BASE)).toBe(2)
  expect(userWireCount(cpu, map, BASE + 2 * PAGE_SIZE)).toBe(1)
})

test('unwiring leaves pages mapped, does not check the count, and passes over what is not mapped', () => {
  const cpu = mappingsMachine()
  const { map } = userSpace(cpu, 2)
  cpu.run(userAccess(cpu, map, BASE, true))
  cpu.run(uvmFaultUnwire(cpu, map, BASE, BASE + 2 * PAGE_SIZE))
  expect(userWireCount(cpu, map, BASE)).toBe(-1) // as in C
  expect(pmapExtract(cpu, vmMapPmap(cpu, map), BASE)).not.toBe(-1)
})

test('pmap_collect takes every user mapping but the wired ones, and nothing is lost', () => {
  const cpu = mappingsMachine()
  const { map } = userSpace(cpu, 4)
  const pmap = vmMapPmap(cpu, map)
  for (let n = 0; n < 4; n++) cpu.run(userStore(cpu, map, BASE + n * PAGE_SIZE, 100 + n))
  cpu.run(uvmFaultWire(cpu, map, BASE + PAGE_SIZE, BASE + 2 * PAGE_SIZE, RW, 0))
  pmapCollect(cpu, pmap)
  for (let n = 0; n < 4; n++) {
    expect(pmapExtract(cpu, pmap, BASE + n * PAGE_SIZE) !== -1).toBe(n === 1)
    expect(cpu.run(userLoad(cpu, map, BASE + n * PAGE_SIZE))).toBe(100 + n)
  }
})

test('a u-area wired, unwired, paged out under pressure and wired again keeps its words; freeing it gives all back', () => {
  const cpu = mappingsMachine({ physmem: 96, swapPages: 200, freemin: 12 })
  const { mem } = cpu
  cpu.settle()
  const free = mem.read(UVMEXP_FREE)
  const { kernelMap } = cpu.config
  const areas: number[] = []
  for (let i = 0; i < 8; i++) {
    const va = cpu.run(uvmKmAlloc(cpu, kernelMap, USPACE, 0, UVM_KMF_PAGEABLE | UVM_KMF_WAITVA))
    expect(va % PAGE_SIZE).toBe(0)
    expect(cpu.run(uvmFaultWire(cpu, kernelMap, va, va + USPACE, RW, 0))).toBe(0)
    for (let w = 0; w < USPACE; w += 512) kvaStore(cpu, va + w, va + w)
    expect(kvaWireCount(cpu, va)).toBe(1)
    areas.push(va)
  }
  expect(mem.read(kernelMap + VM_MAP_NENTRIES)).toBe(1) // u-areas side by side are one entry
  for (const va of areas) cpu.run(uvmFaultUnwire(cpu, kernelMap, va, va + USPACE))
  expect(mem.read(UVMEXP_WIRED)).toBe(0)
  for (const va of areas) expect(kvaWireCount(cpu, va)).toBe(0)

  const hog = userSpace(cpu, 120)
  for (let n = 0; n < 120; n++) cpu.run(userStore(cpu, hog.map, BASE + n * PAGE_SIZE, n))
  const pageins = mem.read(UVMEXP_PAGEINS)
  for (const va of areas) {
    expect(cpu.run(uvmFaultWire(cpu, kernelMap, va, va + USPACE, RW, 0))).toBe(0)
    for (let w = 0; w < USPACE; w += 512) expect(kvaLoad(cpu, va + w)).toBe(va + w)
    expect(kvaWireCount(cpu, va + PAGE_SIZE)).toBe(1)
  }
  expect(mem.read(UVMEXP_PAGEINS)).toBeGreaterThan(pageins)
  expect(mem.read(UVMEXP_WIRED)).toBe(16)

  cpu.run(uvmspaceFree(cpu, hog.vs))
  for (const va of areas) cpu.run(uvmKmFree(cpu, kernelMap, va, USPACE, UVM_KMF_PAGEABLE)) // still wired
  cpu.settle({ time: true })
  expect(mem.read(UVMEXP_FREE)).toBe(free)
  expect(mem.read(UVMEXP_WIRED)).toBe(0)
  expect(mem.read(UVMEXP_SWPGINUSE)).toBe(0)
  expect(mem.read(kernelMap + VM_MAP_NENTRIES)).toBe(0)
  expect(framesByState(mem, cpu.config).wiredQueued).toBe(0)
})

test('wired kernel memory is there at once, zeroed when asked; NOWAIT fails without leaving anything behind', () => {
  const cpu = mappingsMachine()
  const { mem } = cpu
  const { kernelMap } = cpu.config
  const free = mem.read(UVMEXP_FREE)
  const va = cpu.run(uvmKmAlloc(cpu, kernelMap, 3 * PAGE_SIZE, 8 * PAGE_SIZE, UVM_KMF_WIRED | UVM_KMF_ZERO))
  expect(va % (8 * PAGE_SIZE)).toBe(0)
  kvaStore(cpu, va + 100, 9)
  expect(kvaLoad(cpu, va + 104)).toBe(0)
  expect(mem.read(UVMEXP_FREE)).toBe(free - 3)
  expect(cpu.run(uvmKmAlloc(cpu, kernelMap, 4000 * PAGE_SIZE, 0, UVM_KMF_WIRED | UVM_KMF_NOWAIT))).toBe(0)
  expect(mem.read(UVMEXP_FREE)).toBe(free - 3)
  cpu.run(uvmKmFree(cpu, kernelMap, va, 3 * PAGE_SIZE, UVM_KMF_WIRED))
  expect(mem.read(UVMEXP_FREE)).toBe(free)
  expect(() => kvaLoad(cpu, va)).toThrow('kernel page fault')
})

test('who wants address space with WAITVA gets it when somebody frees some', () => {
  const cpu = mappingsMachine()
  const { kernelMap } = cpu.config
  const half = 32 * 1024 * 1024
  const first = cpu.run(uvmKmAlloc(cpu, kernelMap, half, 0, UVM_KMF_VAONLY))
  const second = cpu.run(uvmKmAlloc(cpu, kernelMap, half, 0, UVM_KMF_VAONLY))
  expect(second).not.toBe(0)
  expect(cpu.run(uvmKmAlloc(cpu, kernelMap, PAGE_SIZE, 0, UVM_KMF_VAONLY))).toBe(0)
  const waiter = cpu.spawn('waiter', uvmKmAlloc(cpu, kernelMap, half, 0, UVM_KMF_VAONLY | UVM_KMF_WAITVA))
  cpu.settle()
  expect(waiter.done).toBe(false)
  cpu.run(uvmKmFree(cpu, kernelMap, first, half, UVM_KMF_VAONLY))
  cpu.settle()
  expect(waiter.result).toBe(first)
})
