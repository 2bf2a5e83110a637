import { Arena, operations } from '@holdfast/atomics-sync'
import type { Sleeps } from '@holdfast/atomics-sync'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { PR_WAITOK, poolCacheGet, poolCacheInit, poolCacheInvalidate, poolCachePut } from './pool-cache.js'
import type { PoolAllocator } from './pool-cache-pool.js'
import { PCG_SIZE, poolCacheAlloc } from './pool-cache-words.js'
import { uvmPause } from './uvm-unlock-and-wait.js'
import { TestCpu } from './testing/test-cpu.js'
import type { MmConfig, VmCpu } from './vm-cpu.js'

const PARAMS = { itemBytes: 8192, align: 0, flags: 0, name: 'test', allocator: 1, ipl: 0, ctor: 1 }

/** A backend that counts, and that sleeps a tick in the backend and in the constructor. */
function backend(pauseWord: number, limit = Number.POSITIVE_INFINITY) {
  const constructed = new Map<number, number>()
  const live = new Set<number>()
  let next = 0x4000_0000
  const table: PoolAllocator = operations({
    *alloc(cpu: VmCpu): Sleeps<number> {
      yield* uvmPause(cpu, pauseWord, 'alloc', 1)
      if (live.size >= limit) return 0
      next += 8192
      live.add(next)
      return next
    },
    *free(_cpu: VmCpu, _pool: number, addr: number): Sleeps<void> {
      expect(live.delete(addr)).toBe(true)
    },
    *ctor(cpu: VmCpu, _arg: number, obj: number): Sleeps<number> {
      constructed.set(obj, (constructed.get(obj) ?? 0) + 1)
      yield* uvmPause(cpu, pauseWord, 'ctor', 1)
      return 0
    },
  })
  return { table, constructed, live }
}

function machine(maxObjects: number) {
  const arena = new Arena(640)
  const pause = arena.words('pause', 1)
  const pc = poolCacheAlloc(arena, 'test', 2, maxObjects)
  const end = arena.words('end', 1)
  const cpu = new TestCpu(new SharedArrayBuffer(arena.size * 4), { ncpu: 2 } as MmConfig)
  poolCacheInit(cpu, pc, PARAMS)
  expect(cpu.mem.read(end)).toBe(0)
  return { cpu, pc, pause }
}

test('no object is out twice, each is constructed once, and none is lost (5 threads, 200 random programs)', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.nat(8), { maxLength: 30 }), { minLength: 1, maxLength: 5 }),
      (programs) => {
        const { cpu, pc, pause } = machine(200)
        const { table, constructed, live } = backend(pause)
        const out = new Set<number>()
        function* worker(program: number[]): Sleeps<void> {
          const mine: number[] = []
          for (const step of program) {
            if (step < 5) {
              const object = yield* poolCacheGet(cpu, pc, table, PR_WAITOK)
              expect(out.has(object)).toBe(false)
              out.add(object)
              mine.push(object)
            } else if (step < 8) {
              const object = mine.pop()
              if (object === undefined) continue
              out.delete(object)
              yield* poolCachePut(cpu, pc, table, object)
            } else {
              yield* uvmPause(cpu, pause, 'pause', 2)
            }
          }
          for (const object of mine) {
            out.delete(object)
            yield* poolCachePut(cpu, pc, table, object)
          }
        }
        const threads = programs.map((program, i) => cpu.spawn(`worker ${i}`, worker(program)))
        cpu.settle({ time: true })
        expect(threads.every((thread) => thread.done)).toBe(true)
        expect([...constructed.values()].every((times) => times === 1)).toBe(true)

        // All are still there, and are handed out again before the backend is asked for more.
        const before = live.size
        const again = new Set<number>()
        for (let i = 0; i < before; i++) again.add(cpu.run(poolCacheGet(cpu, pc, table, PR_WAITOK)))
        expect(again).toEqual(live)
        expect(live.size).toBe(before)
        expect(cpu.spinDepth).toBe(0)
      },
    ),
    { numRuns: 200 },
  )
})

test('an object comes back constructed: the constructor runs for fresh ones alone', () => {
  const { cpu, pc, pause } = machine(10)
  const { table, constructed } = backend(pause)
  const object = cpu.run(poolCacheGet(cpu, pc, table, PR_WAITOK))
  cpu.run(poolCachePut(cpu, pc, table, object))
  expect(cpu.run(poolCacheGet(cpu, pc, table, PR_WAITOK))).toBe(object)
  expect(constructed.get(object)).toBe(1)
})

test('invalidate gives the depot back to the backend and leaves the two groups of the CPU', () => {
  const { cpu, pc, pause } = machine(40)
  const { table, live } = backend(pause)
  const objects = Array.from({ length: 30 }, () => cpu.run(poolCacheGet(cpu, pc, table, PR_WAITOK)))
  for (const object of objects) cpu.run(poolCachePut(cpu, pc, table, object))
  expect(live.size).toBe(30)
  cpu.run(poolCacheInvalidate(cpu, pc, table))
  expect(live.size).toBeGreaterThan(0)
  expect(live.size).toBeLessThanOrEqual(2 * PCG_SIZE)
})

test('a backend that has nothing left makes get return 0', () => {
  const { cpu, pc, pause } = machine(4)
  const { table } = backend(pause, 2)
  const got = [1, 2, 3].map(() => cpu.run(poolCacheGet(cpu, pc, table, PR_WAITOK)))
  expect(got.map((object) => object !== 0)).toEqual([true, true, false])
  cpu.run(poolCachePut(cpu, pc, table, got[0] as number))
  expect(cpu.run(poolCacheGet(cpu, pc, table, PR_WAITOK))).toBe(got[0])
})
