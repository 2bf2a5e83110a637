import type { Verified } from '../explore/verify/verified-claim.js'
import type { TestCase } from './junit.js'

/** A claim that was looked into. */
export function caseOfClaim({ id, claim, planted, holds }: Verified): TestCase {
  const seconds = planted.reduce((sum, { explored }) => sum + explored.seconds, claim.seconds)
  const test = { suite: 'verify', name: id, seconds }
  if (holds) return test
  const missed = planted.filter(({ explored }) => explored.found.length === 0)
  const lines = [
    ...claim.found,
    ...(claim.complete ? [] : ['not everything within the bound was visited']),
    ...missed.map(({ name }) => `the planted fault ${name} was not found`),
  ]
  return { ...test, failure: { type: 'claim', message: lines[0] ?? 'does not hold', text: lines.join('\n') } }
}
