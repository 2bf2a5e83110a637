/** What the pass refuses, and where. */

export interface Problem {
  /** Relative to the root. */
  readonly file: string
  /** From 1, as editors count; of the file as it is on disk, without patches. */
  readonly line: number
  readonly column: number
  readonly message: string
}

/** The program cannot be compiled. The message has one line for each problem: `file:line:column: what`. */
export class CompileError extends Error {
  override readonly name = 'CompileError'
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[]) {
    super(problems.map((at) => `${at.file}:${at.line}:${at.column}: ${at.message}`).join('\n'))
    this.problems = problems
  }
}

/** What is wrong before any file is looked at: an option. */
export function optionProblem(option: string, message: string): CompileError {
  return new CompileError([{ file: option, line: 1, column: 1, message }])
}
