import { bars, curves } from './html-plot.js'
import type { PlotBar, PlotPoint } from './html-plot.js'
import { type Column, count, rate } from './table.js'

/** Tables of more rows are folded. */
const SHORT = 12

const STYLE = `
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #ffffff; --faint: #6a737d; --line: #d5dae0; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e8eb; --paper: #15181c; --faint: #9aa4af; --line: #353b43; --bad: #ff8a80; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 62rem; margin: 0 auto; padding: 1.5rem 1rem; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
p { margin: .25rem 0; } .about, figcaption, summary { color: var(--faint); } .bad { color: var(--bad); }
figure { margin: 0 0 .5rem; overflow-x: auto; } svg { max-width: 100%; height: auto; }
figure [class*="swatches"] { font-size: 13px; }
.scroll { overflow-x: auto; } pre { overflow-x: auto; font-size: .85rem; }
table { border-collapse: collapse; font-size: .85rem; font-variant-numeric: tabular-nums; }
th, td { padding: .15rem .6rem; border-bottom: 1px solid var(--line); text-align: left; white-space: nowrap; }
.right { text-align: right; }
summary { cursor: pointer; }
@media print {
  :root { --ink: #000; --paper: #fff; --faint: #444; --line: #bbb; color-scheme: light; }
  body { max-width: none; padding: 0; } section { break-inside: avoid-page; }
  details::details-content { content-visibility: visible; height: auto; } .scroll { overflow: visible; }
}
`

/** A page by itself: nothing is fetched, no script. `sections` is HTML. */
export function page(title: string, about: readonly string[], sections: readonly string[]): string {
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${html(title)}</title>`,
    `<style>${STYLE}</style>`,
    '</head>',
    '<body>',
    '<main>',
    `<h1>${html(title)}</h1>`,
    ...about.map((text) => `<p class="about">${html(text)}</p>`),
    ...sections,
    '</main>',
    '</body>',
    '</html>',
    '',
  ].join('\n')
}

export function section(title: string, body: readonly string[]): string {
  return `<section>\n<h2>${html(title)}</h2>\n${body.join('\n')}\n</section>`
}

/** Curves, and their points as a table: a row for each x, a column for each series. */
export function curveSection(
  title: string,
  points: readonly PlotPoint[],
  axes: { readonly x: string; readonly y: string; readonly ticks?: readonly number[] },
): string {
  if (points.length === 0) return section(title, ['<p>None was counted.</p>'])
  const series = [...new Set(points.map((point) => point.series))]
  const xs = [...new Set(points.map(({ x }) => x))]
  const values = new Map(points.map((point) => [`${point.x} ${point.series}`, point.y]))
  const columns: Column<number>[] = [
    { title: axes.x, align: 'right', cell: (x) => String(x) },
    ...series.map(
      (name): Column<number> => ({
        title: series.length === 1 ? axes.y : name,
        align: 'right',
        cell: (x) => numberText(values.get(`${x} ${name}`)),
      }),
    ),
  ]
  const picture = `<figure>${curves(points, axes)}</figure>`
  return section(title, [picture, dataTable(columns, xs)])
}

/** Bars, and their values as a table. */
export function barSection(title: string, values: readonly PlotBar[], unit: string): string {
  if (values.length === 0) return section(title, ['<p>None was counted.</p>'])
  const isOne = new Set(values.map(({ series }) => series)).size === 1
  const columns: Column<PlotBar>[] = [
    { title: '', align: 'left', cell: ({ name }) => name },
    ...(isOne ? [] : [{ title: '', align: 'left' as const, cell: ({ series }: PlotBar) => series }]),
    { title: unit, align: 'right', cell: ({ value }) => numberText(value) },
  ]
  return section(title, [`<figure>${bars(values, unit)}</figure>`, dataTable(columns, values)])
}

/** A table, folded if it is long. */
function dataTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const open = rows.length <= SHORT ? ' open' : ''
  return `<details${open}><summary>Data</summary>\n${htmlTable(columns, rows)}\n</details>`
}

/** A table. Names come first, whatever their place in the text of a terminal: in a narrow window too it is seen whose figures these are. */
export function htmlTable<Row>(given: readonly Column<Row>[], rows: readonly Row[]): string {
  const columns = given.toSorted((one, other) => one.align.localeCompare(other.align))
  const of = ({ align }: Column<Row>): string => (align === 'right' ? ' class="right"' : '')
  const head = columns.map((each) => `<th scope="col"${of(each)}>${html(each.title)}</th>`).join('')
  const body = rows.map(
    (row) => `<tr>${columns.map((each) => `<td${of(each)}>${html(each.cell(row))}</td>`).join('')}</tr>`,
  )
  return `<div class="scroll"><table>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${body.join('\n')}\n</tbody>\n</table></div>`
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

export function html(text: string): string {
  return text.replaceAll(/[&<>"']/g, (each) => ENTITIES[each] as string)
}

function numberText(value: number | undefined): string {
  if (value === undefined) return '-'
  if (Number.isInteger(value)) return count(value)
  return Math.abs(value) < 1 ? value.toPrecision(2) : rate(value)
}
