import type { Site } from '@holdfast/compiler'
import { CHANGES, FORGETS, RETURNS } from '@holdfast/explorer'

/** Where callees change what their callers keep in objects: the clusters and the state of a scan of the pagedaemon. */
export const KEEPERS = /\/mm\/src\/uvm-pd(aemon-scan|aemon-swap|policy-clock)\.ts$/

/** Calls at the heads of loops for ever, in which nothing is carried from one turn to the next: function, and what is called. */
const HEADS: readonly (readonly [string, string])[] = [
  ['idleLoop', 'schedIdle('],
  ['userMode', 'userret('],
  ['uvmScheduler', 'mutexEnter(cpu, PROC_LOCK'],
  ['uvmPageout', 'mutexSpinEnter(cpu, UVM_FPAGEQLOCK'],
  ['softclockThread', 'mutexEnter(cpu, SOFTCLOCK_LOCK'],
  ['initMain', 'doSysWait('],
]

/** What each site is, if it is a call: see Target.frames. */
export function callKinds(sites: readonly Site[]): Uint8Array {
  return Uint8Array.from(sites, (site) => {
    if (HEADS.some(([name, call]) => site.function === name && site.text.includes(call))) return FORGETS
    return KEEPERS.test(site.file) ? CHANGES : RETURNS
  })
}
