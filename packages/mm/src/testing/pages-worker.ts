import { workerData } from 'node:worker_threads'
import { Mem, mutexSpinEnter, mutexSpinExit, operations, panic, runToEnd } from '@holdfast/atomics-sync'
import type { Actor, Addr, InterruptOps, SleepOps, Sleeps, TurnstileOps } from '@holdfast/atomics-sync'
import { UVM_PAGEQLOCK } from '../globals.js'
import { PR_WAITOK, poolCacheGet, poolCachePut } from '../pool-cache.js'
import type { PoolAllocator } from '../pool-cache-pool.js'
import { poolGet, poolPut } from '../pool.js'
import { uvmPageactivate, uvmPagealloc, uvmPagefree, uvmPageunwire, uvmPagewire } from '../uvm-page.js'
import { uvmSwapAlloc, uvmSwapFree } from '../uvm-swap.js'
import type { MmConfig, VmCpu, VmOps } from '../vm-cpu.js'
import { PG_OFFSET } from '../vm-page.js'

/**
 * One of several workers that allocate and free pages, pool items, cached objects and slots as fast as they can.
 * Each marks what it has; finding another's mark, or not finding its own, is a failure.
 */
export interface PagesWorkerData {
  readonly buffer: SharedArrayBuffer
  readonly config: MmConfig
  readonly id: number
  readonly rounds: number
  readonly pool: number
  readonly poolCache: number
  /** A word each: the worker's owner word while it runs; then failures; then the backend's next object. */
  readonly onproc: Addr
  readonly failures: Addr
  readonly nextObject: Addr
  /** One mark for each object of the pool cache. */
  readonly marks: Addr
}

const data = workerData as PagesWorkerData

const turnstile: TurnstileOps = operations({
  // Every owner is a worker, and they all run all the time: contenders spin.
  onproc: (_actor: Actor, owner: number) => data.onproc + owner / 4 - 1,
  lookup: () => 0,
  exit: () => {},
  *block(): Sleeps<void> {
    panic('a worker would block')
  },
  wakeup: () => {},
  waiters: () => 0,
  first: () => 0,
})

const sleepq: SleepOps = operations({
  enter: () => panic('a worker would sleep'),
  *block(): Sleeps<number> {
    return panic('a worker would sleep')
  },
  wake: () => 0,
})

const interrupts: InterruptOps = operations({ poll: () => {}, *preempt(): Sleeps<void> {} })

const vmops: VmOps = operations({
  isPagedaemon: () => false,
  mayUseKernelReserve: () => true,
  shootdownIpi: () => {},
  diskStarted: () => {},
  now: () => 0,
  *swapoutThreads(): Sleeps<void> {},
})

const backend: PoolAllocator = operations({
  *alloc(cpu: VmCpu): Sleeps<number> {
    return cpu.mem.add(data.nextObject, 1) + 1
  },
  *free(): Sleeps<void> {},
  *ctor(): Sleeps<number> {
    return 0
  },
})

function fail(cpu: VmCpu): void {
  cpu.mem.add(data.failures, 1)
}

function pages(cpu: VmCpu): void {
  const mine: number[] = []
  for (let i = 0; i < 6; i++) {
    const pg = uvmPagealloc(cpu, 0, 0, 0, 0)
    if (pg === 0) continue
    cpu.mem.write(pg + PG_OFFSET, cpu.self)
    mine.push(pg)
  }
  for (const pg of mine) {
    mutexSpinEnter(cpu, UVM_PAGEQLOCK)
    uvmPagewire(cpu, pg)
    uvmPageunwire(cpu, pg)
    uvmPageactivate(cpu, pg)
    mutexSpinExit(cpu, UVM_PAGEQLOCK)
  }
  for (const pg of mine) {
    if (cpu.mem.read(pg + PG_OFFSET) !== cpu.self) fail(cpu)
    mutexSpinEnter(cpu, UVM_PAGEQLOCK)
    uvmPagefree(cpu, pg)
    mutexSpinExit(cpu, UVM_PAGEQLOCK)
  }
}

function items(cpu: VmCpu): void {
  const mine = [poolGet(cpu, data.pool), poolGet(cpu, data.pool), poolGet(cpu, data.pool)].filter(
    (item) => item !== 0,
  )
  for (const item of mine) cpu.mem.write(item, cpu.self)
  for (const item of mine) {
    if (cpu.mem.read(item) !== cpu.self) fail(cpu)
    poolPut(cpu, data.pool, item)
  }
}

function objects(cpu: VmCpu, count: number): void {
  const mine: number[] = []
  for (let i = 0; i < count; i++) {
    const object = runToEnd(poolCacheGet(cpu, data.poolCache, backend, PR_WAITOK))
    if (cpu.mem.exchange(data.marks + object, cpu.self) !== 0) fail(cpu)
    mine.push(object)
  }
  for (const object of mine) {
    if (cpu.mem.exchange(data.marks + object, 0) !== cpu.self) fail(cpu)
    runToEnd(poolCachePut(cpu, data.poolCache, backend, object))
  }
}

const cpu: VmCpu = {
  mem: new Mem(data.buffer, { spinDeadlineMs: 20_000 }),
  id: data.id,
  self: 4 * (data.id + 1),
  config: data.config,
  spinDepth: 0,
  preemptWanted: false,
  mmuBusy: false,
  turnstile,
  sleepq,
  interrupts,
  lockstat: null,
  vmops,
}
cpu.mem.store(data.onproc + data.id, cpu.self)
for (let round = 0; round < data.rounds; round++) {
  pages(cpu)
  items(cpu)
  objects(cpu, 1 + ((round * 7) % 23))
  const { slot, nslots } = uvmSwapAlloc(cpu, 1 + (round % 5), true)
  uvmSwapFree(cpu, slot, nslots)
}
if (cpu.spinDepth !== 0) fail(cpu)
