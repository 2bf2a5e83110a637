import fc from 'fast-check'
import { expect, test } from 'vitest'
import { kvaLoad, kvaStore, kvaWireCount } from './access.js'
import { UVMEXP_FREE } from './globals.js'
import { PAGE_SIZE, VM_MIN_KERNEL_ADDRESS, VM_PROT_NONE, VM_PROT_READ, VM_PROT_WRITE } from './param.js'
import { pmapPteAddr } from './pmap-core.js'
import { PM_RESIDENT, PM_WIRED } from './pmap-layout.js'
import { PG_A, PG_D, PG_FRAME, PG_RW, PG_U, PG_V, PG_W } from './pmap-pte.js'
import {
  PMAP_WIRED,
  pmapActivate,
  pmapClearModify,
  pmapClearReference,
  pmapCollect,
  pmapCreate,
  pmapDestroy,
  pmapEnter,
  pmapExtract,
  pmapIsModified,
  pmapPageProtect,
  pmapProtect,
  pmapRemove,
  pmapUnwire,
  pmapUpdate,
} from './pmap.js'
import { mappingsMachine } from './testing/mappings-machine.js'
import type { TestCpu } from './testing/test-cpu.js'
import { MC_TLB, mmCpu, tlbInsert, tlbLookup } from './tlb.js'
import { uvmPagealloc } from './uvm-page.js'
import { PG_PV, physToVmPage, vmPageToPhys } from './vm-page.js'

const RW = VM_PROT_READ | VM_PROT_WRITE
/** User pages of the test: two in one page table, two in another, one in a third. */
const VAS = [0x1000, 0x2000, 0x40_0000, 0x7f_f000, 0x3fff_f000]

interface Mapping {
  frame: number
  write: boolean
  wired: boolean
}

type Op =
  | { op: 'enter'; va: number; frame: number; write: boolean; wired: boolean }
  | { op: 'remove'; from: number; to: number }
  | { op: 'readonly'; from: number; to: number }
  | { op: 'unwire'; va: number }
  | { op: 'collect' }
  | { op: 'pageProtect'; frame: number; none: boolean }
  | { op: 'access'; va: number; write: boolean }
  | { op: 'clear'; frame: number; modify: boolean }

const va = fc.constantFrom(...VAS)
const frame = fc.nat(3)
const op: fc.Arbitrary<Op> = fc.oneof(
  fc.record({ op: fc.constant('enter' as const), va, frame, write: fc.boolean(), wired: fc.boolean() }),
  fc.record({ op: fc.constant('remove' as const), from: va, to: va }),
  fc.record({ op: fc.constant('readonly' as const), from: va, to: va }),
  fc.record({ op: fc.constant('unwire' as const), va }),
  fc.record({ op: fc.constant('collect' as const) }),
  fc.record({ op: fc.constant('pageProtect' as const), frame, none: fc.boolean() }),
  fc.record({ op: fc.constant('access' as const), va, write: fc.boolean() }),
  fc.record({ op: fc.constant('clear' as const), frame, modify: fc.boolean() }),
)

/** The MMU without its fault handler: does what user code does to the page tables and the TLB. */
function touch(cpu: TestCpu, pmap: number, address: number, write: boolean): void {
  const { mem } = cpu
  const need = PG_V | PG_U | (write ? PG_RW : 0)
  if (tlbLookup(cpu, address, need | (write ? PG_D : 0)) !== 0) return
  const pteAddr = pmapPteAddr(cpu, pmap, address)
  if (pteAddr === 0 || (mem.load(pteAddr) & need) !== need) return
  const pte = mem.load(pteAddr) | PG_A | (write ? PG_D : 0)
  mem.store(pteAddr, pte)
  tlbInsert(cpu, address, pte)
}

test('the page tables equal a map from address to mapping after any 40 operations, and no TLB entry outlives its mapping', () => {
  fc.assert(
    fc.property(fc.array(op, { maxLength: 40 }), (ops) => {
      const cpu = mappingsMachine()
      const { mem } = cpu
      const before = mem.read(UVMEXP_FREE)
      const pages = [0, 1, 2, 3].map(() => uvmPagealloc(cpu, 0, 0, 0, 0))
      const pmap = pmapCreate(cpu)
      pmapActivate(cpu, pmap)
      const model = new Map<number, Mapping>()
      const inRange = (from: number, to: number) => VAS.filter((v) => v >= from && v < to)

      for (const step of ops) {
        if (step.op === 'enter') {
          const pa = vmPageToPhys(cpu, pages[step.frame] as number)
          const prot = step.write ? RW : VM_PROT_READ
          expect(pmapEnter(cpu, pmap, step.va, pa, prot, prot | (step.wired ? PMAP_WIRED : 0))).toBe(0)
          model.set(step.va, { frame: step.frame, write: step.write, wired: step.wired })
        } else if (step.op === 'remove') {
          pmapRemove(cpu, pmap, step.from, step.to)
          for (const v of inRange(step.from, step.to)) model.delete(v)
        } else if (step.op === 'readonly') {
          pmapProtect(cpu, pmap, step.from, step.to, VM_PROT_READ)
          pmapUpdate(cpu)
          for (const v of inRange(step.from, step.to)) {
            const mapping = model.get(v)
            if (mapping !== undefined) mapping.write = false
          }
        } else if (step.op === 'unwire') {
          pmapUnwire(cpu, pmap, step.va)
          const mapping = model.get(step.va)
          if (mapping !== undefined) mapping.wired = false
        } else if (step.op === 'collect') {
          pmapCollect(cpu, pmap)
          for (const [v, mapping] of model) if (!mapping.wired) model.delete(v)
        } else if (step.op === 'pageProtect') {
          pmapPageProtect(cpu, pages[step.frame] as number, step.none ? VM_PROT_NONE : VM_PROT_READ)
          for (const [v, mapping] of model) {
            if (mapping.frame !== step.frame) continue
            if (step.none) model.delete(v)
            else mapping.write = false
          }
        } else if (step.op === 'access') {
          touch(cpu, pmap, step.va, step.write)
        } else if (step.modify) {
          pmapClearModify(cpu, pages[step.frame] as number)
        } else {
          pmapClearReference(cpu, pages[step.frame] as number)
        }

        for (const v of VAS) {
          const mapping = model.get(v)
          const pteAddr = pmapPteAddr(cpu, pmap, v)
          const pte = pteAddr === 0 ? 0 : mem.load(pteAddr)
          expect((pte & PG_V) !== 0).toBe(mapping !== undefined)
          if (mapping !== undefined) {
            expect(physToVmPage(cpu, pte & PG_FRAME)).toBe(pages[mapping.frame])
            expect((pte & PG_RW) !== 0).toBe(mapping.write)
            expect((pte & PG_W) !== 0).toBe(mapping.wired)
          }
          // What the TLB has is in the table, with no less rights there, and is marked accessed there.
          const cached = tlbLookup(cpu, v, 0)
          if (cached === 0) continue
          expect(pte & PG_FRAME).toBe(cached & PG_FRAME)
          expect(pte & PG_V & PG_V).toBe(PG_V)
          expect(cached & PG_RW & ~pte).toBe(0)
          expect(pte & PG_A).toBe(PG_A)
          expect(cached & PG_D & ~pte).toBe(0)
        }
        expect(mem.read(pmap + PM_RESIDENT)).toBe(model.size)
        expect(mem.read(pmap + PM_WIRED)).toBe([...model.values()].filter((m) => m.wired).length)
      }

      pmapRemove(cpu, pmap, 0, VM_MIN_KERNEL_ADDRESS)
      for (const pg of pages) expect(mem.read(pg + PG_PV)).toBe(0)
      // Page tables go with their last mapping: four pages and the directory are left.
      expect(mem.read(UVMEXP_FREE)).toBe(before - 5)
      pmapDestroy(cpu, pmap)
      expect(mem.read(UVMEXP_FREE)).toBe(before - 4)
    }),
    { numRuns: 150 },
  )
})

test('a page modified through a mapping that is then removed is still known to be modified', () => {
  const cpu = mappingsMachine()
  const pg = uvmPagealloc(cpu, 0, 0, 0, 0)
  const pmap = pmapCreate(cpu)
  pmapActivate(cpu, pmap)
  pmapEnter(cpu, pmap, 0x1000, vmPageToPhys(cpu, pg), RW, RW)
  expect(pmapIsModified(cpu, pg)).toBe(false)
  touch(cpu, pmap, 0x1000, true)
  pmapRemove(cpu, pmap, 0x1000, 0x2000)
  expect(pmapIsModified(cpu, pg)).toBe(true)
  expect(pmapClearModify(cpu, pg)).toBe(true)
  expect(pmapIsModified(cpu, pg)).toBe(false)
})

test('every pmap shares the kernel page tables: a kernel mapping made later is seen through each', () => {
  const cpu = mappingsMachine()
  const pmap = pmapCreate(cpu)
  const pg = uvmPagealloc(cpu, 0, 0, 0, 0)
  const kva = VM_MIN_KERNEL_ADDRESS + 5 * PAGE_SIZE
  pmapEnter(cpu, cpu.config.kernelPmap, kva, vmPageToPhys(cpu, pg), RW, RW)
  expect(pmapExtract(cpu, pmap, kva + 4)).toBe(vmPageToPhys(cpu, pg) + 4)
  kvaStore(cpu, kva + 8, 77)
  expect(kvaLoad(cpu, kva + 8)).toBe(77)
  expect(kvaWireCount(cpu, kva)).toBe(0)
  pmapRemove(cpu, cpu.config.kernelPmap, kva, kva + PAGE_SIZE)
  expect(() => kvaLoad(cpu, kva + 8)).toThrow('kernel page fault')
})

test('the TLB forgets across 5,000 flushes by generation: none of them brings an old translation back', () => {
  const cpu = mappingsMachine()
  const a = pmapCreate(cpu)
  const b = pmapCreate(cpu)
  pmapActivate(cpu, a)
  tlbInsert(cpu, 0x1000, 0x5000 | PG_V | PG_U)
  expect(tlbLookup(cpu, 0x1000, PG_V)).not.toBe(0)
  for (let i = 0; i < 2_500; i++) {
    pmapActivate(cpu, b)
    expect(tlbLookup(cpu, 0x1000, PG_V)).toBe(0)
    pmapActivate(cpu, a)
    expect(tlbLookup(cpu, 0x1000, PG_V)).toBe(0)
  }
  expect(mmCpu(cpu, 0) + MC_TLB).toBeGreaterThan(0)
})
