import { MUTEX_BIT_SPIN, MUTEX_SYNCOBJ, Mem, type Addr, mutexInit } from '@holdfast/atomics-sync'
import { expect, test, vi } from 'vitest'
import { SPC_LWPLOCK } from './cpu.js'
import { lwpLock, lwpUnlock } from './kern-lwp-lock.js'
import { L_INHERITEDPRIO, L_MUTEX, L_SYNCOBJ, L_WCHAN } from './lwp.js'
import { TestMachine } from './testing/test-machine.js'
import { turnstileLendpri } from './turnstile-pri.js'

vi.mock('./pcb.js', () => ({ pcbSave: () => {}, pcbLoad: () => {} }))
vi.mock('./lwp-pmap.js', () => ({ pmapActivateLwp: () => {}, pmapDeactivateLwp: () => {} }))
vi.mock('./uvm-glue/scheduler.js', () => ({ uvmKickScheduler: vi.fn() }))

/** Notes each busy wait, and lets the rest of the machine act in it. */
class Awaited extends Mem {
  readonly waits: number[][] = []
  onWait = (): void => {}

  override spinWhile(addr: Addr, value: number): void {
    this.waits.push([addr, value])
    this.onWait()
    super.spinWhile(addr, value)
  }

  override spinWhileBoth(addr: Addr, value: number, other: Addr, otherValue: number): void {
    this.waits.push([addr, value, other, otherValue])
    this.onWait()
    super.spinWhileBoth(addr, value, other, otherValue)
  }
}

/** The current LWP waits for a mutex of `middle`, which sleeps on the mutex at `inner`; both are locked by `chain`. */
function chainOf() {
  const machine = new TestMachine({
    ncpu: 2,
    makeMem: (buffer) => new Awaited(buffer, { spinDeadlineMs: 500 }),
  })
  const mem = machine.mem as Awaited
  const cpu = machine.cpu(0)
  const cur = cpu.self
  const middle = machine.lwp(function* () {}, { priority: 40, cpu: 1 })
  const [outer, inner, chain] = [machine.scratch, machine.scratch + 8, machine.scratch + 16]
  for (const lock of [outer, inner]) mutexInit(mem, lock)
  mem.store(chain, MUTEX_BIT_SPIN)
  mem.store(outer, middle)
  for (const [lwp, wchan] of [
    [cur, outer],
    [middle, inner],
  ] as const) {
    mem.write(lwp + L_WCHAN, wchan)
    mem.write(lwp + L_SYNCOBJ, MUTEX_SYNCOBJ)
  }
  mem.store(cur + L_MUTEX, chain)
  return { cpu, mem, machine, cur, middle, outer, inner }
}

test('the lock of the owner is taken: the walk waits once, on that very word, with no lock held, then goes on', () => {
  const { cpu, mem, machine, cur, middle } = chainOf()
  const taken = machine.cpu(1).ci + SPC_LWPLOCK
  mem.store(middle + L_MUTEX, taken)
  mem.write(middle + L_WCHAN, 0)
  lwpLock(machine.cpu(1), middle)
  const held = mem.load(taken)
  mem.onWait = () => {
    expect(mem.load(mem.load(cur + L_MUTEX))).toBe(MUTEX_BIT_SPIN)
    lwpUnlock(machine.cpu(1), middle)
  }
  lwpLock(cpu, cur)
  turnstileLendpri(cpu, cur)
  lwpUnlock(cpu, cur)
  expect(mem.waits).toEqual([[taken, held]])
})

test('a sleeper that was given the lock it sleeps on: the walk waits until it is woken, not round and round', () => {
  const { cpu, mem, machine, cur, middle, inner } = chainOf()
  mem.store(middle + L_MUTEX, machine.scratch + 24)
  mem.store(machine.scratch + 24, MUTEX_BIT_SPIN)
  mem.store(inner, middle)
  // The walk gets this far only for a loan: the current LWP outranks the owner.
  mem.write(cur + L_INHERITEDPRIO, 100)
  mem.onWait = () => mem.write(middle + L_WCHAN, 0)
  lwpLock(cpu, cur)
  turnstileLendpri(cpu, cur)
  lwpUnlock(cpu, cur)
  expect(mem.waits).toEqual([[inner, middle, middle + L_WCHAN, inner]])
})
