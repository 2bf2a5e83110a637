import type { UsageError } from '../scenario/problem.js'

/** Tells people what is wrong: on stderr, each line with the name of the program. */
export function tellError({ message }: Pick<UsageError, 'message'>): void {
  process.stderr.write(`${message.replaceAll(/^/gm, 'holdfast: ')}\n`)
}
