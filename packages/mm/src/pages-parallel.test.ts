import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { Arena } from '@holdfast/atomics-sync'
import { expect, test } from 'vitest'
import { framesByState } from './frames.js'
import { UVMEXP_ACTIVE, UVMEXP_FREE, UVMEXP_SWPGINUSE, UVMEXP_WIRED } from './globals.js'
import { allocMm, bootMm } from './mm-alloc.js'
import { poolCacheInit } from './pool-cache.js'
import { poolCacheAlloc } from './pool-cache-words.js'
import { poolAlloc, poolNout } from './pool.js'
import type { PagesWorkerData } from './testing/pages-worker.js'
import { TestCpu } from './testing/test-cpu.js'

const WORKERS = 4
const ROUNDS = 2_000

test(`${WORKERS} workers at once: no page, item, object or slot has two users, and none is lost (${ROUNDS} rounds each)`, async () => {
  const arena = new Arena(640)
  const onproc = arena.words('onproc', WORKERS)
  const failures = arena.words('failures', 1)
  const nextObject = arena.words('next object', 1)
  const marks = arena.words('marks', 400)
  const pool = poolAlloc(arena, 'items', 6, 2 * WORKERS)
  const poolCache = poolCacheAlloc(arena, 'objects', WORKERS, 300)
  const config = allocMm(arena, { ncpu: WORKERS, physmem: 192, swapPages: 12, diskTicks: 0 })
  const buffer = new SharedArrayBuffer(arena.size * 4)
  const cpu = new TestCpu(buffer, config)
  cpu.run(bootMm(cpu), { kernel: true })
  poolCacheInit(cpu, poolCache, {
    itemBytes: 4,
    align: 0,
    flags: 0,
    name: 'objects',
    allocator: 0,
    ipl: 0,
    ctor: 0,
  })
  const before = framesByState(cpu.mem, config)

  const workers = Array.from({ length: WORKERS }, (_, id) => {
    const workerData: PagesWorkerData = {
      buffer,
      config,
      id,
      rounds: ROUNDS,
      pool,
      poolCache,
      onproc,
      failures,
      nextObject,
      marks,
    }
    return new Worker(new URL('../dist/testing/pages-worker.js', import.meta.url), {
      workerData,
      execArgv: [],
    })
  })
  const deadline = AbortSignal.timeout(40_000)
  const exits = workers.map((worker) => once(worker, 'exit', { signal: deadline }))
  let codes: unknown
  try {
    codes = await Promise.all(exits)
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()))
  }

  expect(codes).toEqual(Array.from({ length: WORKERS }, () => [0]))
  expect(cpu.mem.read(failures)).toBe(0)
  expect(framesByState(cpu.mem, config)).toEqual(before)
  expect(cpu.mem.read(UVMEXP_FREE)).toBe(before.free)
  expect(cpu.mem.read(UVMEXP_ACTIVE)).toBe(0)
  expect(cpu.mem.read(UVMEXP_WIRED)).toBe(0)
  expect(cpu.mem.read(UVMEXP_SWPGINUSE)).toBe(0)
  expect(poolNout(cpu, pool)).toBe(0)
})
