/** A function of a C source in NetBSD's style: its name stands at the start of a line, below its type. */
export interface CFunction {
  readonly name: string
  /** From the line of its name to its closing brace; from 1. */
  readonly from: number
  readonly to: number
}

const STARTS = /^([a-z_]\w*)\(/

/** The functions of a C source, in order. */
export function cFunctions(lines: readonly string[]): CFunction[] {
  const found: CFunction[] = []
  for (let at = 0; at < lines.length; at++) {
    const name = STARTS.exec(lines[at] ?? '')?.[1]
    if (name === undefined) continue
    const open = lines.findIndex((line, n) => n > at && /^[{}]/.test(line))
    if (open < 0 || !lines[open]?.startsWith('{')) continue
    if (lines.slice(at, open).some((line) => line.endsWith(';'))) continue // a prototype, a macro
    const close = lines.findIndex((line, n) => n > open && line.startsWith('}'))
    if (close < 0) continue
    found.push({ name, from: at + 1, to: close + 1 })
    at = close
  }
  return found
}
