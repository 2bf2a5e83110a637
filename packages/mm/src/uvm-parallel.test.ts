import { existsSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { Arena, createSync, runToEnd } from '@holdfast/atomics-sync'
import { expect, test } from 'vitest'
import { diskIntr } from './disk.js'
import { framesByState } from './frames.js'
import { UVMEXP_COWS, UVMEXP_FREE, UVMEXP_PAGEINS, UVMEXP_SWPGINUSE, UVMEXP_WIRED } from './globals.js'
import { allocMm, bootMm } from './mm-alloc.js'
import { PAGE_SIZE, VM_PROT_READ, VM_PROT_WRITE } from './param.js'
import { StressCpu } from './testing/stress-cpu.js'
import { MAP_INHERIT_COPY, UVM_FLAG_FIXED, VM_MAP } from './uvm-map-layout.js'
import { uvmMap } from './uvm-map.js'
import { tlbOffline, tlbOnline } from './pmap-tlb.js'
import { uvmspaceAlloc, uvmspaceFree } from './uvm-space.js'

const RW = VM_PROT_READ | VM_PROT_WRITE
const BASE = 0x10_0000
const WORKER = new URL('../dist/testing/stress-worker.js', import.meta.url)
const LOT_WORDS = 4096

test('three CPUs that share, wire, fork and page out memory they do not fit in lose no word and no frame (4,000 rounds each)', {
  timeout: 60_000,
}, async () => {
  expect(existsSync(WORKER), 'the worker is built code and is not there: run `pnpm build` first').toBe(true)
  const WORKERS = 3
  const ncpu = WORKERS + 2 // the pagedaemon's first, the main thread's (the disk's clock) last
  const sharedPages = 150
  const arena = new Arena(640)
  const lot = arena.words('parking lot', LOT_WORDS)
  const clock = arena.words('clock', 16)
  const config = allocMm(arena, { ncpu, physmem: 240, swapPages: 2_000, diskTicks: 1, maxproc: 16 })
  const buffer = new SharedArrayBuffer(arena.size * 4)
  expect(createSync(buffer, lot, { threads: ncpu }).end).toBeLessThanOrEqual(lot + LOT_WORDS)
  const cpu = new StressCpu(buffer, config, ncpu - 1, lot, clock)
  const { mem } = cpu
  runToEnd(bootMm(cpu))
  const free = mem.read(UVMEXP_FREE)
  const shared = runToEnd(uvmspaceAlloc(cpu))
  runToEnd(
    uvmMap(cpu, shared + VM_MAP, BASE, sharedPages * PAGE_SIZE, RW, RW, MAP_INHERIT_COPY, UVM_FLAG_FIXED),
  )

  const workers: Worker[] = []
  let finished = 0
  let failure: unknown
  for (let id = 0; id <= WORKERS; id++) {
    const workerData = { buffer, config, id, lot, clock, shared, sharedPages, rounds: 4_000, seed: 1 }
    const worker = new Worker(WORKER, { workerData, execArgv: [] })
    worker.on('message', () => finished++)
    worker.on('error', (error) => {
      failure ??= error
    })
    workers.push(worker)
  }
  try {
    const deadline = performance.now() + 50_000
    while (finished < WORKERS && failure === undefined && performance.now() < deadline) {
      mem.add(clock, 1)
      diskIntr(cpu)
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    if (failure !== undefined) throw failure
    expect(finished).toBe(WORKERS)
    tlbOnline(cpu)
    runToEnd(uvmspaceFree(cpu, shared))
    tlbOffline(cpu)
    const quiet = performance.now() + 5_000
    while (mem.read(UVMEXP_FREE) < free && performance.now() < quiet) {
      mem.add(clock, 1)
      diskIntr(cpu)
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
  } finally {
    for (const worker of workers) await worker.terminate()
  }
  expect(mem.read(UVMEXP_FREE)).toBe(free)
  expect(framesByState(mem, config).free).toBe(free)
  expect(mem.read(UVMEXP_WIRED)).toBe(0)
  expect(mem.read(UVMEXP_SWPGINUSE)).toBe(0)
  expect(mem.read(UVMEXP_PAGEINS)).toBeGreaterThan(0)
  expect(mem.read(UVMEXP_COWS)).toBeGreaterThan(0)
})
