import type { RunSample } from '../run/samples.js'
import { findingReport } from './finding-report.js'
import { barSection, curveSection, html, htmlTable, page, section } from './html-page.js'
import type { PlotBar, PlotPoint } from './html-plot.js'
import { lockColumns, siteColumns } from './lock-report.js'
import type { Finding, LockRow, LockSite, RunResult } from './result.js'
import { headline } from './run-report.js'

const MOST_LOCKS = 12
const MOST_SITES = 15

/** The lock report of a run: rates over its time, its locks by lock and by caller, lockstat's table. */
export function runHtml(result: RunResult, samples: readonly RunSample[]): string {
  const operations = Object.entries(result.operations).filter(([, number]) => number > 0)
  return page(
    `${result.scenario}: locks`,
    [headline(result)],
    [
      ...findingSections(result.findings),
      curveSection('Operations a second', rates(samples, 'operations'), { x: 'seconds', y: 'operations/s' }),
      barSection(
        'Operations by kind',
        operations
          .sort(([, a], [, b]) => b - a)
          .map(([name, value]) => ({ name, value, series: 'operations' })),
        'operations',
      ),
      curveSection('TLB shootdowns a second', rates(samples, 'shootdowns'), {
        x: 'seconds',
        y: 'shootdowns/s',
      }),
      curveSection(
        'Free pages',
        samples.map(({ seconds, free }) => ({ x: seconds, y: free, series: 'free' })),
        { x: 'seconds', y: 'pages' },
      ),
      ...lockSections(result),
    ],
  )
}

/** Contended share, times held and waited, and the tables as lockstat(8) prints them. */
function lockSections({ locks, lockSites }: RunResult): string[] {
  const used = locks.filter(({ acquisitions }) => acquisitions > 0)
  const share = ({ contended, acquisitions }: LockRow): number => (100 * contended) / acquisitions
  const top = byTime(used).slice(0, MOST_LOCKS)
  return [
    barSection(
      'Contended share of acquisitions',
      used
        .toSorted((a, b) => share(b) - share(a))
        .slice(0, MOST_LOCKS)
        .map((row) => ({ name: row.name, value: share(row), series: 'contended' })),
      '%',
    ),
    barSection(
      'Time held and waited, by lock',
      times(top, ({ name }) => name),
      'ms',
    ),
    barSection(
      'Time held and waited, by lock and call site',
      times(byTime(lockSites).slice(0, MOST_SITES), siteName),
      'ms',
    ),
    lockTable(used),
    section('Locks and their callers', [htmlTable(siteColumns(waitedIn(used)), byTime(lockSites))]),
  ]
}

/** As lockstat(8) prints it: by time waited. */
export function lockTable(locks: readonly LockRow[], title = 'Locks'): string {
  const used = byTime(locks.filter(({ acquisitions }) => acquisitions > 0))
  return section(title, [htmlTable(lockColumns(waitedIn(used)), used)])
}

/** What went wrong, in full. */
export function findingSections(findings: readonly Finding[]): string[] {
  return findings.map((finding) =>
    section(`Finding: ${finding.verdict}`, [
      `<p class="bad">${html(finding.message)}</p>`,
      `<pre>${html(findingReport(finding).join('\n'))}</pre>`,
    ]),
  )
}

export function siteName({ name, caller }: LockSite): string {
  return `${name} in ${caller.replace(/ \(.*$/, '')}`
}

export function byTime<Row extends LockRow>(rows: readonly Row[]): Row[] {
  return rows.toSorted((a, b) => b.waitedNs - a.waitedNs || b.heldNs - a.heldNs)
}

function times<Row extends LockRow>(rows: readonly Row[], name: (row: Row) => string): PlotBar[] {
  return rows.flatMap((row) => [
    { name: name(row), value: row.heldNs / 1e6, series: 'held' },
    { name: name(row), value: row.waitedNs / 1e6, series: 'waited' },
  ])
}

function waitedIn(rows: readonly LockRow[]): number {
  return rows.reduce((sum, { waitedNs }) => sum + waitedNs, 0)
}

/** Between each two samples. */
function rates(samples: readonly RunSample[], what: 'operations' | 'shootdowns'): PlotPoint[] {
  return samples.slice(1).flatMap((sample, i) => {
    const before = samples[i] as RunSample
    const span = sample.seconds - before.seconds
    return span <= 0 ? [] : [{ x: sample.seconds, y: (sample[what] - before[what]) / span, series: what }]
  })
}
