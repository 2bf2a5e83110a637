import { importDefault } from '../../scenario/import-default.js'
import { notAllowed, UsageError } from '../../scenario/problem.js'
import type { Problem } from '../../scenario/problem.js'

/**
 * The default export of a module of a user: something with `about`, a text, and `make`, a function. `option` is what it was given as, `expected`
 * what it should export. Throws UsageError, which names both.
 */
export async function importMakers<T extends { about: string; make: unknown }>(
  option: string,
  file: string,
  expected: string,
): Promise<T> {
  checkPath(option, file)
  const exported = await importDefault(option, file, expected)
  const { about, make } = membersOf(exported)
  const problems: Problem[] = []
  if (typeof about !== 'string' || about === '') problems.push(notAllowed(`${file}: about`, about, 'a text'))
  if (!isPlainFunction(make)) problems.push(notAllowed(`${file}: make`, make, `${FUNCTION}, of ${expected}`))
  if (problems.length > 0) throw new UsageError(problems)
  return exported as T
}

/** Refuses a path that cannot stand in the id of a subject, where some characters mean something. Throws UsageError. */
export function checkPath(option: string, file: string): void {
  if (/[?&#=,]/.test(file)) throw new UsageError([notAllowed(option, file, 'a path without ? & # = ,')])
}

/** Runs a part of a user's own module: what it throws is its own fault, and none of what is explored. Throws UsageError, naming both. */
export function inOwn<T>(file: string, part: string, run: () => T): T {
  try {
    return run()
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError([{ path: `${file}: ${part}`, message: `throws ${String(error)}` }])
  }
}

/** Those of the methods `names` that there are in what `make` of a module has given, each run {@link inOwn}. Throws UsageError. */
export function ownMethods<K extends string>(
  file: string,
  made: unknown,
  names: readonly K[],
): { [N in K]?: (argument: unknown) => unknown } {
  const members = membersOf(made)
  const present = names.filter((name) => members[name] !== undefined)
  const wrong = present.filter((name) => !isPlainFunction(members[name]))
  if (wrong.length > 0)
    throw new UsageError(wrong.map((name) => notAllowed(`${file}: ${name}`, members[name], FUNCTION)))
  const methods: { [N in K]?: (argument: unknown) => unknown } = {}
  for (const name of present) {
    const method = members[name] as (argument: unknown) => unknown
    methods[name] = (argument) => inOwn(file, name, () => method.call(made, argument))
  }
  return methods
}

const FUNCTION = 'a function, neither async nor a generator'

/** Nothing waits for a promise in the midst of an execution. */
function isPlainFunction(value: unknown): boolean {
  return Object.prototype.toString.call(value) === '[object Function]'
}

export function membersOf(value: unknown): Partial<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? value : {}
}
