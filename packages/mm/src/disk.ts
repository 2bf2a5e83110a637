import { kassert, layout, mutexSpinEnter, mutexSpinExit } from '@holdfast/atomics-sync'
import type { Addr, Sleeps } from '@holdfast/atomics-sync'
import { PAGE_WORDS } from './param.js'
import {
  DISK_DONE_FIRST,
  DISK_DONE_LAST,
  DISK_FIRST,
  DISK_LAST,
  DISK_LASTDUE,
  DISK_LOCK,
  DISK_NACTIVE,
  DISK_READS,
  DISK_WRITES,
} from './pdaemon-globals.js'
import { uvmPageoutDone } from './uvm-pdaemon.js'
import { uvmAiodone } from './uvm-pager.js'
import { uvmUnlockAndWait, wakeup } from './uvm-unlock-and-wait.js'
import type { VmCpu } from './vm-cpu.js'
import { VM_PAGE_WORDS, vmPageFrame, vmPageWords } from './vm-page.js'
import type { VmPageRef } from './vm-page.js'

/**
 * The disk under the swap device: one arm, commands served first come first served, `diskTicks` clock ticks
 * each.
 *
 * A page has at most one transfer at a time, for it is busy meanwhile, so each frame owns one record:
 *
 *     IDLE --- diskWrite --> WRITING --- its tick, diskIntr --> WRITTEN --- owner's lock got --> IDLE
 *       '----- diskRead ---> READING --- its tick, diskIntr --> READ ------ its reader --------> IDLE
 *
 * Data moves when the transfer completes, as by DMA: a store to a page under page-out reaches the disk, which
 * is why the pagedaemon unmaps it first.
 */
export const { XF_STATE, XF_SLOT, XF_DUE, XF_NEXT, DISK_XFER_WORDS } = layout('disk_xfer', {
  XF_STATE: { lock: 'DISK_LOCK', unlocked: "off its queue and busy, a transfer is its interrupt handler's" },
  XF_SLOT: { lock: 'DISK_LOCK', unlocked: "off its queue and busy, a transfer is its interrupt handler's" }, // place on the disk, in pages
  XF_DUE: 'DISK_LOCK', // clock tick at which it completes
  XF_NEXT: 'DISK_LOCK', // next transfer of the same queue
})

const XF_IDLE = 0
const XF_READING = 1
const XF_WRITING = 2
const XF_READ = 3
const XF_WRITTEN = 4

function xferOf(cpu: VmCpu, pg: VmPageRef): Addr {
  return param(cpu, 'diskXfers') + vmPageFrame(cpu, pg) * DISK_XFER_WORDS
}

function pageOf(cpu: VmCpu, xfer: Addr): VmPageRef {
  const frame = (xfer - param(cpu, 'diskXfers')) / DISK_XFER_WORDS
  return cpu.config.vmPages + frame * VM_PAGE_WORDS
}

function param(cpu: VmCpu, name: string): number {
  return cpu.config.mm[name] as number
}

/** Appends to a queue of transfers. The lock is held. */
function enqueue(cpu: VmCpu, first: Addr, last: Addr, xfer: Addr): void {
  const { mem } = cpu
  mem.write(xfer + XF_NEXT, 0)
  if (mem.read(first) === 0) mem.write(first, xfer)
  else mem.write(mem.read(last) + XF_NEXT, xfer)
  mem.write(last, xfer)
}

/** Takes the first transfer off a queue that is not empty. The lock is held. */
function dequeue(cpu: VmCpu, first: Addr): Addr {
  const { mem } = cpu
  const xfer = mem.read(first)
  mem.write(first, mem.read(xfer + XF_NEXT))
  return xfer
}

/** Books the next command on the arm. The lock is held. Returns the tick at which it completes. */
function bookCommand(cpu: VmCpu): number {
  const { mem } = cpu
  const now = cpu.vmops.now(cpu)
  const idle = mem.read(DISK_NACTIVE) === 0 || mem.read(DISK_LASTDUE) - now < 0
  const due = ((idle ? now : mem.read(DISK_LASTDUE)) + param(cpu, 'diskTicks')) | 0
  mem.write(DISK_LASTDUE, due)
  return due
}

/** Starts one transfer of a booked command. The lock is held. */
function startTransfer(cpu: VmCpu, pg: VmPageRef, slot: number, state: number, due: number): void {
  const { mem } = cpu
  const xfer = xferOf(cpu, pg)
  kassert(mem.read(xfer + XF_STATE) === XF_IDLE, 'one transfer per page')
  mem.write(xfer + XF_STATE, state)
  mem.write(xfer + XF_SLOT, slot)
  mem.write(xfer + XF_DUE, due)
  mem.write(DISK_NACTIVE, mem.read(DISK_NACTIVE) + 1)
  enqueue(cpu, DISK_FIRST, DISK_LAST, xfer)
}

/**
 * Starts one command that writes `pages` to consecutive places from `slot`; does not wait for it. The pages
 * are busy, unmapped and counted by uvm_pageout_start; uvmAiodone gives them back. Takes and releases the
 * disk's lock.
 */
export function diskWrite(cpu: VmCpu, slot: number, pages: readonly VmPageRef[]): void {
  mutexSpinEnter(cpu, DISK_LOCK)
  const due = bookCommand(cpu)
  let place = slot
  for (const pg of pages) startTransfer(cpu, pg, place++, XF_WRITING, due)
  mutexSpinExit(cpu, DISK_LOCK)
  cpu.vmops.diskStarted(cpu, due)
  if (param(cpu, 'diskTicks') === 0) diskIntr(cpu)
}

/**
 * Reads the page at `slot` into `pg`, which is busy, and sleeps until it is there. Holds no lock. Returns 0.
 */
export function* diskRead(cpu: VmCpu, pg: VmPageRef, slot: number): Sleeps<number> {
  const { mem } = cpu
  const xfer = xferOf(cpu, pg)
  mutexSpinEnter(cpu, DISK_LOCK)
  const due = bookCommand(cpu)
  startTransfer(cpu, pg, slot, XF_READING, due)
  mutexSpinExit(cpu, DISK_LOCK)
  cpu.vmops.diskStarted(cpu, due)
  if (param(cpu, 'diskTicks') === 0) diskIntr(cpu)

  mutexSpinEnter(cpu, DISK_LOCK)
  while (mem.read(xfer + XF_STATE) !== XF_READ) {
    yield* uvmUnlockAndWait(cpu, DISK_LOCK, xfer, 'biowait', 0)
    mutexSpinEnter(cpu, DISK_LOCK)
  }
  mem.write(xfer + XF_STATE, XF_IDLE)
  mutexSpinExit(cpu, DISK_LOCK)
  return 0
}

/**
 * The disk's interrupt: completes the transfers whose tick has come, wakes the readers, and gives the pages
 * written back. Never sleeps; takes and releases DISK_LOCK, owners' locks (tried), uvm_pageqlock,
 * uvm_fpageqlock.
 *
 * A page whose owner's lock is taken is tried again a tick later. May run on several CPUs at once, and early.
 */
export function diskIntr(cpu: VmCpu): void {
  const { mem } = cpu
  if (mem.load(DISK_NACTIVE) === 0) return
  mutexSpinEnter(cpu, DISK_LOCK)
  for (;;) {
    const first = mem.read(DISK_FIRST)
    if (first === 0 || mem.read(first + XF_DUE) - cpu.vmops.now(cpu) > 0) break
    const xfer = dequeue(cpu, DISK_FIRST)
    // Off the queue and still busy, the transfer is this CPU's alone.
    mutexSpinExit(cpu, DISK_LOCK)
    moveData(cpu, xfer)
    mutexSpinEnter(cpu, DISK_LOCK)
    if (mem.read(xfer + XF_STATE) === XF_READING) {
      mem.write(xfer + XF_STATE, XF_READ)
      mem.write(DISK_READS, mem.read(DISK_READS) + 1)
      mem.write(DISK_NACTIVE, mem.read(DISK_NACTIVE) - 1)
      wakeup(cpu, xfer)
    } else {
      mem.write(xfer + XF_STATE, XF_WRITTEN)
      enqueue(cpu, DISK_DONE_FIRST, DISK_DONE_LAST, xfer)
    }
  }
  mutexSpinExit(cpu, DISK_LOCK)
  giveBack(cpu)
}

/**
 * The command that the disk is at is done now, not at the tick for which it was booked: its transfers are due. For whoever
 * controls the machine; an interrupt completes them. Takes and releases the disk's lock.
 */
export function diskHasten(cpu: VmCpu): void {
  const { mem } = cpu
  mutexSpinEnter(cpu, DISK_LOCK)
  const first = mem.read(DISK_FIRST)
  const due = first === 0 ? 0 : mem.read(first + XF_DUE)
  for (let xfer = first; xfer !== 0 && mem.read(xfer + XF_DUE) === due; xfer = mem.read(xfer + XF_NEXT))
    mem.write(xfer + XF_DUE, cpu.vmops.now(cpu))
  mutexSpinExit(cpu, DISK_LOCK)
}

/** Copies between the frame and the disk. */
function moveData(cpu: VmCpu, xfer: Addr): void {
  const { mem } = cpu
  const frame = vmPageWords(cpu, pageOf(cpu, xfer))
  const disk = param(cpu, 'swapBase') + mem.read(xfer + XF_SLOT) * PAGE_WORDS
  const reading = mem.read(xfer + XF_STATE) === XF_READING
  if (reading) mem.copy(frame, disk, PAGE_WORDS)
  else mem.copy(disk, frame, PAGE_WORDS)
}

/**
 * Gives back the pages of completed writes, as far as their owners' locks are free, and books the next
 * interrupt.
 */
function giveBack(cpu: VmCpu): void {
  const { mem } = cpu
  const refused: Addr[] = []
  let done = 0
  mutexSpinEnter(cpu, DISK_LOCK)
  while (mem.read(DISK_DONE_FIRST) !== 0) {
    const xfer = dequeue(cpu, DISK_DONE_FIRST)
    const slot = mem.read(xfer + XF_SLOT)
    // Idle before the page is free: its next owner may page it out at once.
    mem.write(xfer + XF_STATE, XF_IDLE)
    mutexSpinExit(cpu, DISK_LOCK)
    const given = uvmAiodone(cpu, pageOf(cpu, xfer), slot)
    mutexSpinEnter(cpu, DISK_LOCK)
    if (given) {
      done++
      mem.write(DISK_WRITES, mem.read(DISK_WRITES) + 1)
      mem.write(DISK_NACTIVE, mem.read(DISK_NACTIVE) - 1)
    } else {
      refused.push(xfer)
    }
  }
  for (const xfer of refused) {
    mem.write(xfer + XF_STATE, XF_WRITTEN)
    enqueue(cpu, DISK_DONE_FIRST, DISK_DONE_LAST, xfer)
  }
  const first = mem.read(DISK_FIRST)
  const due = first === 0 ? 0 : mem.read(first + XF_DUE)
  mutexSpinExit(cpu, DISK_LOCK)
  if (done > 0) uvmPageoutDone(cpu, done)
  if (refused.length > 0) cpu.vmops.diskStarted(cpu, (cpu.vmops.now(cpu) + 1) | 0)
  if (first !== 0) cpu.vmops.diskStarted(cpu, due)
}
