import fc from 'fast-check'
import { expect, test } from 'vitest'
import { EACCES } from './errno.js'
import { PAGE_SIZE, VM_MIN_ADDRESS, VM_PROT_NONE, VM_PROT_READ, VM_PROT_WRITE } from './param.js'
import { poolNout } from './pool.js'
import { mappingsMachine } from './testing/mappings-machine.js'
import type { TestCpu } from './testing/test-cpu.js'
import { uvmMapLookupEntry } from './uvm-map-entry.js'
import {
  MAP_INHERIT_COPY,
  MAP_INHERIT_NONE,
  MAP_INHERIT_SHARE,
  ME_END,
  ME_INHERITANCE,
  ME_NEXT,
  ME_START,
  UVM_FLAG_FIXED,
  VM_MAP,
  VM_MAP_HEADER,
  VM_MAP_NENTRIES,
} from './uvm-map-layout.js'
import { uvmMapCheckprot, uvmMapInherit, uvmMapProtect } from './uvm-map-protect.js'
import { uvmUnmap } from './uvm-map-unmap.js'
import { uvmMap } from './uvm-map.js'
import { uvmspaceAlloc, uvmspaceFree } from './uvm-space.js'
import {
  vmMapLock,
  vmMapLockTry,
  vmMapUnbusy,
  vmMapUnlock,
  vmMapBusy,
  vmMapLockRead,
  vmMapUnlockRead,
} from './vm-map-lock.js'

const RW = VM_PROT_READ | VM_PROT_WRITE
const NPAGES = 16

interface Page {
  prot: number
  maxprot: number
  inherit: number
}

const page = fc.nat(NPAGES - 1)
const npages = fc.integer({ min: 1, max: 6 })
const prot = fc.constantFrom(VM_PROT_NONE, VM_PROT_READ, RW)
const inherit = fc.constantFrom(MAP_INHERIT_NONE, MAP_INHERIT_COPY, MAP_INHERIT_SHARE)
const op = fc.oneof(
  fc.record({ op: fc.constant('map' as const), page, npages, prot, maxprot: prot, inherit }),
  fc.record({ op: fc.constant('mapAnywhere' as const), page, npages, prot }),
  fc.record({ op: fc.constant('unmap' as const), page, npages }),
  fc.record({ op: fc.constant('protect' as const), page, npages, prot, setMax: fc.boolean() }),
  fc.record({ op: fc.constant('inherit' as const), page, npages, inherit }),
)

function address(n: number): number {
  return VM_MIN_ADDRESS + n * PAGE_SIZE
}

/** The entries are in order, do not overlap, are not empty, and are as many as the map says. */
function checkEntries(cpu: TestCpu, map: number): void {
  const { mem } = cpu
  const header = map + VM_MAP_HEADER
  let end = 0
  let count = 0
  for (let e = mem.read(header + ME_NEXT); e !== header; e = mem.read(e + ME_NEXT)) {
    expect(mem.read(e + ME_START)).toBeGreaterThanOrEqual(end)
    end = mem.read(e + ME_END)
    expect(end).toBeGreaterThan(mem.read(e + ME_START))
    count++
  }
  expect(mem.read(map + VM_MAP_NENTRIES)).toBe(count)
}

test('map, unmap, protect and inherit act on a vm_map as on an array of pages (40 operations, 16 pages)', () => {
  fc.assert(
    fc.property(fc.array(op, { maxLength: 40 }), (ops) => {
      const cpu = mappingsMachine()
      const { mem } = cpu
      const map = cpu.run(uvmspaceAlloc(cpu)) + VM_MAP
      const model: (Page | undefined)[] = []
      const range = (first: number, count: number) => Array.from({ length: count }, (_, i) => first + i)

      for (const step of ops) {
        const start = address(step.page)
        const end = start + step.npages * PAGE_SIZE
        const pages = range(step.page, step.npages)
        if (step.op === 'map') {
          const max = step.maxprot | step.prot
          const got = cpu.run(
            uvmMap(cpu, map, start, end - start, step.prot, max, step.inherit, UVM_FLAG_FIXED),
          )
          if (pages.some((n) => model[n] !== undefined)) expect(got).toBeLessThan(0)
          else {
            expect(got).toBe(start)
            for (const n of pages) model[n] = { prot: step.prot, maxprot: max, inherit: step.inherit }
          }
        } else if (step.op === 'mapAnywhere') {
          const got = cpu.run(uvmMap(cpu, map, start, end - start, step.prot, RW, MAP_INHERIT_COPY, 0))
          let first = step.page
          while (range(first, step.npages).some((n) => model[n] !== undefined)) first++
          expect(got).toBe(address(first)) // first fit
          for (const n of range(first, step.npages)) {
            model[n] = { prot: step.prot, maxprot: RW, inherit: MAP_INHERIT_COPY }
          }
        } else if (step.op === 'unmap') {
          expect(cpu.run(uvmUnmap(cpu, map, start, end))).toBe(0)
          for (const n of pages) model[n] = undefined
        } else if (step.op === 'protect') {
          const error = cpu.run(uvmMapProtect(cpu, map, start, end, step.prot, step.setMax))
          const mapped = pages.map((n) => model[n]).filter((p) => p !== undefined)
          if (mapped.some((p) => (p.maxprot & step.prot) !== step.prot)) expect(error).toBe(EACCES)
          else {
            expect(error).toBe(0)
            for (const p of mapped) {
              p.prot = step.setMax ? step.prot & p.prot : step.prot
              if (step.setMax) p.maxprot = step.prot
            }
          }
        } else {
          expect(cpu.run(uvmMapInherit(cpu, map, start, end, step.inherit))).toBe(0)
          for (const n of pages) {
            const p = model[n]
            if (p !== undefined) p.inherit = step.inherit
          }
        }

        checkEntries(cpu, map)
        for (let n = 0; n < model.length; n++) {
          const entry = uvmMapLookupEntry(cpu, map, address(n))
          expect(entry !== 0).toBe(model[n] !== undefined)
          if (entry !== 0) expect(mem.read(entry + ME_INHERITANCE)).toBe(model[n]?.inherit)
        }
        for (const wanted of [VM_PROT_NONE, VM_PROT_READ, RW]) {
          const holds = pages.every((n) => {
            const p = model[n]
            return p !== undefined && (p.prot & wanted) === wanted
          })
          expect(uvmMapCheckprot(cpu, map, start, end, wanted)).toBe(holds)
        }
      }
      cpu.run(uvmspaceFree(cpu, map - VM_MAP))
      expect(poolNout(cpu, cpu.config.mm['mapEntryPool'] as number)).toBe(0)
    }),
    { numRuns: 150 },
  )
})

test('adjoining mappings that are alike are one entry, and stay so up to the size of an amap', () => {
  const cpu = mappingsMachine()
  const { mem } = cpu
  const map = cpu.run(uvmspaceAlloc(cpu)) + VM_MAP
  for (let n = 0; n < 64; n++) {
    cpu.run(uvmMap(cpu, map, address(n), PAGE_SIZE, RW, RW, MAP_INHERIT_COPY, UVM_FLAG_FIXED))
  }
  expect(mem.read(map + VM_MAP_NENTRIES)).toBe(1)
  cpu.run(uvmMap(cpu, map, address(64), PAGE_SIZE, RW, RW, MAP_INHERIT_COPY, UVM_FLAG_FIXED))
  expect(mem.read(map + VM_MAP_NENTRIES)).toBe(2)
})

test('a busy map lets readers in and keeps writers out until it is unbusied; vm_map_lock_try fails', () => {
  const cpu = mappingsMachine()
  const map = cpu.run(uvmspaceAlloc(cpu)) + VM_MAP
  const order: string[] = []
  let release = false
  cpu.run(
    (function* () {
      yield* vmMapLock(cpu, map)
      vmMapBusy(cpu, map)
      vmMapUnlock(cpu, map)
      cpu.spawn(
        'writer',
        (function* () {
          yield* vmMapLock(cpu, map)
          order.push(release ? 'writer after' : 'writer before')
          vmMapUnlock(cpu, map)
        })(),
      )
      cpu.spawn(
        'reader',
        (function* () {
          yield* vmMapLockRead(cpu, map)
          order.push('reader')
          vmMapUnlockRead(cpu, map)
          expect(vmMapLockTry(cpu, map)).toBe(false)
        })(),
      )
      yield // the others run
      yield
      release = true
      yield* vmMapUnbusy(cpu, map)
    })(),
  )
  cpu.settle()
  expect(order).toEqual(['reader', 'writer after'])
  expect(vmMapLockTry(cpu, map)).toBe(true)
  vmMapUnlock(cpu, map)
})
