import { kassert, mutexSpinEnter, mutexSpinExit } from '@holdfast/atomics-sync'
import type { Addr, Sleeps } from '@holdfast/atomics-sync'
import { diskRead, diskWrite } from './disk.js'
import { UVMEXP_PAGEINS, UVMEXP_SWPGINUSE } from './globals.js'
import {
  UVMEXP_SWPAGES,
  UVMEXP_SWPGAVAIL,
  UVMEXP_SWPGONLY,
  UVM_SWAP_DATA_LOCK,
  UVM_SWAP_HAND,
} from './pdaemon-globals.js'
import type { VmCpu } from './vm-cpu.js'
import type { VmPageRef } from './vm-page.js'

/**
 * The swap device (uvm_swap.c): slots of one page each, numbered from 1; 0 means no slot. One word per slot:
 *
 *     FREE -- uvmSwapAlloc --> INUSE -- frame given up --> ONLY (the slot holds the only copy)
 *      ^                        |  ^                        |
 *      '----- uvmSwapFree ------'--+------- uvmSwapIn ------'   (uvmSwapFree from ONLY too)
 */
const SLOT_FREE = 0
const SLOT_INUSE = 1
const SLOT_ONLY = 2

/** Consecutive slots: the first (0: none were to be had), and how many. */
export interface SwapRun {
  readonly slot: number
  readonly nslots: number
}

const NO_SLOTS: SwapRun = { slot: 0, nslots: 0 }

function slotWord(cpu: VmCpu, slot: number): Addr {
  return (cpu.config.mm['swapSlots'] as number) + slot
}

/**
 * uvm_swap_alloc (uvm_swap.c): takes `nslots` consecutive slots, or with `lessok` a single one where so many
 * are not in a row. Takes and releases uvm_swap_data_lock.
 */
export function uvmSwapAlloc(cpu: VmCpu, nslots: number, lessok: boolean): SwapRun {
  const { mem } = cpu
  mutexSpinEnter(cpu, UVM_SWAP_DATA_LOCK)
  const room = mem.read(UVMEXP_SWPGAVAIL) - mem.read(UVMEXP_SWPGINUSE)
  let count = nslots
  let slot = room >= count ? findRun(cpu, count) : 0
  if (slot === 0 && lessok && count > 1 && room > 0) {
    count = 1
    slot = findRun(cpu, 1)
  }
  if (slot === 0) {
    mutexSpinExit(cpu, UVM_SWAP_DATA_LOCK)
    return NO_SLOTS
  }
  for (let s = slot; s < slot + count; s++) mem.write(slotWord(cpu, s), SLOT_INUSE)
  mem.write(UVM_SWAP_HAND, slot + count)
  mem.write(UVMEXP_SWPGINUSE, mem.read(UVMEXP_SWPGINUSE) + count)
  mutexSpinExit(cpu, UVM_SWAP_DATA_LOCK)
  return { slot, nslots: count }
}

/**
 * First of `count` free slots in a row, or 0: looks from the hand on, then from the start. The lock is held.
 */
function findRun(cpu: VmCpu, count: number): number {
  const { mem } = cpu
  const end = mem.read(UVMEXP_SWPAGES) + 1
  const hand = mem.read(UVM_SWAP_HAND)
  let run = 0
  for (let step = 0, slot = hand; step < end + count; step++, slot++) {
    if (slot >= end || slot < 1) {
      slot = 1
      run = 0
    }
    run = mem.read(slotWord(cpu, slot)) === SLOT_FREE ? run + 1 : 0
    if (run === count) return slot - count + 1
  }
  return 0
}

/** One slot, or -1 if there is none. Takes and releases uvm_swap_data_lock. */
export function uvmSwapGetSlot(cpu: VmCpu): number {
  const { slot } = uvmSwapAlloc(cpu, 1, false)
  return slot === 0 ? -1 : slot
}

/** uvm_swap_free (uvm_swap.c): gives slots back. Slot 0 is ignored. Takes and releases uvm_swap_data_lock. */
export function uvmSwapFree(cpu: VmCpu, startslot: number, nslots = 1): void {
  const { mem } = cpu
  if (startslot === 0) return
  mutexSpinEnter(cpu, UVM_SWAP_DATA_LOCK)
  for (let slot = startslot; slot < startslot + nslots; slot++) {
    kassert(slot > 0 && slot <= mem.read(UVMEXP_SWPAGES), 'slot < sdp->swd_drumoffset + sdp->swd_drumsize')
    const state = mem.read(slotWord(cpu, slot))
    kassert(state !== SLOT_FREE, 'blist_free: freeing free block')
    if (state === SLOT_ONLY) mem.write(UVMEXP_SWPGONLY, mem.read(UVMEXP_SWPGONLY) - 1)
    mem.write(slotWord(cpu, slot), SLOT_FREE)
  }
  const inuse = mem.read(UVMEXP_SWPGINUSE) - nslots
  kassert(inuse >= 0, 'uvmexp.swpginuse >= nslots')
  mem.write(UVMEXP_SWPGINUSE, inuse)
  mutexSpinExit(cpu, UVM_SWAP_DATA_LOCK)
}

/** The page in `slot` is now only there (`uvmexp.swpgonly++`). Takes and releases uvm_swap_data_lock. */
export function uvmSwapMarkonly(cpu: VmCpu, slot: number): void {
  const { mem } = cpu
  mutexSpinEnter(cpu, UVM_SWAP_DATA_LOCK)
  if (mem.read(slotWord(cpu, slot)) === SLOT_INUSE) {
    mem.write(slotWord(cpu, slot), SLOT_ONLY)
    mem.write(UVMEXP_SWPGONLY, mem.read(UVMEXP_SWPGONLY) + 1)
  }
  mutexSpinExit(cpu, UVM_SWAP_DATA_LOCK)
}

/**
 * uvm_swapisfull (uvm_swap.c): whether nearly every slot holds the only copy of its page. Takes and releases
 * uvm_swap_data_lock.
 */
export function uvmSwapisfull(cpu: VmCpu): boolean {
  const { mem } = cpu
  mutexSpinEnter(cpu, UVM_SWAP_DATA_LOCK)
  const full = mem.read(UVMEXP_SWPGONLY) >= Math.trunc((mem.read(UVMEXP_SWPAGES) * 99) / 100)
  mutexSpinExit(cpu, UVM_SWAP_DATA_LOCK)
  return full
}

/**
 * uvm_swap_put (uvm_swap.c): starts writing busy pages to consecutive slots and returns at once; uvmAiodone
 * follows for each. Takes and releases the disk's lock.
 */
export function uvmSwapPutPages(cpu: VmCpu, startslot: number, pages: readonly VmPageRef[]): void {
  diskWrite(cpu, startslot, pages)
}

/**
 * uvm_swap_get (uvm_swap.c): reads `slot` into the busy page `pg`, sleeping until it is there. Returns 0.
 *
 * The slot stays taken: with the page clean it is a second copy. Hold no lock.
 */
export function* uvmSwapIn(cpu: VmCpu, pg: VmPageRef, slot: number): Sleeps<number> {
  const { mem } = cpu
  mem.add(UVMEXP_PAGEINS, 1)
  mutexSpinEnter(cpu, UVM_SWAP_DATA_LOCK)
  const state = mem.read(slotWord(cpu, slot))
  kassert(state !== SLOT_FREE, 'uvm_swap_get: the slot is in use')
  if (state === SLOT_ONLY) {
    mem.write(slotWord(cpu, slot), SLOT_INUSE)
    mem.write(UVMEXP_SWPGONLY, mem.read(UVMEXP_SWPGONLY) - 1)
  }
  mutexSpinExit(cpu, UVM_SWAP_DATA_LOCK)
  return yield* diskRead(cpu, pg, slot)
}
