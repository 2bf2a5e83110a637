import { cFunctions } from './c-functions.js'

/** Lines of a source and the lines of the original that they were ported from: `[line, line of the original]`. */
export type LinePairs = readonly (readonly [number, number])[]

/** Words that stand everywhere, and tell nothing of where a line comes from. */
const COMMON = new Set(
  'cpu mem l p read write load store yield const let if else while for of return null true false error map addr number void int struct void_t bool boolean config'.split(
    ' ',
  ),
)

/** What our operations are called in C. */
const C_NAMES: Readonly<Record<string, string>> = { add: 'atomicincuint', sub: 'atomicdecuint' }
const COMMENT = /^\s*(\/\*|\*)/

/** The identifiers of a line, but for those that tell nothing, as one spelling for both: `mutexTryEnter` is `mutex_tryenter`. */
export function identifiers(line: string): Set<string> {
  if (COMMENT.test(line)) return new Set()
  const names = line.replace(/\/\/.*$/, '').match(/[A-Za-z_]\w*/g) ?? []
  const telling = names.map((name) => name.toLowerCase()).filter((name) => !COMMON.has(name))
  const spelled = telling.map((name) => name.replace(/_nv$/, '').replaceAll('_', ''))
  return new Set(spelled.map((name) => C_NAMES[name] ?? name))
}

/**
 * Which lines of the original the lines of a function were ported from: both in the same order, those together that have most
 * identifiers in common. `from` and `first` are the numbers of their first lines.
 */
function alignLines(
  ported: readonly string[],
  from: number,
  original: readonly string[],
  first: number,
): LinePairs {
  const ours = ported.map(identifiers)
  const theirs = original.map(identifiers)
  const weight = weigher([...ours, ...theirs])
  const width = theirs.length + 1
  // best[i * width + j]: of the first i lines of ours, with the first j of theirs.
  const best = new Float64Array((ours.length + 1) * width)
  const takes = new Uint8Array(best.length)
  for (let i = 1; i <= ours.length; i++) {
    for (let j = 1; j <= theirs.length; j++) {
      const above = best[(i - 1) * width + j] as number
      const left = best[i * width + j - 1] as number
      const common = shared(ours[i - 1] as Set<string>, theirs[j - 1] as Set<string>)
      const matched = common.length === 0 ? -1 : above + common.reduce((sum, name) => sum + weight(name), 0)
      best[i * width + j] = Math.max(above, left, matched)
      if (matched > above && matched > left) takes[i * width + j] = 1
    }
  }
  return followed(best, takes, width, ours.length, from, first)
}

function followed(
  best: Float64Array,
  takes: Uint8Array,
  width: number,
  lines: number,
  from: number,
  first: number,
): LinePairs {
  const pairs: [number, number][] = []
  let i = lines
  let j = width - 1
  while (i > 0 && j > 0) {
    const at = i * width + j
    if (takes[at] === 1) pairs.push([from + i-- - 1, first + j - 1])
    else if (best[at] === best[at - 1]) j--
    else i--
  }
  return pairs.reverse()
}

/** A name counts the more, the seldomer it is. */
function weigher(lines: readonly ReadonlySet<string>[]): (name: string) => number {
  const counts = new Map<string, number>()
  for (const names of lines) for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return (name) => 1 / (counts.get(name) ?? 1)
}

/** The names that two lines have in common. */
export function shared(one: ReadonlySet<string>, other: ReadonlySet<string>): string[] {
  return [...one].filter((name) => other.has(name))
}

const FUNCTION = /^(?:export )?function\*? (\w+)/

/** The pairs of a whole file: function by function, by their C names. */
export function alignFile(text: string, original: readonly string[]): LinePairs {
  const known = new Map(cFunctions(original).map((each) => [each.name, each]))
  const lines = text.split('\n')
  return lines.flatMap((line, at) => {
    const name = FUNCTION.exec(line)?.[1]
    if (name === undefined) return []
    const cName = name.replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    const c = known.get(cName)
    const end = lines.findIndex((each, n) => n > at && each.startsWith('}'))
    if (c === undefined || end < 0) return []
    return alignLines(lines.slice(at, end + 1), at + 1, original.slice(c.from - 1, c.to), c.from)
  })
}
