/** What of uvm_glue.c the recorded cases leave out, on the memory system itself: a machine with one CPU after boot. */
import { Panic, runToEnd } from '@holdfast/atomics-sync'
import {
  B_READ,
  B_WRITE,
  ME_NEXT,
  PAGE_SIZE,
  PG_RW,
  PG_V,
  PG_WIRE_COUNT,
  PM_WIRED,
  UVMEXP_FREE,
  VM_MAP,
  VM_MAP_HEADER,
  VM_REFCNT,
  pmapExtract,
  pmapPteAddr,
  physToVmPage,
  ptoa,
} from '@holdfast/mm'
import { expect, test } from 'vitest'
import { PROC_WORDS, P_RLIMIT, P_VMSPACE } from '../proc.js'
import { OP_SLEEP } from '../program.js'
import { OneCpu } from '../testing/run-one-cpu.js'
import { uvmProcFork } from './fork.js'
import { uvmChgkprot } from './kernacc.js'
import { RLIMIT_AS, RLIMIT_DATA, RLIMIT_RSS, RLIMIT_STACK, RLIM_INFINITY, uvmInitLimits } from './limits.js'
import { uspace, uvmUareaAlloc, uvmUareaFree } from './uarea.js'

function machineOf(upages = 2): OneCpu {
  return new OneCpu({
    ncpu: 1,
    physmem: 200,
    swapPages: 100,
    diskTicks: 1,
    upages,
    kpreempt: false, // so that what a test calls itself is not preempted
    workload: {
      seed: 1,
      programs: [[OP_SLEEP, 0, 0, 0]],
      processes: [{ nice: 20, pages: 3, lwps: [{ class: 0, priority: 30, program: 0 }] }],
    },
  })
}

/** Wire count of each page of the u-area at `va`. */
function wireCounts({ cpu, mem, config }: OneCpu, va: number): number[] {
  const counts: number[] = []
  for (let at = va; at < va + uspace(cpu); at += PAGE_SIZE) {
    const pa = pmapExtract(cpu, config.kernelPmap, at)
    counts.push(pa === -1 ? -1 : mem.read(physToVmPage(cpu, pa) + PG_WIRE_COUNT))
  }
  return counts
}

test.each([2, 4])(
  'a u-area of %d pages comes wired once a page, goes back wired, and is the next one given out, wired once still',
  (upages) => {
    const machine = machineOf(upages)
    const { cpu } = machine
    const once = Array.from({ length: upages }, () => 1)
    const first = runToEnd(uvmUareaAlloc(cpu))
    const second = runToEnd(uvmUareaAlloc(cpu))
    expect(first).not.toBe(second)
    expect([wireCounts(machine, first), wireCounts(machine, second)]).toEqual([once, once])

    runToEnd(uvmUareaFree(cpu, first, cpu.ci))
    expect(wireCounts(machine, first)).toEqual(once)
    expect(runToEnd(uvmUareaAlloc(cpu))).toBe(first)
    expect(wireCounts(machine, first)).toEqual(once)
  },
)

test('uvm_init_limits writes seven words of process 0: i386 sizes, no limit of addresses, and all free memory resident', () => {
  const { cpu, mem, config } = machineOf()
  const before = Array.from({ length: 32 }, (_, n) => -1000 - n)
  const rlimit = config.procs + (config.nprocs - 1) * PROC_WORDS + P_RLIMIT
  const words = PROC_WORDS - P_RLIMIT
  for (let n = 0; n < words && n < before.length; n++) mem.write(rlimit + n, before[n] as number)
  uvmInitLimits(cpu, rlimit - P_RLIMIT)
  const MB = 1024 * 1024
  const wanted = new Map([
    [2 * RLIMIT_STACK, 2 * MB],
    [2 * RLIMIT_STACK + 1, 64 * MB],
    [2 * RLIMIT_DATA, 256 * MB],
    [2 * RLIMIT_DATA + 1, 1024 * MB],
    [2 * RLIMIT_AS, RLIM_INFINITY],
    [2 * RLIMIT_AS + 1, RLIM_INFINITY],
    [2 * RLIMIT_RSS, ptoa(mem.read(UVMEXP_FREE))],
  ])
  for (let n = 0; n < words && n < before.length; n++) {
    expect(mem.read(rlimit + n), `word ${n}`).toBe(wanted.get(n) ?? before[n])
  }
  expect(mem.read(UVMEXP_FREE)).toBeGreaterThan(0)
})

test('uvm_chgkprot takes and gives write access to whole pages, keeps frame and wiring, and panics on an unmapped page', () => {
  const { cpu, mem, config } = machineOf(3)
  const va = runToEnd(uvmUareaAlloc(cpu))
  const pages = [0, 1, 2].map((n) => va + n * PAGE_SIZE)
  const ptes = (): number[] =>
    pages.map((at) => mem.load(pmapPteAddr(cpu, config.kernelPmap, at)) & (PG_V | PG_RW))
  const frames = (): number[] => pages.map((at) => pmapExtract(cpu, config.kernelPmap, at))
  const [there, wired] = [frames(), mem.read(config.kernelPmap + PM_WIRED)]
  const RW = PG_V | PG_RW

  expect(ptes()).toEqual([RW, RW, RW])
  // From the last byte of the first page to the first of the second.
  uvmChgkprot(cpu, va + PAGE_SIZE - 1, 2, B_READ)
  expect(ptes()).toEqual([PG_V, PG_V, RW])
  uvmChgkprot(cpu, va + PAGE_SIZE, 1, B_WRITE)
  expect(ptes()).toEqual([PG_V, RW, RW])
  expect(frames()).toEqual(there)
  expect(mem.read(config.kernelPmap + PM_WIRED)).toBe(wired)

  const none = pages
    .map((at) => at + 4096 * PAGE_SIZE)
    .find((at) => pmapExtract(cpu, config.kernelPmap, at) === -1)
  expect(none).toBeDefined()
  expect(() => uvmChgkprot(cpu, none as number, 1, B_READ)).toThrow(
    new Panic('panic', 'uvm_chgkprot: invalid page'),
  )
})

test('uvm_proc_fork shared: the child has the address space of its parent, with one reference more', () => {
  const { cpu, mem, p1, p2 } = forkers()
  const vs = mem.read(p1 + P_VMSPACE)
  runToEnd(uvmProcFork(cpu, p1, p2, true))
  expect(mem.read(p2 + P_VMSPACE)).toBe(vs)
  expect(mem.read(vs + VM_REFCNT)).toBe(2)
})

test('uvm_proc_fork not shared: the child has an address space of its own, with as many entries and one reference', () => {
  const { cpu, mem, p1, p2 } = forkers()
  const vs = mem.read(p1 + P_VMSPACE)
  const entries = (space: number): number => {
    const header = space + VM_MAP + VM_MAP_HEADER
    let n = 0
    for (let e = mem.read(header + ME_NEXT); e !== header; e = mem.read(e + ME_NEXT)) n++
    return n
  }
  runToEnd(uvmProcFork(cpu, p1, p2, false))
  const own = mem.read(p2 + P_VMSPACE)
  expect([0, vs]).not.toContain(own)
  expect([mem.read(vs + VM_REFCNT), mem.read(own + VM_REFCNT)]).toEqual([1, 1])
  expect(entries(own)).toBe(entries(vs))
  expect(entries(own)).toBeGreaterThan(0)
})

/** The process of the workload, and a structure for another. */
function forkers() {
  const { cpu, mem, config } = machineOf()
  const p1 = mem.read(config.kern['scenarioProcs'] as number)
  const p2 = config.procs + (config.nprocs - 1) * PROC_WORDS
  return { cpu, mem, p1, p2 }
}
