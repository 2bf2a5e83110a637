import type { LockRow, LockSite } from './result.js'
import { type Column, count, milliseconds, percent, tableWithin } from './table.js'

const SITES_SHOWN = 16

/** The locks as lockstat(8) prints them: by lock first, then by lock and caller. In lines of `width` characters, if possible. */
export function lockReport(
  locks: readonly LockRow[],
  sites: readonly LockSite[],
  width = Number.POSITIVE_INFINITY,
): string[] {
  const used = byWait(locks.filter(({ acquisitions }) => acquisitions > 0))
  if (used.length === 0) return ['Locks: none was counted.']
  const waited = used.reduce((sum, row) => sum + row.waitedNs, 0)
  const lines = tableWithin('Locks, by time waited', lockColumns<LockRow>(waited), used, width)
  const top = byWait(sites).slice(0, SITES_SHOWN)
  if (top.length === 0) return lines
  const heading = `Locks and their callers, the first ${top.length}`
  return [...lines, '', ...tableWithin(heading, siteColumns(waited), top, width)]
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
    { title: 'Total%', align: 'right', spare: 2, cell: (row) => percent(row.waitedNs, waited) },
    { title: 'Acquired', align: 'right', spare: 1, cell: (row) => count(row.acquisitions) },
    { title: 'Contended%', align: 'right', cell: (row) => percent(row.contended, row.acquisitions) },
    { title: 'Spins', align: 'right', spare: 5, cell: (row) => count(row.spins) },
    { title: 'Sleeps', align: 'right', spare: 4, cell: (row) => count(row.sleeps) },
    { title: 'Held/ms', align: 'right', spare: 3, cell: (row) => milliseconds(row.heldNs) },
    { title: 'Waited/ms', align: 'right', cell: (row) => milliseconds(row.waitedNs) },
    { title: 'Lock', align: 'left', cell: (row) => row.name },
  ]
}
