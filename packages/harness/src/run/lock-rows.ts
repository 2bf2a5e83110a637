import { mergeLockstat, type LockstatSnapshot } from '@holdfast/atomics-sync'
import type { LockRow, LockSite } from '../report/result.js'
import { sourcePlace } from './source-place.js'

/** What all CPUs counted of their locks, together. */
export function lockRows(snapshots: readonly LockstatSnapshot[]): {
  locks: LockRow[]
  lockSites: LockSite[]
} {
  const { byLock, bySite } = mergeLockstat(snapshots)
  return {
    locks: byLock.map(({ name, acquisitions, contended, spins, sleeps, heldNs, waitedNs }) => ({
      name,
      acquisitions,
      contended,
      spins,
      sleeps,
      heldNs: Math.round(heldNs),
      waitedNs: Math.round(waitedNs),
    })),
    lockSites: bySite.map((site) => ({
      name: site.lock,
      caller: `${cName(site.functionName)} (${sourcePlace(site.file, site.line)})`,
      acquisitions: site.count,
      contended: site.contended,
      spins: site.spins,
      sleeps: site.sleeps,
      heldNs: Math.round(site.heldNs),
      waitedNs: Math.round(site.waitedNs),
    })),
  }
}

/** The C spelling of a function of the kernel: `uvmLwpHold` is `uvm_lwp_hold`. */
function cName(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
