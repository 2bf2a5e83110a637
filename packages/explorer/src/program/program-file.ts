import { fileURLToPath } from 'node:url'

const FILE = Symbol.for('holdfast.programFile')

/** Programs in the order in which they were defined. */
const defined: object[] = []

/** Notes in which file a program is defined: that which calls `defineProgram`, whose caller this is. */
export function noteProgramFile(program: object): void {
  defined.push(program)
  const file = callerFile()
  if (file !== undefined && Object.isExtensible(program))
    Object.defineProperty(program, FILE, { value: file })
}

/** The file that called `defineProgram` for a program, if that is known. */
export function programFile(program: object): string | undefined {
  return Reflect.get(program, FILE) as string | undefined
}

/** How many programs were defined so far. */
export function programsDefined(): number {
  return defined.length
}

/** The programs that were defined after the first `count`. */
export function programsSince(count: number): readonly object[] {
  return defined.slice(count)
}

/** Frames of this module, and of `defineProgram` itself. */
const OWN = /[/\\]program[/\\](?:program-file|define)\.[jt]s$/

function callerFile(): string | undefined {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 10
  const stack = new Error('where').stack ?? ''
  Error.stackTraceLimit = limit
  for (const line of stack.split('\n')) {
    const [, at] =
      /^\s+at (?:.*\()?((?:file:\/\/)?\/[^()]*?|[A-Za-z]:[^()]*?)(?:\?[^:()]*)?:\d+:\d+\)?$/.exec(line) ?? []
    if (at === undefined) continue
    const file = at.startsWith('file:') ? fileURLToPath(at) : at
    if (!OWN.test(file)) return file
  }
  return undefined
}
