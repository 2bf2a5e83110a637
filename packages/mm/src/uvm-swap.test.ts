import fc from 'fast-check'
import { Panic } from '@holdfast/atomics-sync'
import { expect, test, vi } from 'vitest'
import { UVMEXP_SWPGINUSE } from './globals.js'
import { UVMEXP_SWPGONLY } from './pdaemon-globals.js'
import { pagesMachine } from './testing/pages-machine.js'
import { uvmPagealloc } from './uvm-page.js'
import {
  uvmSwapAlloc,
  uvmSwapFree,
  uvmSwapGetSlot,
  uvmSwapIn,
  uvmSwapMarkonly,
  uvmSwapisfull,
} from './uvm-swap.js'

vi.mock('./uvm-owner.js', () => import('./testing/stand-ins.js'))
vi.mock('./pmap-page.js', () => import('./testing/stand-ins.js'))

test('swap slots are conserved: none is given twice, all come back (500 random histories)', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 40 }),
      fc.array(fc.nat(), { maxLength: 100 }),
      (swapPages, steps) => {
        const { cpu } = pagesMachine({ ncpu: 1, physmem: 16, swapPages, diskTicks: 0 })
        const { mem } = cpu
        const taken = new Set<number>()
        const only = new Set<number>()
        for (const step of steps) {
          const kind = step % 4
          if (kind === 0) {
            const want = (step % 17) + 1
            const { slot, nslots } = uvmSwapAlloc(cpu, want, true)
            expect(slot === 0).toBe(taken.size === swapPages)
            expect(slot === 0 || nslots === want || nslots === 1).toBe(true)
            for (let s = slot; s < slot + nslots; s++) {
              expect(taken.has(s)).toBe(false)
              expect(s).toBeGreaterThan(0)
              expect(s).toBeLessThanOrEqual(swapPages)
              taken.add(s)
            }
          } else if (kind === 1) {
            const slot = uvmSwapGetSlot(cpu)
            expect(slot === -1).toBe(taken.size === swapPages)
            expect(taken.has(slot)).toBe(false)
            if (slot !== -1) taken.add(slot)
          } else if (taken.size > 0) {
            const slot = [...taken][step % taken.size] as number
            if (kind === 2) {
              uvmSwapFree(cpu, slot)
              taken.delete(slot)
              only.delete(slot)
            } else {
              uvmSwapMarkonly(cpu, slot)
              only.add(slot)
            }
          }
          expect(mem.read(UVMEXP_SWPGINUSE)).toBe(taken.size)
          expect(mem.read(UVMEXP_SWPGONLY)).toBe(only.size)
          expect(uvmSwapisfull(cpu)).toBe(only.size >= Math.trunc((swapPages * 99) / 100))
        }
      },
    ),
    { numRuns: 500 },
  )
})

test('freeing a free slot is a panic, and slot 0 is ignored', () => {
  const { cpu } = pagesMachine({ ncpu: 1, physmem: 16, swapPages: 4, diskTicks: 0 })
  uvmSwapFree(cpu, 0)
  expect(() => uvmSwapFree(cpu, 2)).toThrow(Panic)
})

test('a page-in sleeps until its disk command is due: commands queue one after another', () => {
  const { cpu } = pagesMachine({ ncpu: 1, physmem: 16, swapPages: 4, diskTicks: 10 })
  const slots = [uvmSwapGetSlot(cpu), uvmSwapGetSlot(cpu)]
  const readers = slots.map((slot, i) =>
    cpu.spawn(`reader ${i}`, uvmSwapIn(cpu, uvmPagealloc(cpu, 0, 0, 0, 0), slot)),
  )
  cpu.settle()
  cpu.tick(9)
  cpu.settle()
  expect(readers.map((reader) => reader.done)).toEqual([false, false])
  cpu.tick(1)
  cpu.settle()
  expect(readers.map((reader) => reader.done)).toEqual([true, false])
  cpu.tick(10)
  cpu.settle()
  expect(readers.map((reader) => reader.done)).toEqual([true, true])
})
