import { byTime, findingSections, lockTable, siteName } from './html-run.js'
import { curveSection, page } from './html-page.js'
import type { PlotPoint } from './html-plot.js'
import type { LockRow, RunResult } from './result.js'
import type { ScalePoint, ScaleResult } from './scale-report.js'
import { plural } from './table.js'

/** Locks, and call sites, that have a curve: those waited for most at the largest size. */
const MOST = 6

/** The lock report of a curve: how rates, contention and time at locks go with the number of CPUs. `runs`: one for each point. */
export function scaleHtml(result: ScaleResult, runs: readonly RunResult[]): string {
  const { points, findings, scenario, seconds, seed, hostCores } = result
  const ticks = points.map(({ cpus }) => cpus)
  const curve = (title: string, y: string, series: readonly PlotPoint[]): string =>
    curveSection(title, series, { x: 'CPUs', y, ticks })
  const of = (name: string, value: (point: ScalePoint) => number): PlotPoint[] =>
    points.map((point) => ({ x: point.cpus, y: value(point), series: name }))
  const about = `${seconds} s at each size, seed ${seed}, on ${plural(hostCores, 'host core')}: beyond so many CPUs the curve shows contention, not speed.`
  return page(
    `${scenario}: locks against CPUs`,
    [about],
    [
      ...findingSections(findings),
      curve(
        'Operations a second',
        'operations/s',
        of('operations', (point) => point.operationsPerSecond),
      ),
      curve('Contended share of acquisitions', '%', runs.map(contendedShare)),
      curve(
        'Time waited, by lock',
        'ms a second',
        times(runs, ({ locks }) => locks, nameOf, 'waitedNs'),
      ),
      curve(
        'Time held, by lock',
        'ms a second',
        times(runs, ({ locks }) => locks, nameOf, 'heldNs'),
      ),
      curve('Time waited, by lock and call site', 'ms a second', times(runs, sitesOf, siteName, 'waitedNs')),
      curve('Time held, by lock and call site', 'ms a second', times(runs, sitesOf, siteName, 'heldNs')),
      curve(
        'TLB shootdowns a second',
        'shootdowns/s',
        of('shootdowns', (point) => point.shootdownsPerSecond),
      ),
      curve('Swap cycles and context switches a second', 'a second', [
        ...of('swap cycles', (point) => point.swapCyclesPerSecond),
        ...of('context switches', (point) => point.switchesPerSecond),
      ]),
      ...runs.map((run) => lockTable(run.locks, `Locks with ${plural(run.cpus, 'CPU')}`)),
    ],
  )
}

function contendedShare({ cpus, locks }: RunResult): PlotPoint {
  const sum = (what: 'contended' | 'acquisitions'): number => locks.reduce((all, lock) => all + lock[what], 0)
  const all = sum('acquisitions')
  return { x: cpus, y: all === 0 ? 0 : (100 * sum('contended')) / all, series: 'contended' }
}

function nameOf({ name }: LockRow): string {
  return name
}

function sitesOf({ lockSites }: RunResult): RunResult['lockSites'] {
  return lockSites
}

/** A curve for each of those that took most of that time at the largest size. */
function times<Row extends LockRow>(
  runs: readonly RunResult[],
  rows: (run: RunResult) => readonly Row[],
  name: (row: Row) => string,
  what: 'heldNs' | 'waitedNs',
): PlotPoint[] {
  const last = runs.at(-1)
  if (last === undefined) return []
  const top = byTime(rows(last)).toSorted((a, b) => b[what] - a[what])
  const names = [...new Set(top.filter((row) => row[what] > 0).map(name))].slice(0, MOST)
  return names.flatMap((series) =>
    runs.map((run) => {
      const own = rows(run).filter((row) => name(row) === series)
      const ns = own.reduce((sum, row) => sum + row[what], 0)
      return { x: run.cpus, y: run.seconds === 0 ? 0 : ns / 1e6 / run.seconds, series }
    }),
  )
}
