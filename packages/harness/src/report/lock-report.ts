import type { LockRow, LockSite } from './result.js'
import { type Column, count, milliseconds, percent, table } from './table.js'

const SITES_SHOWN = 16

/** The locks as lockstat(8) prints them: by lock first, then by lock and caller. */
export function lockReport(locks: readonly LockRow[], sites: readonly LockSite[]): string[] {
  const used = byWait(locks.filter(({ acquisitions }) => acquisitions > 0))
  if (used.length === 0) return ['Locks: none was counted.']
  const waited = used.reduce((sum, row) => sum + row.waitedNs, 0)
  const lines = ['Locks, by time waited', '', ...table(lockColumns<LockRow>(waited), used)]
  const top = byWait(sites).slice(0, SITES_SHOWN)
  if (top.length === 0) return lines
  return [
    ...lines,
    '',
    `Locks and their callers, the first ${top.length}`,
    '',
    ...table(siteColumns(waited), top),
  ]
}

function byWait<Row extends LockRow>(rows: readonly Row[]): Row[] {
  return [...rows].sort((a, b) => b.waitedNs - a.waitedNs || b.acquisitions - a.acquisitions)
}

/** Columns of a table of locks and callers; `waited`: the time that all waits are shares of. */
export function siteColumns(waited: number): Column<LockSite>[] {
  return [...lockColumns<LockSite>(waited), { title: 'Caller', align: 'left', cell: ({ caller }) => caller }]
}

/** The same of locks alone. */
export function lockColumns<Row extends LockRow>(waited: number): Column<Row>[] {
  return [
    { title: 'Total%', align: 'right', cell: (row) => percent(row.waitedNs, waited) },
    { title: 'Acquired', align: 'right', cell: (row) => count(row.acquisitions) },
    { title: 'Contended%', align: 'right', cell: (row) => percent(row.contended, row.acquisitions) },
    { title: 'Spins', align: 'right', cell: (row) => count(row.spins) },
    { title: 'Sleeps', align: 'right', cell: (row) => count(row.sleeps) },
    { title: 'Held/ms', align: 'right', cell: (row) => milliseconds(row.heldNs) },
    { title: 'Waited/ms', align: 'right', cell: (row) => milliseconds(row.waitedNs) },
    { title: 'Lock', align: 'left', cell: (row) => row.name },
  ]
}
