import type { Addr } from './mem.js'

/** What a lock operation reports, as lockstat(8) counts it. One implementation collects it per CPU. */
export interface Lockstat {
  /** The lock was acquired, contended or not. Called by the new owner, the lock held. */
  acquired(lock: Addr): void
  /**
   * The caller will have to wait for the lock. Called before it does, so that what it costs to find out who calls is
   * not added to the time the lock is held. Returns a token for {@link contended}.
   */
  contending(lock: Addr): number
  /**
   * That acquisition was contended: `spins` busy waits and `sleeps` blockings lasted `waitedNs` ns in all. Called after
   * {@link acquired}; `token` is what {@link contending} returned.
   */
  contended(lock: Addr, spins: number, sleeps: number, waitedNs: number, token: number): void
  /** The lock is about to be released. Called by its owner, the lock still held. */
  released(lock: Addr): void
}

/** The clock of the lock statistics, in ns. Reading it costs about 57 ns. */
export function clockNs(): number {
  return performance.now() * 1e6
}

/** What was counted for one class of locks. */
export interface LockstatRow {
  /** Name of the class; `word <address>` for a lock without one. */
  readonly name: string
  /** Exact. */
  readonly acquisitions: number
  /** Of these, how many had to wait. Exact, as are the next three. */
  readonly contended: number
  readonly spins: number
  readonly sleeps: number
  readonly waitedNs: number
  /** Time held: measured for about one acquisition in sixteen, and scaled. */
  readonly heldNs: number
  /** How many holds were measured. */
  readonly heldSamples: number
}

/** What was counted for one class of locks at one place that takes them. */
export interface LockstatSite {
  readonly lock: string
  readonly functionName: string
  readonly file: string
  readonly line: number
  /** Acquisitions here: counted for about one in 256, and scaled. At least `contended`. */
  readonly count: number
  /** Exact, as are the next three. */
  readonly contended: number
  readonly spins: number
  readonly sleeps: number
  readonly waitedNs: number
  /** Time held: measured for about one acquisition in 256, and scaled. */
  readonly heldNs: number
}

/** Plain data: it crosses from a worker by message. The rows are in no particular order. */
export interface LockstatSnapshot {
  readonly byLock: readonly LockstatRow[]
  readonly bySite: readonly LockstatSite[]
}

/** Adds up what several CPUs counted. Sorted: the longest waits first, then the most acquisitions. */
export function mergeLockstat(snapshots: readonly LockstatSnapshot[]): LockstatSnapshot {
  const locks = new Map<string, LockstatRow>()
  const sites = new Map<string, LockstatSite>()
  for (const { byLock, bySite } of snapshots) {
    for (const row of byLock) locks.set(row.name, addRow(locks.get(row.name), row))
    for (const site of bySite) {
      const key = `${site.lock} ${site.functionName} ${site.file}:${site.line}`
      sites.set(key, addSite(sites.get(key), site))
    }
  }
  return {
    byLock: [...locks.values()].sort((a, b) => b.waitedNs - a.waitedNs || b.acquisitions - a.acquisitions),
    bySite: [...sites.values()].sort((a, b) => b.waitedNs - a.waitedNs || b.count - a.count),
  }
}

function addRow(sum: LockstatRow | undefined, row: LockstatRow): LockstatRow {
  if (sum === undefined) return row
  return {
    name: row.name,
    acquisitions: sum.acquisitions + row.acquisitions,
    contended: sum.contended + row.contended,
    spins: sum.spins + row.spins,
    sleeps: sum.sleeps + row.sleeps,
    waitedNs: sum.waitedNs + row.waitedNs,
    heldNs: sum.heldNs + row.heldNs,
    heldSamples: sum.heldSamples + row.heldSamples,
  }
}

function addSite(sum: LockstatSite | undefined, site: LockstatSite): LockstatSite {
  if (sum === undefined) return site
  return {
    ...site,
    count: sum.count + site.count,
    contended: sum.contended + site.contended,
    spins: sum.spins + site.spins,
    sleeps: sum.sleeps + site.sleeps,
    waitedNs: sum.waitedNs + site.waitedNs,
    heldNs: sum.heldNs + site.heldNs,
  }
}
