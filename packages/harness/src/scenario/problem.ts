/** What is wrong with one field, in the words a user reads: the field, the value and what is allowed. */
export interface Problem {
  /** `processes[2].lwps[0].program[3].process`, or an option such as `--cpus`. */
  readonly path: string
  /** `0 is not allowed; 1 to 256`. */
  readonly message: string
}

/** Wrong usage: nothing was started. Carries every problem found. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[]) {
    super(problems.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('\n'))
    this.problems = problems
  }
}

/** A problem in the one form all have. `allowed` says what would do. */
export function notAllowed(path: string, value: unknown, allowed: string): Problem {
  return { path, message: `${show(value)} is not allowed; ${allowed}` }
}

const LONGEST = 60

/** A value as JSON, cut when long. */
function show(value: unknown): string {
  const text =
    typeof value === 'number'
      ? String(value)
      : (JSON.stringify(value) ?? String(value).replaceAll(/\s+/g, ' '))
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`
}

/** Path of a field from its keys: names joined by dots, indexes in brackets. */
export function pathText(keys: readonly (string | number)[]): string {
  let path = ''
  for (const key of keys) {
    if (typeof key === 'number') path += `[${key}]`
    else path += path === '' ? key : `.${key}`
  }
  return path
}

/** `'a', 'b' or 'c'`, for the end of a message. */
export function choices(names: readonly string[]): string {
  const quoted = names.map((name) => `'${name}'`)
  if (quoted.length < 2) return quoted.join('')
  return `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`
}
