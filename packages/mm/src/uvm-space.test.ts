import fc from 'fast-check'
import { expect, test } from 'vitest'
import { userLoad, userStore } from './access.js'
import { EACCES, EFAULT } from './errno.js'
import { framesByState } from './frames.js'
import { UVMEXP_FREE, UVMEXP_PAGEINS, UVMEXP_SWPGINUSE } from './globals.js'
import { PAGE_SIZE, VM_PROT_READ, VM_PROT_WRITE } from './param.js'
import { pmapCollect } from './pmap.js'
import { poolNout } from './pool.js'
import { mappingsMachine } from './testing/mappings-machine.js'
import type { TestCpu } from './testing/test-cpu.js'
import {
  MAP_INHERIT_COPY,
  MAP_INHERIT_NONE,
  MAP_INHERIT_SHARE,
  UVM_FLAG_FIXED,
  VM_MAP,
} from './uvm-map-layout.js'
import { uvmMapPageable } from './uvm-map-pageable.js'
import { uvmMapInherit } from './uvm-map-protect.js'
import { uvmUnmap } from './uvm-map-unmap.js'
import { uvmMap } from './uvm-map.js'
import { uvmspaceAlloc, uvmspaceFork, uvmspaceFree } from './uvm-space.js'
import { vmMapPmap } from './vm-map-lock.js'

const RW = VM_PROT_READ | VM_PROT_WRITE
const BASE = 0x10_0000
const NPAGES = 24

const who = fc.nat(5)
const page = fc.nat(NPAGES - 1)
const op = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      op: fc.constant('write' as const),
      who,
      page,
      value: fc.integer({ min: 1, max: 1 << 20 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ op: fc.constant('read' as const), who, page }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constant('fork' as const), who }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('exit' as const), who }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('unmap' as const), who, page }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('collect' as const), who }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('wire' as const), who, page }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('unwire' as const), who, page }) },
  {
    weight: 1,
    arbitrary: fc.record({
      op: fc.constant('inherit' as const),
      who,
      page,
      how: fc.constantFrom(MAP_INHERIT_COPY, MAP_INHERIT_SHARE, MAP_INHERIT_NONE),
    }),
  },
)

type Op = typeof op extends fc.Arbitrary<infer T> ? T : never

/** A page of the model: a cell that those who share it have in common, and what a child gets. */
interface Cell {
  value: number
}
interface ModelPage {
  cell: Cell
  inherit: number
}
interface Space {
  vs: number
  pages: Map<number, ModelPage>
}

function newSpace(cpu: TestCpu): Space {
  const vs = cpu.run(uvmspaceAlloc(cpu))
  const got = cpu.run(
    uvmMap(cpu, vs + VM_MAP, BASE, NPAGES * PAGE_SIZE, RW, RW, MAP_INHERIT_COPY, UVM_FLAG_FIXED),
  )
  expect(got).toBe(BASE)
  const pages = new Map<number, ModelPage>()
  for (let n = 0; n < NPAGES; n++) pages.set(n, { cell: { value: 0 }, inherit: MAP_INHERIT_COPY })
  return { vs, pages }
}

function check(ops: Op[], physmem: number, swapPages: number): number {
  const cpu = mappingsMachine({ physmem, swapPages, maxproc: 8, freemin: 12, diskTicks: 1 })
  const { mem } = cpu
  cpu.settle()
  const freeAtFirst = mem.read(UVMEXP_FREE)
  const spaces: Space[] = [newSpace(cpu)]

  for (const step of ops) {
    const space = spaces[step.who % spaces.length] as Space
    const map = space.vs + VM_MAP
    const va = 'page' in step ? BASE + step.page * PAGE_SIZE + 4 * (step.page % 7) : 0
    const start = va & ~(PAGE_SIZE - 1)
    const model = 'page' in step ? space.pages.get(step.page) : undefined
    if (step.op === 'write') {
      const error = cpu.run(userStore(cpu, map, va, step.value))
      expect(error).toBe(model === undefined ? EFAULT : 0)
      if (model !== undefined) model.cell.value = step.value
    } else if (step.op === 'read') {
      expect(cpu.run(userLoad(cpu, map, va))).toBe(model === undefined ? null : model.cell.value)
    } else if (step.op === 'fork') {
      if (spaces.length >= 6) continue
      const vs = cpu.run(uvmspaceFork(cpu, space.vs))
      expect(vs).not.toBe(0)
      const pages = new Map<number, ModelPage>()
      for (const [n, p] of space.pages) {
        if (p.inherit === MAP_INHERIT_SHARE) pages.set(n, { ...p })
        else if (p.inherit === MAP_INHERIT_COPY) pages.set(n, { ...p, cell: { ...p.cell } })
      }
      spaces.push({ vs, pages })
    } else if (step.op === 'exit') {
      if (spaces.length === 1) continue
      cpu.run(uvmspaceFree(cpu, space.vs))
      spaces.splice(spaces.indexOf(space), 1)
    } else if (step.op === 'unmap') {
      expect(cpu.run(uvmUnmap(cpu, map, start, start + PAGE_SIZE))).toBe(0)
      space.pages.delete(step.page)
    } else if (step.op === 'collect') {
      pmapCollect(cpu, vmMapPmap(cpu, map))
    } else if (step.op === 'wire' || step.op === 'unwire') {
      cpu.run(uvmMapPageable(cpu, map, start, start + PAGE_SIZE, step.op === 'unwire'))
    } else {
      expect(cpu.run(uvmMapInherit(cpu, map, start, start + PAGE_SIZE, step.how))).toBe(0)
      if (model !== undefined) model.inherit = step.how
    }
  }

  for (const space of spaces) {
    for (const [n, p] of space.pages) {
      const va = BASE + n * PAGE_SIZE + 4 * (n % 7)
      expect(cpu.run(userLoad(cpu, space.vs + VM_MAP, va))).toBe(p.cell.value)
    }
  }
  for (const space of spaces) cpu.run(uvmspaceFree(cpu, space.vs))
  cpu.settle({ time: true })
  expect(mem.read(UVMEXP_FREE)).toBe(freeAtFirst)
  expect(framesByState(mem, cpu.config).free).toBe(freeAtFirst)
  expect(mem.read(UVMEXP_SWPGINUSE)).toBe(0)
  for (const pool of ['anonPool', 'amapPool', 'mapEntryPool', 'pvPool', 'pmapPool', 'vmspacePool']) {
    expect([pool, poolNout(cpu, cpu.config.mm[pool] as number)]).toEqual([pool, 0])
  }
  return mem.read(UVMEXP_PAGEINS)
}

test('after any 80 writes, forks, exits and unmaps, each space reads what it wrote or inherited; nothing leaks', () => {
  fc.assert(
    fc.property(fc.array(op, { maxLength: 80 }), (ops) => {
      check(ops, 512, 0)
    }),
    { numRuns: 80 },
  )
})

test('the same holds when memory is a third of what is needed, and pages go to swap and back', () => {
  let pageins = 0
  fc.assert(
    fc.property(fc.array(op, { minLength: 60, maxLength: 160 }), (ops) => {
      pageins += check(ops, 96, 600)
    }),
    { numRuns: 60 },
  )
  expect(pageins).toBeGreaterThan(0)
})

test('a copy on write in memory that is shared is seen by those who have the old page mapped', () => {
  // The last of a family has its pages still copy-on-write, shares page 9 with a child, and has it mapped.
  const ops: Op[] = [
    { op: 'write', who: 0, page: 9, value: 1 },
    { op: 'fork', who: 0 },
    { op: 'fork', who: 0 },
    { op: 'inherit', who: 2, page: 9, how: MAP_INHERIT_SHARE },
    { op: 'exit', who: 0 },
    { op: 'exit', who: 0 },
    { op: 'read', who: 0, page: 9 },
    { op: 'fork', who: 0 },
    { op: 'write', who: 1, page: 9, value: 2 },
    { op: 'read', who: 0, page: 9 },
  ]
  expect(check(ops, 512, 0)).toBe(0)
})

test('access to nothing is EFAULT, to what may not be written EACCES, and to kernel addresses EFAULT', () => {
  const cpu = mappingsMachine()
  const vs = cpu.run(uvmspaceAlloc(cpu))
  const map = vs + VM_MAP
  cpu.run(uvmMap(cpu, map, BASE, PAGE_SIZE, VM_PROT_READ, RW, MAP_INHERIT_COPY, UVM_FLAG_FIXED))
  expect(cpu.run(userStore(cpu, map, BASE - 4, 1))).toBe(EFAULT)
  expect(cpu.run(userStore(cpu, map, BASE, 1))).toBe(EACCES)
  expect(cpu.run(userLoad(cpu, map, BASE))).toBe(0)
  expect(cpu.run(userStore(cpu, map, 0x4000_0000, 1))).toBe(EFAULT)
  expect(cpu.run(userLoad(cpu, map, -4))).toBe(null)
})
