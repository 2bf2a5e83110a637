import { createHash } from 'node:crypto'

/** A short hash of the parts, in order. */
export function hash(parts: readonly (string | Buffer)[]): string {
  const sum = createHash('sha256')
  for (const part of parts) sum.update(part).update('\n')
  return sum.digest('hex').slice(0, 32)
}
