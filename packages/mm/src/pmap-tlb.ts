import type { Addr } from '@holdfast/atomics-sync'
import { UVMEXP_SHOOTDOWNS } from './globals.js'
import { PM_CPUS, PM_CPU_WORDS } from './pmap-layout.js'
import type { PmapRef } from './pmap-pte.js'
import {
  MBOX_OFFLINE,
  MC_ACKED,
  MC_MBOX_EVA,
  MC_MBOX_FULL,
  MC_MBOX_OWNER,
  MC_MBOX_PMAP,
  MC_MBOX_SVA,
  MC_PMAP,
  MC_SENT,
  mmCpu,
  tlbFlushKernel,
  tlbFlushRange,
  tlbFlushUser,
} from './tlb.js'
import type { VmCpu } from './vm-cpu.js'

/**
 * TLB shootdown (x86 pmap_tlb.c): each CPU has a mailbox of one request.
 *
 *        cas 0 -> sender+1          fields, FULL = 1, interrupt           FULL = 0, sender's ACKED++
 *  FREE ------------------> CLAIMED ---------------------------> POSTED -----------------------------.
 *   ^                                                                                               |
 *   |'----------------------------- OWNER = 0 (the target) -----------------------------------------'
 *   | tlbOffline: cas 0 -> OFFLINE;  tlbOnline: OFFLINE -> 0, then flush everything
 *
 * Rules   R1  the sender changes the page table first, then reads who has the pmap, then posts
 *         R2  the sender returns before the targets have answered; tlbShootwait waits for all it sent
 *         R3  the target answers at any spin depth and takes no lock, so waiting never deadlocks:
 *             whoever spins, here for a mailbox or elsewhere for a lock, polls
 *         R4  between claiming and posting nothing spins
 *         R5  a CPU that is offline is skipped; whether it is offline and whether its mailbox is free are
 *             one word, so none can go offline with a request in its mailbox
 */

/** MC_MBOX_EVA of a request to leave the pmap, which is about to be freed. */
const DROP_PMAP = -1

/** pmap_tlb_intr: serves this CPU's mailbox. Runs at any spin depth; takes no lock. Spurious calls do nothing. */
export function tlbInterrupt(cpu: VmCpu): void {
  const { mem } = cpu
  const mc = mmCpu(cpu, cpu.id)
  if (mem.load(mc + MC_MBOX_FULL) === 0) return
  const pmap = mem.read(mc + MC_MBOX_PMAP)
  const eva = mem.read(mc + MC_MBOX_EVA)
  if (eva === DROP_PMAP) leavePmap(cpu, mc, pmap)
  else tlbFlushRange(cpu, pmap, mem.read(mc + MC_MBOX_SVA), eva)
  const sender = mem.load(mc + MC_MBOX_OWNER) - 1
  mem.store(mc + MC_MBOX_FULL, 0)
  mem.store(mc + MC_MBOX_OWNER, 0)
  mem.add(mmCpu(cpu, sender) + MC_ACKED, 1)
}

function leavePmap(cpu: VmCpu, mc: Addr, pmap: PmapRef): void {
  const { mem } = cpu
  if (mem.read(mc + MC_PMAP) !== pmap) return
  mem.write(mc + MC_PMAP, 0)
  tlbFlushUser(cpu)
}

/**
 * pmap_tlb_shootdown: forgets `sva` up to `eva` (bytes, page aligned, not empty) of `pmap` here, and asks the
 * other CPUs that may have it cached to. Returns before they have: see {@link tlbShootwait}.
 * The page table is changed already. Any spin lock may be held.
 */
export function tlbShootdown(cpu: VmCpu, pmap: PmapRef, sva: number, eva: number): void {
  cpu.spinDepth += 1 // no other interrupt between a claim and its posting
  tlbFlushRange(cpu, pmap, sva, eva)
  tlbPostAll(cpu, pmap, sva, eva)
  cpu.spinDepth -= 1
}

/** Makes every CPU that has the user pmap `pmap` loaded leave it; wait with {@link tlbShootwait}. */
export function tlbDropPmap(cpu: VmCpu, pmap: PmapRef): void {
  cpu.spinDepth += 1
  leavePmap(cpu, mmCpu(cpu, cpu.id), pmap)
  tlbPostAll(cpu, pmap, 0, DROP_PMAP)
  cpu.spinDepth -= 1
}

function tlbPostAll(cpu: VmCpu, pmap: PmapRef, sva: number, eva: number): void {
  const { mem } = cpu
  if (pmap === cpu.config.kernelPmap) {
    for (let id = 0; id < cpu.config.ncpu; id++) if (id !== cpu.id) tlbPost(cpu, id, pmap, sva, eva)
    return
  }
  for (let word = 0; word < PM_CPU_WORDS && word * 32 < cpu.config.ncpu; word++) {
    let bits = mem.load(pmap + PM_CPUS + word)
    while (bits !== 0) {
      const bit = 31 - Math.clz32(bits & -bits)
      bits &= bits - 1
      const id = word * 32 + bit
      if (id !== cpu.id) tlbPost(cpu, id, pmap, sva, eva)
    }
  }
}

function tlbPost(cpu: VmCpu, target: number, pmap: PmapRef, sva: number, eva: number): void {
  const { mem } = cpu
  const mc = mmCpu(cpu, target)
  for (;;) {
    const owner = mem.cas(mc + MC_MBOX_OWNER, 0, cpu.id + 1)
    if (owner === 0) break
    if (owner === MBOX_OFFLINE) return
    mem.spinWhile(mc + MC_MBOX_OWNER, owner)
  }
  mem.write(mc + MC_MBOX_PMAP, pmap)
  mem.write(mc + MC_MBOX_SVA, sva)
  mem.write(mc + MC_MBOX_EVA, eva)
  const self = mmCpu(cpu, cpu.id)
  mem.write(self + MC_SENT, (mem.read(self + MC_SENT) + 1) | 0)
  mem.store(mc + MC_MBOX_FULL, 1)
  mem.add(UVMEXP_SHOOTDOWNS, 1)
  cpu.vmops.shootdownIpi(cpu, target)
}

/** pmap_tlb_shootwait: waits until every request of this CPU is served. Any spin lock may be held. */
export function tlbShootwait(cpu: VmCpu): void {
  const { mem } = cpu
  const mc = mmCpu(cpu, cpu.id)
  for (;;) {
    const acked = mem.load(mc + MC_ACKED)
    if (acked === mem.read(mc + MC_SENT)) return
    mem.spinWhile(mc + MC_ACKED, acked)
  }
}

/** This CPU answers shootdowns from now on. Called by the CPU itself before it uses any translation. */
export function tlbOnline(cpu: VmCpu): void {
  const { mem } = cpu
  const mc = mmCpu(cpu, cpu.id)
  mem.cas(mc + MC_MBOX_OWNER, MBOX_OFFLINE, 0)
  // Only now: what was removed while it was offline is removed before this flush, the rest is posted.
  tlbFlushUser(cpu)
  tlbFlushKernel(cpu)
}

/** This CPU answers no more: it halts, or parks without polling. Serves what is in its mailbox first. */
export function tlbOffline(cpu: VmCpu): void {
  const { mem } = cpu
  const mc = mmCpu(cpu, cpu.id)
  for (;;) {
    const owner = mem.cas(mc + MC_MBOX_OWNER, 0, MBOX_OFFLINE)
    if (owner === 0 || owner === MBOX_OFFLINE) return
    tlbInterrupt(cpu)
    mem.spinWhile(mc + MC_MBOX_OWNER, owner)
  }
}

/** Boot: CPU `id` is offline and its TLB is empty. */
export function tlbBootCpu(cpu: VmCpu, id: number): void {
  const { mem } = cpu
  const mc = mmCpu(cpu, id)
  mem.store(mc + MC_MBOX_OWNER, MBOX_OFFLINE)
}
