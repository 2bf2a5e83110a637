import type { Finding, RunResult } from './result.js'
import { swapCycles, totalOperations } from './result.js'
import { count, plural, table } from './table.js'

/** One size of the machine. Rates are per second of wall clock. */
export interface ScalePoint {
  readonly cpus: number
  readonly lwps: number
  readonly seconds: number
  readonly operationsPerSecond: number
  readonly swapCyclesPerSecond: number
  readonly switchesPerSecond: number
  readonly shootdownsPerSecond: number
  /** Operations a second relative to the first point. */
  readonly speedup: number
}

/** One workload at several numbers of CPUs. */
export interface ScaleResult {
  readonly command: 'scale'
  readonly scenario: string
  readonly seconds: number
  readonly seed: number
  /** Cores of the host: beyond them the curve shows contention, not speed. */
  readonly hostCores: number
  readonly points: readonly ScalePoint[]
  readonly findings: readonly Finding[]
  readonly outcome: RunResult['outcome']
}

/** The point of one run; `first` is that of the first size, or undefined for the first itself. */
export function scalePoint(result: RunResult, first: ScalePoint | undefined): ScalePoint {
  const each = (total: number): number => (result.seconds === 0 ? 0 : Math.round(total / result.seconds))
  const operationsPerSecond = each(totalOperations(result))
  const base = first?.operationsPerSecond ?? operationsPerSecond
  return {
    cpus: result.cpus,
    lwps: result.lwps,
    seconds: result.seconds,
    operationsPerSecond,
    swapCyclesPerSecond: each(swapCycles(result)),
    switchesPerSecond: each(result.switches),
    shootdownsPerSecond: each(result.shootdowns),
    speedup: base === 0 ? 0 : Math.round((1000 * operationsPerSecond) / base) / 1000,
  }
}

const PLOT_WIDTH = 32

/** The curve as a table with a bar for each size. */
export function scaleReport(result: ScaleResult): string {
  const highest = Math.max(1, ...result.points.map(({ operationsPerSecond }) => operationsPerSecond))
  const bar = (value: number): string => '#'.repeat(Math.round((PLOT_WIDTH * value) / highest))
  const lines = table(
    [
      { title: 'CPUs', align: 'right', cell: (point: ScalePoint) => count(point.cpus) },
      { title: 'LWPs', align: 'right', cell: (point) => count(point.lwps) },
      { title: 'Operations/s', align: 'right', cell: (point) => count(point.operationsPerSecond) },
      { title: 'Relative', align: 'right', cell: (point) => point.speedup.toFixed(2) },
      { title: 'Swap cycles/s', align: 'right', cell: (point) => count(point.swapCyclesPerSecond) },
      { title: 'Switches/s', align: 'right', cell: (point) => count(point.switchesPerSecond) },
      { title: 'Shootdowns/s', align: 'right', cell: (point) => count(point.shootdownsPerSecond) },
      { title: 'Operations/s, to scale', align: 'left', cell: (point) => bar(point.operationsPerSecond) },
    ],
    result.points,
  )
  const found =
    result.findings.length === 0 ? 'Nothing found.' : `${plural(result.findings.length, 'finding')}.`
  const early = result.outcome === 'interrupted' ? 'Interrupted before its time. ' : ''
  return [
    `${result.scenario}, ${result.seconds} s at each size, seed ${result.seed}, on ${plural(result.hostCores, 'host core')}.`,
    '',
    ...lines,
    '',
    `${early}${found}`,
    '',
  ].join('\n')
}
