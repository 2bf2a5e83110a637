import { mutexExit, mutexSpinEnter, mutexSpinExit, mutexTryEnter } from '@holdfast/atomics-sync'
import type { Addr, Sleeps } from '@holdfast/atomics-sync'
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { framesByState } from './frames.js'
import {
  UVMEXP_FREE,
  UVMEXP_FREEMIN,
  UVMEXP_FREETARG,
  UVMEXP_PAGING,
  UVMEXP_RESERVE_KERNEL,
  UVMEXP_SWPGINUSE,
  UVM_PAGEDAEMON,
  UVM_PAGEDAEMON_WAITERS,
  UVM_PAGEQLOCK,
  UVM_SWAPOUT_ENABLED,
} from './globals.js'
import { UVMEXP_PDREACT, UVMEXP_SWPGONLY } from './pdaemon-globals.js'
import { pagesMachine } from './testing/pages-machine.js'
import { OWNER_LOCK, OWNER_PAGE, OWNER_SLOT } from './testing/stand-ins.js'
import type { TestCpu } from './testing/test-cpu.js'
import { uvmPageactivate, uvmPagealloc, uvmPagefree, uvmPagewire } from './uvm-page.js'
import { uvmPageout, uvmPageoutDone, uvmPageoutStart, uvmWait } from './uvm-pdaemon.js'
import { uvmSwapIn } from './uvm-swap.js'
import { uvmUnlockAndWait } from './uvm-unlock-and-wait.js'
import {
  PGA_REFERENCED,
  PG_BUSY,
  PG_CLEAN,
  PG_FAKE,
  PG_FLAGS,
  PG_MDATTR,
  PG_WANTED,
  vmPageWords,
} from './vm-page.js'

vi.mock('./uvm-owner.js', () => import('./testing/stand-ins.js'))
vi.mock('./pmap-page.js', () => import('./testing/stand-ins.js'))

/** Gives the owner a page in memory, filled with `value`, dirty and active; waits for memory if it must. */
function* touch(cpu: TestCpu, owner: Addr, value: number): Sleeps<void> {
  const { mem } = cpu
  for (;;) {
    while (!mutexTryEnter(cpu, owner + OWNER_LOCK)) yield* uvmWait(cpu, 'owner')
    let pg = mem.read(owner + OWNER_PAGE)
    if (pg !== 0 && (mem.read(pg + PG_FLAGS) & PG_BUSY) !== 0) {
      mem.write(pg + PG_FLAGS, mem.read(pg + PG_FLAGS) | PG_WANTED)
      yield* uvmUnlockAndWait(cpu, owner + OWNER_LOCK, pg, 'anonget', 0)
      continue
    }
    if (pg === 0) {
      pg = uvmPagealloc(cpu, 0, 0, owner, 0)
      if (pg === 0) {
        mutexExit(cpu, owner + OWNER_LOCK)
        yield* uvmWait(cpu, 'flt_noram')
        continue
      }
      mem.write(owner + OWNER_PAGE, pg)
      const slot = mem.read(owner + OWNER_SLOT)
      if (slot !== 0) {
        mutexExit(cpu, owner + OWNER_LOCK)
        yield* uvmSwapIn(cpu, pg, slot)
        expect(mutexTryEnter(cpu, owner + OWNER_LOCK)).toBe(true)
        expect(contents(cpu, pg)).toBe(value) // page-out then page-in returned the same
      }
    }
    fill(cpu, pg, value)
    mem.write(pg + PG_FLAGS, mem.read(pg + PG_FLAGS) & ~(PG_BUSY | PG_FAKE | PG_CLEAN))
    mutexSpinEnter(cpu, UVM_PAGEQLOCK)
    uvmPageactivate(cpu, pg)
    mutexSpinExit(cpu, UVM_PAGEQLOCK)
    mutexExit(cpu, owner + OWNER_LOCK)
    return
  }
}

function fill(cpu: TestCpu, pg: number, value: number): void {
  for (let word = 0; word < 1024; word++) cpu.mem.write(vmPageWords(cpu, pg) + word, value * 4096 + word)
}

/** What {@link fill} put there, or -1 if any word differs. */
function contents(cpu: TestCpu, pg: number): number {
  const base = vmPageWords(cpu, pg)
  const value = cpu.mem.read(base) / 4096
  for (let word = 0; word < 1024; word++) if (cpu.mem.read(base + word) !== value * 4096 + word) return -1
  return value
}

function pagedaemon(cpu: TestCpu) {
  const thread = cpu.spawn('pagedaemon', uvmPageout(cpu), { kernel: true })
  cpu.settle()
  expect(thread.wmesg).toBe('pgdaemon')
  return thread
}

for (const diskTicks of [0, 3]) {
  test(`pages paged out come back with what they held, frames and slots conserved (${diskTicks} ticks a command, 60 histories)`, () => {
    fc.assert(
      fc.property(fc.array(fc.nat(79), { minLength: 60, maxLength: 200 }), (touches) => {
        const { cpu, owners } = pagesMachine({ ncpu: 1, physmem: 48, swapPages: 100, diskTicks }, 80)
        const { mem } = cpu
        pagedaemon(cpu)
        for (const which of touches) cpu.run(touch(cpu, owners[which] as Addr, which + 1))
        cpu.settle({ time: true })

        const counts = framesByState(mem, cpu.config)
        const resident = owners.filter((owner) => mem.read(owner + OWNER_PAGE) !== 0).length
        expect(counts).toMatchObject({ free: mem.read(UVMEXP_FREE), wired: 0, busy: 0, unqueued: 0 })
        expect(counts.active + counts.inactive).toBe(resident)
        const slots = owners.map((owner) => mem.read(owner + OWNER_SLOT)).filter((slot) => slot !== 0)
        expect(new Set(slots).size).toBe(slots.length)
        expect(mem.read(UVMEXP_SWPGINUSE)).toBe(slots.length)
        const onlyInSwap = owners.filter(
          (o) => mem.read(o + OWNER_SLOT) !== 0 && mem.read(o + OWNER_PAGE) === 0,
        )
        expect(mem.read(UVMEXP_SWPGONLY)).toBe(onlyInSwap.length)
        expect(mem.read(UVMEXP_PAGING)).toBe(0)
        for (const which of new Set(touches)) cpu.run(touch(cpu, owners[which] as Addr, which + 1))
        expect(cpu.spinDepth).toBe(0)
      }),
      { numRuns: 60 },
    )
  })
}

/** Takes free pages without owners until `left` are free. */
function* takeUntil(cpu: TestCpu, left: number): Sleeps<number[]> {
  const taken: number[] = []
  while (cpu.mem.read(UVMEXP_FREE) > left) taken.push(uvmPagealloc(cpu, 0, 0, 0, 0))
  return taken
}

test('freeing a page wakes no waiter: only the pagedaemon does, and by the page it was told of', () => {
  const { cpu } = pagesMachine({ ncpu: 1, physmem: 48, swapPages: 8, diskTicks: 5 })
  const { mem } = cpu
  const taken = cpu.run(takeUntil(cpu, 6), { kernel: true })
  const waiter = cpu.spawn('waiter', uvmWait(cpu, 'flt_noram'))
  cpu.settle() // there is no pagedaemon yet
  expect(waiter.done).toBe(false)
  expect(mem.read(UVM_PAGEDAEMON_WAITERS)).toBe(1)
  expect(cpu.wakeups.at(-1)).toEqual({ wchan: UVM_PAGEDAEMON, woken: 0 })
  uvmPagefree(cpu, taken[0] as number)
  cpu.settle({ time: true })
  expect(waiter.done).toBe(false)
  pagedaemon(cpu)
  cpu.settle()
  expect(waiter.done).toBe(true)
  expect(mem.read(UVM_PAGEDAEMON_WAITERS)).toBe(0)
})

test('completion of page-out wakes the waiters if more than the reserve is free, else the pagedaemon', () => {
  for (const free of [4, 5, 6]) {
    const { cpu } = pagesMachine({ ncpu: 1, physmem: 48, swapPages: 8, diskTicks: 5 })
    const { mem } = cpu
    expect(mem.read(UVMEXP_RESERVE_KERNEL)).toBe(5)
    uvmPageoutStart(cpu, 3)
    const daemon = pagedaemon(cpu)
    const waiter = cpu.spawn('waiter', uvmWait(cpu, 'flt_noram'))
    cpu.settle()
    // A page-out is under way, so the pagedaemon went back to sleep, after waking the waiter since memory is
    // free.
    expect(waiter.done).toBe(true)
    cpu.run(takeUntil(cpu, free), { kernel: true })
    cpu.settle()
    const second = cpu.spawn('second', uvmWait(cpu, 'flt_noram'))
    cpu.settle()
    // Above the reserve the pagedaemon's own pass ends the wait; at it, with pages on their way, nothing
    // does.
    expect(second.done).toBe(free > 5)
    if (second.done) continue
    expect(daemon.asleep).toBe(true)
    const before = cpu.wakeups.length
    uvmPageoutDone(cpu, 1)
    expect(cpu.wakeups.slice(before)).toEqual([{ wchan: UVM_PAGEDAEMON, woken: 1 }])
    expect(second.asleep).toBe(true)
    // The pagedaemon finds pages still on their way: no wakeup. With the last one gone, it wakes them
    // regardless.
    cpu.settle()
    expect(second.done).toBe(false)
    uvmPageoutDone(cpu, 2)
    cpu.settle()
    expect(second.done).toBe(true)
  }
})

test('with free above the reserve, completion wakes every waiter and not the pagedaemon', () => {
  const { cpu } = pagesMachine({ ncpu: 1, physmem: 48, swapPages: 8, diskTicks: 5 })
  uvmPageoutStart(cpu, 1)
  const waiters = [1, 2, 3].map((i) => cpu.spawn(`waiter ${i}`, uvmWait(cpu, 'flt_noram')))
  cpu.settle()
  const before = cpu.wakeups.length
  uvmPageoutDone(cpu, 1)
  expect(cpu.wakeups.slice(before)).toEqual([{ wchan: UVMEXP_FREE, woken: 3 }])
  expect(cpu.mem.read(UVM_PAGEDAEMON_WAITERS)).toBe(0)
  cpu.settle()
  expect(waiters.every((waiter) => waiter.done)).toBe(true)
})

test('waiters wait for the scan to return: a pagedaemon stuck in uvm_swapout_threads wakes nobody', () => {
  const { cpu } = pagesMachine({ ncpu: 1, physmem: 48, swapPages: 8, diskTicks: 5 })
  const { mem } = cpu
  const stuck = 70 // a word nobody wakes
  cpu.swapout = function* (): Sleeps<void> {
    cpu.sleepq.enter(cpu, stuck, 'stuck', 9)
    yield* cpu.sleepq.block(cpu, 0, false)
  }
  pagedaemon(cpu)
  const taken = cpu.run(takeUntil(cpu, 3), { kernel: true })
  const waiter = cpu.spawn('waiter', uvmWait(cpu, 'flt_noram'))
  cpu.settle()
  expect(cpu.swapoutCalls).toBe(1)
  for (const pg of taken) uvmPagefree(cpu, pg)
  expect(mem.read(UVMEXP_FREE)).toBe(48)
  cpu.settle({ time: true })
  expect(waiter.done).toBe(false)
  expect(cpu.sleepq.wake(cpu, stuck, 1)).toBe(1)
  cpu.settle()
  expect(waiter.done).toBe(true)
})

test('LWPs are swapped out only below freemin, with a swap device, and if vm.swapout allows (with no lock held)', () => {
  const cases = [
    { swapPages: 8, swapout: 1, below: true, calls: true },
    { swapPages: 8, swapout: 1, below: false, calls: false },
    { swapPages: 0, swapout: 1, below: true, calls: false },
    { swapPages: 8, swapout: 0, below: true, calls: false },
  ]
  for (const { swapPages, swapout, below, calls } of cases) {
    const { cpu } = pagesMachine({ ncpu: 1, physmem: 64, swapPages, swapout, diskTicks: 0, freemin: 12 })
    const { mem } = cpu
    expect(mem.read(UVMEXP_FREEMIN)).toBe(12)
    expect(mem.read(UVMEXP_FREETARG)).toBe(16)
    expect(mem.read(UVM_SWAPOUT_ENABLED)).toBe(swapout)
    cpu.swapout = function* (): Sleeps<void> {
      expect(cpu.spinDepth).toBe(0)
    }
    cpu.run(takeUntil(cpu, below ? 11 : 12))
    pagedaemon(cpu)
    cpu.spawn('waiter', uvmWait(cpu, 'flt_noram'))
    cpu.settle()
    expect(cpu.swapoutCalls > 0).toBe(calls)
  }
})

test('a wired page is never paged out, and a referenced one gets its second chance', () => {
  const { cpu, owners } = pagesMachine({ ncpu: 1, physmem: 48, swapPages: 100, diskTicks: 0 }, 60)
  const { mem } = cpu
  const [wired, referenced, ...rest] = owners as [Addr, Addr, ...Addr[]]
  cpu.run(touch(cpu, wired, 1))
  cpu.run(touch(cpu, referenced, 2))
  const wiredPage = mem.read(wired + OWNER_PAGE)
  mutexSpinEnter(cpu, UVM_PAGEQLOCK)
  uvmPagewire(cpu, wiredPage)
  mutexSpinExit(cpu, UVM_PAGEQLOCK)
  pagedaemon(cpu)
  for (const owner of rest) {
    // The reference bit is set again before each allocation, as an LWP using the page would.
    const pg = mem.read(referenced + OWNER_PAGE)
    if (pg !== 0) mem.or(pg + PG_MDATTR, PGA_REFERENCED)
    cpu.run(touch(cpu, owner, 3))
  }
  expect(mem.read(wired + OWNER_PAGE)).toBe(wiredPage)
  expect(mem.read(referenced + OWNER_PAGE)).not.toBe(0)
  expect(mem.read(UVMEXP_PDREACT)).toBeGreaterThan(0)
  expect(rest.some((owner) => mem.read(owner + OWNER_PAGE) === 0)).toBe(true)
})

test('a page whose owner is locked when its page-out completes is given back a tick later', () => {
  const { cpu, owners } = pagesMachine({ ncpu: 1, physmem: 48, swapPages: 100, diskTicks: 4 }, 42)
  const { mem } = cpu
  for (const owner of owners) cpu.run(touch(cpu, owner, 1), { kernel: true })
  pagedaemon(cpu)
  // The first revolution only fills the inactive queue, so nothing is under way and it wakes those who wait.
  const first = cpu.spawn('first', uvmWait(cpu, 'flt_noram'))
  cpu.settle()
  expect(first.done).toBe(true)
  cpu.run(takeUntil(cpu, 5), { kernel: true })
  const waiter = cpu.spawn('waiter', uvmWait(cpu, 'flt_noram'))
  cpu.settle()
  expect(waiter.done).toBe(false)
  const busy = owners.filter((owner) => {
    const pg = mem.read(owner + OWNER_PAGE)
    return pg !== 0 && (mem.read(pg + PG_FLAGS) & PG_BUSY) !== 0
  })
  expect(busy.length).toBeGreaterThan(1)
  const paging = mem.read(UVMEXP_PAGING)
  for (const owner of busy) expect(mutexTryEnter(cpu, owner + OWNER_LOCK)).toBe(true)
  cpu.tick(40)
  expect(mem.read(UVMEXP_PAGING)).toBe(paging)
  for (const owner of busy) mutexExit(cpu, owner + OWNER_LOCK)
  cpu.tick(1)
  cpu.settle()
  expect(mem.read(UVMEXP_PAGING)).toBe(0)
  expect(busy.every((owner) => mem.read(owner + OWNER_PAGE) === 0)).toBe(true)
  expect(waiter.done).toBe(true)
})

test('when swap is full dirty pages are reactivated, and waiters are still woken to try again', () => {
  const { cpu, owners } = pagesMachine({ ncpu: 1, physmem: 48, swapPages: 4, diskTicks: 0 }, 46)
  const { mem } = cpu
  for (const owner of owners.slice(0, 42)) cpu.run(touch(cpu, owner, 1), { kernel: true })
  pagedaemon(cpu)
  const waiters = [1, 2].map((i) => cpu.spawn(`waiter ${i}`, uvmWait(cpu, 'flt_noram')))
  cpu.settle()
  expect(waiters.every((waiter) => waiter.done)).toBe(true)
  expect(mem.read(UVMEXP_SWPGINUSE)).toBe(4)
  const counts = framesByState(mem, cpu.config)
  expect(counts.active + counts.inactive).toBe(42 - 4)
})
