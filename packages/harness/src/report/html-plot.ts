import * as Plot from '@observablehq/plot'
import { parseHTML } from 'linkedom'

/** A curve, or one of several: what it is called, and its points. */
export interface PlotPoint {
  readonly x: number
  readonly y: number
  readonly series: string
}

export interface PlotBar {
  readonly name: string
  readonly value: number
  readonly series: string
}

const WIDTH = 600
const HEIGHT = 280
const BAR_HEIGHT = 26
/** Characters of a name beside a bar, and the room for so many. */
const LONGEST = 36
const CHARACTER = 8.8

/** Colours that stand out from white and from black. */
const COLOURS = ['#3b82d0', '#d9662b', '#2f9e63', '#b5539c', '#a08a1c', '#6b7fd7', '#c94f5d', '#4aa3a8']

/** Curves over a common axis, as SVG. Axes are in the colour of the page. */
export function curves(
  points: readonly PlotPoint[],
  { x, y, ticks }: { readonly x: string; readonly y: string; readonly ticks?: readonly number[] },
): string {
  return drawn(seriesOf(points), {
    height: HEIGHT,
    marginLeft: 56,
    marginTop: 32,
    ariaLabel: `${y} against ${x}`,
    marginBottom: 40,
    x: { label: x, ...(ticks === undefined ? {} : { ticks: [...ticks], tickFormat: 'd' }) },
    y: { label: y, grid: true, zero: true, nice: true, ...thousands(points.map((point) => point.y)) },
    marks: [
      Plot.ruleY([0]),
      Plot.line(points, { x: 'x', y: 'y', stroke: 'series' }),
      ...(points.length > 100 ? [] : [Plot.dot(points, { x: 'x', y: 'y', fill: 'series', r: 3 })]),
    ],
  })
}

/** A bar for each name, those of several series one on the other, as SVG. In the order given. */
export function bars(values: readonly PlotBar[], label: string): string {
  const short = (name: string): string => (name.length <= LONGEST ? name : `${name.slice(0, LONGEST - 1)}…`)
  const rows = values.map((each) => ({ ...each, name: short(each.name) }))
  const names = [...new Set(rows.map(({ name }) => name))]
  const longest = Math.max(4, ...names.map(({ length }) => length))
  return drawn(seriesOf(values), {
    height: 60 + BAR_HEIGHT * names.length,
    marginBottom: 40,
    marginLeft: Math.ceil(longest * CHARACTER) + 12,
    ariaLabel: label,
    x: { label, grid: true, ...thousands(values.map(({ value }) => value)) },
    y: { label: null, domain: names },
    marks: [Plot.barX(rows, { x: 'value', y: 'name', fill: 'series' }), Plot.ruleX([0])],
  })
}

const COMPACT = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 2 })

/** Large numbers as `20K`. */
function thousands(values: readonly number[]): { tickFormat?: (value: number) => string } {
  return Math.max(0, ...values) >= 1_000 ? { tickFormat: (value) => COMPACT.format(value) } : {}
}

function seriesOf(values: readonly { readonly series: string }[]): string[] {
  return [...new Set(values.map(({ series }) => series))]
}

function drawn(series: readonly string[], options: Plot.PlotOptions): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>')
  const plot = Plot.plot({
    document: document as never,
    width: WIDTH,
    color: { domain: series, range: COLOURS, legend: series.length > 1 },
    style: { background: 'transparent', color: 'inherit', overflow: 'visible', fontSize: '14px' },
    ...options,
  })
  return (plot as { outerHTML: string }).outerHTML
}
