import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { kvaLoad } from './access.js'
import { UVMEXP_SHOOTDOWNS } from './globals.js'
import { PAGE_SIZE, VM_MIN_KERNEL_ADDRESS, VM_PROT_READ, VM_PROT_WRITE } from './param.js'
import { tlbInterrupt, tlbOffline, tlbOnline } from './pmap-tlb.js'
import { pmapActivate, pmapCreate, pmapDestroy, pmapEnter, pmapRemove } from './pmap.js'
import { mappingsMachine } from './testing/mappings-machine.js'
import { PlainCpu } from './testing/plain-cpu.js'
import { tlbInsert, tlbLookup } from './tlb.js'
import { uvmPagealloc } from './uvm-page.js'
import { vmPageToPhys, vmPageWords } from './vm-page.js'

const RW = VM_PROT_READ | VM_PROT_WRITE
const KVA = VM_MIN_KERNEL_ADDRESS + 3 * PAGE_SIZE

/** Two CPUs in one thread, of which the second answers when the first spins. */
function pair(): { one: PlainCpu; two: PlainCpu } {
  const boot = mappingsMachine({ ncpu: 2 })
  tlbOffline(boot)
  const buffer = boot.mem.words.buffer as SharedArrayBuffer
  const one = new PlainCpu(buffer, boot.config, 0)
  const two = new PlainCpu(buffer, boot.config, 1)
  one.onSpin = () => tlbInterrupt(two)
  tlbOnline(one)
  tlbOnline(two)
  return { one, two }
}

test('a kernel translation removed on one CPU is in no TLB when pmap_remove returns', () => {
  const { one, two } = pair()
  const pg = uvmPagealloc(one, 0, 0, 0, 0)
  pmapEnter(one, one.config.kernelPmap, KVA, vmPageToPhys(one, pg), RW, RW)
  one.mem.write(vmPageWords(one, pg), 5)
  expect(kvaLoad(one, KVA)).toBe(5)
  expect(kvaLoad(two, KVA)).toBe(5)
  pmapRemove(one, one.config.kernelPmap, KVA, KVA + PAGE_SIZE)
  expect(tlbLookup(one, KVA, 1)).toBe(0)
  expect(tlbLookup(two, KVA, 1)).toBe(0)
  expect(one.mem.read(UVMEXP_SHOOTDOWNS)).toBe(1)
})

test('no CPU is interrupted for a translation that nobody used, nor one that has another pmap loaded, nor one offline', () => {
  const { one, two } = pair()
  const pg = uvmPagealloc(one, 0, 0, 0, 0)
  const pa = vmPageToPhys(one, pg)
  pmapEnter(one, one.config.kernelPmap, KVA, pa, RW, RW)
  pmapRemove(one, one.config.kernelPmap, KVA, KVA + PAGE_SIZE)
  expect(one.mem.read(UVMEXP_SHOOTDOWNS)).toBe(0)

  const mine = pmapCreate(one)
  const its = pmapCreate(one)
  pmapActivate(one, mine)
  pmapActivate(two, its)
  pmapEnter(one, mine, 0x1000, pa, RW, RW)
  pmapRemove(one, mine, 0x1000, 0x2000)
  expect(one.mem.read(UVMEXP_SHOOTDOWNS)).toBe(0)

  tlbOffline(two)
  pmapEnter(one, one.config.kernelPmap, KVA, pa, RW, RW)
  kvaLoad(one, KVA)
  pmapRemove(one, one.config.kernelPmap, KVA, KVA + PAGE_SIZE)
  expect(one.mem.read(UVMEXP_SHOOTDOWNS)).toBe(0)
})

test('a CPU that comes online has forgotten what it knew; one that goes offline first answers what it was asked', () => {
  const { one, two } = pair()
  const pg = uvmPagealloc(one, 0, 0, 0, 0)
  pmapEnter(one, one.config.kernelPmap, KVA, vmPageToPhys(one, pg), RW, RW)
  kvaLoad(two, KVA)
  tlbOffline(two)
  pmapRemove(one, one.config.kernelPmap, KVA, KVA + PAGE_SIZE)
  tlbOnline(two)
  expect(tlbLookup(two, KVA, 1)).toBe(0)

  pmapEnter(one, one.config.kernelPmap, KVA, vmPageToPhys(one, pg), RW, RW)
  kvaLoad(two, KVA)
  one.onSpin = () => tlbOffline(two)
  pmapRemove(one, one.config.kernelPmap, KVA, KVA + PAGE_SIZE)
  expect(tlbLookup(two, KVA, 1)).toBe(0)
})

test('a pmap destroyed while another CPU has it loaded is left by that CPU first', () => {
  const { one, two } = pair()
  const pmap = pmapCreate(one)
  pmapActivate(two, pmap)
  tlbInsert(two, 0x1000, 0x5007)
  pmapDestroy(one, pmap)
  expect(tlbLookup(two, 0x1000, 1)).toBe(0)
  // The record may serve the next process: CPU 2 does not take itself for having it loaded.
  const next = pmapCreate(one)
  expect(next).toBe(pmap)
  pmapActivate(two, next)
  const pg = uvmPagealloc(one, 0, 0, 0, 0)
  pmapEnter(one, next, 0x1000, vmPageToPhys(one, pg), RW, RW)
  expect(tlbLookup(two, 0x1000, 1)).toBe(0)
})

const WORKER = new URL('../dist/testing/shootdown-worker.js', import.meta.url)

test('three CPUs in workers that read an address while a fourth remaps it 3,000 times never see a frame given away', {
  timeout: 60_000,
}, async () => {
  expect(existsSync(WORKER), 'the worker is built code and is not there: run `pnpm build` first').toBe(true)
  const READERS = 3
  const POISON = -559_038_737
  const boot = mappingsMachine({ ncpu: READERS + 1 })
  const { mem, config } = boot
  tlbOffline(boot)
  const buffer = mem.words.buffer as SharedArrayBuffer
  // Globals of the kernel, which is not there.
  const ready = 300
  const stop = 304
  const cpu = new PlainCpu(buffer, config, 0)
  tlbOnline(cpu)
  const pages = [0, 1, 2, 3].map(() => uvmPagealloc(cpu, 0, 0, 0, 0))
  const workers = Array.from({ length: READERS }, (_, i) => {
    const workerData = { buffer, config, id: i + 1, va: KVA, stop, ready, poison: POISON }
    // Not vitest's own conditions: the workers run built code.
    return new Worker(WORKER, { workerData, execArgv: [] })
  })
  try {
    const results = workers.map((worker) => once(worker, 'message'))
    const failures = workers.map((worker) => once(worker, 'error').then(([error]) => Promise.reject(error)))
    const deadline = performance.now() + 20_000
    while (mem.load(ready) < READERS) {
      if (performance.now() > deadline) throw new Error('the workers did not start')
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    let last = 0
    for (let i = 0; i < 3_000; i++) {
      const pg = pages[i % pages.length] as number
      mem.store(vmPageWords(cpu, pg), i)
      // In place of the mapping before, or after an interval without one.
      if (i % 3 === 0) pmapRemove(cpu, config.kernelPmap, KVA, KVA + PAGE_SIZE)
      pmapEnter(cpu, config.kernelPmap, KVA, vmPageToPhys(cpu, pg), RW, RW)
      if (last !== 0) mem.store(vmPageWords(cpu, last), POISON)
      last = pg
      if (i % 16 === 0) mem.wait(ready, READERS, 1) // lets the readers have the core
    }
    mem.store(stop, 1)
    tlbOffline(cpu)
    const all = (await Promise.race([Promise.all(results), ...failures])) as {
      reads: number
      stale: number
    }[][]
    for (const [result] of all) {
      expect(result?.stale).toBe(0)
      expect(result?.reads).toBeGreaterThan(0)
    }
    expect(mem.read(UVMEXP_SHOOTDOWNS)).toBeGreaterThan(0)
  } finally {
    for (const worker of workers) await worker.terminate()
  }
})
