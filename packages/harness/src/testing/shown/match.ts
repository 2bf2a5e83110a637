/** Whether what a page shows is what a command prints. */

export interface Printed {
  readonly stdout: string
  readonly stderr: string
}

const ANYTHING = '…'
const NUMBER = String.raw`\d+(?:,\d{3})*(?:\.\d+)?`
/** Parts of a line whose numbers vary: a number with the spaces around it, spaces between columns, dashes, other text. */
const PART = new RegExp(` *${NUMBER} *| {2,}|-+|[^\\d -]+|.`, 'g')
/** The line below the heads of a table's columns. */
const RULE = /^ *-{3,}(?: +-+)* *$/

/**
 * The index of the first shown line from which on nothing printed fits; `shown.length` if something is printed after the last; undefined if all of it fits.
 *
 * Every line of stdout must be shown, in order, or stand where a line that is only `…` is. Lines of stderr may be shown, in their order, between any
 * two of stdout: how the two come together is up to the machine. `…` within a line is any text. Spaces at the ends of lines and empty lines at the
 * end do not count.
 */
export function mismatch(
  shown: readonly string[],
  printed: Printed,
  numbersVary = false,
): number | undefined {
  const out = linesOf(printed.stdout)
  const err = linesOf(printed.stderr)
  const wanted = linesOf(shown.join('\n'))
  // least[a]: when the lines so far are matched and a lines of stdout used, the fewest lines of stderr used; Infinity: impossible
  let least = out.map(() => Infinity)
  least.unshift(0)
  for (const [at, line] of wanted.entries()) {
    least =
      line.trim() === ANYTHING
        ? runningLeast(least)
        : step(least, lineMatcher(wanted, at, numbersVary), out, err)
    if (least.every((used) => used === Infinity)) return at
  }
  return least[out.length] === Infinity ? wanted.length : undefined
}

function linesOf(text: string): string[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => line.trimEnd())
    .slice(text.trim() === '' ? 1 : 0)
}

function runningLeast(least: readonly number[]): number[] {
  let smallest = Infinity
  return least.map((used) => (smallest = Math.min(smallest, used)))
}

function step(
  least: readonly number[],
  fits: (line: string) => boolean,
  out: readonly string[],
  err: readonly string[],
): number[] {
  const fitting = err.map(fits)
  return least.map((used, a) => {
    const byStderr = used === Infinity ? -1 : fitting.indexOf(true, used)
    const byStdout = a > 0 && fits(out[a - 1] ?? '') ? (least[a - 1] ?? Infinity) : Infinity
    return Math.min(byStdout, byStderr < 0 ? Infinity : byStderr + 1)
  })
}

/** Which printed lines the shown line `at` stands for. */
function lineMatcher(shown: readonly string[], at: number, numbersVary: boolean): (line: string) => boolean {
  const line = shown[at] ?? ''
  const kind = RULE.test(line) ? 'rule' : RULE.test(shown[at + 1] ?? '') ? 'heads' : 'text'
  const pattern = line
    .split(ANYTHING)
    .map((part, n) => (numbersVary ? varying(part, kind, n === 0) : literal(part)))
    .join('.*')
  const whole = new RegExp(`^${pattern}$`)
  return (printed) => whole.test(printed)
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)
}

/** As {@link literal}, but any number fits for a number, and what pads the columns of a table may be wider or narrower. */
function varying(text: string, kind: 'text' | 'heads' | 'rule', first: boolean): string {
  return text.replace(PART, (part, at: number) => {
    const spaces = first && at === 0 ? ' *' : ' +'
    if (/\d/.test(part)) {
      const before = part.startsWith(' ') || (first && at === 0) ? spaces : ''
      return before + NUMBER + (part.endsWith(' ') ? ' +' : '')
    }
    if (kind !== 'text' && part.startsWith('  ')) return spaces
    return kind === 'rule' && part.startsWith('-') ? '-+' : literal(part)
  })
}
