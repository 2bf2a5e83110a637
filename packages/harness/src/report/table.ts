/** A column of a table for people: numbers stand to the right, words to the left. */
export interface Column<Row> {
  readonly title: string
  readonly align: 'left' | 'right'
  readonly cell: (row: Row) => string
  /** Left out where there is no room for it, the largest first; never if undefined. */
  readonly spare?: number
}

/** Lines of a table with aligned columns, a title line and a rule under it. */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string[] {
  const cells = rows.map((row) => columns.map(({ cell }) => cell(row)))
  const widths = columns.map(({ title }, c) =>
    Math.max(title.length, ...cells.map((line) => (line[c] as string).length)),
  )
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, c) => {
        const width = widths[c] as number
        return columns[c]?.align === 'right' ? text.padStart(width) : text.padEnd(width)
      })
      .join('  ')
      .trimEnd()
  return [
    line(columns.map(({ title }) => title)),
    line(widths.map((width) => '-'.repeat(width))),
    ...cells.map(line),
  ]
}

/**
 * A table that is no wider than `width` characters, if leaving out its spare columns makes it so; a line below its heading says which were left out.
 */
export function tableWithin<Row>(
  heading: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  width: number,
): string[] {
  const kept = [...columns]
  let lines = table(kept, rows)
  while (lines.some(({ length }) => length > width)) {
    const [spare] = kept
      .filter((column) => column.spare !== undefined)
      .sort((one, other) => (other.spare as number) - (one.spare as number))
    if (spare === undefined) break
    kept.splice(kept.indexOf(spare), 1)
    lines = table(kept, rows)
  }
  const missing = columns.filter((column) => !kept.includes(column)).map(({ title }) => title)
  const note = missing.length === 0 ? [] : [`(there is no room for: ${missing.join(', ')})`]
  return [heading, ...note, '', ...lines]
}

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

/** `1,234,567`. */
export function count(value: number): string {
  return whole.format(value)
}

/** With one decimal when small, none when large. */
export function rate(value: number): string {
  return value >= 100 ? whole.format(value) : value.toFixed(1)
}

/** Milliseconds with two decimals, as lockstat(8) prints times. */
export function milliseconds(ns: number): string {
  return (ns / 1e6).toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })
}

/** Share of a whole in percent; a dash where there is no whole. */
export function percent(part: number, all: number): string {
  return all === 0 ? '-' : ((100 * part) / all).toFixed(2)
}

/** `1 CPU`, `4 CPUs`. */
export function plural(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`
}
