import { expect, test } from 'vitest'
import { MUTANTS } from '../../zoo/index.js'
import { CLAIMS } from './verified.js'
import { UNCORRECTED } from './verified-claim.js'
import { verify } from './verify.js'

const MINUTE = 60_000

for (const claim of CLAIMS.filter(({ quick }) => quick === true)) {
  const faults = claim.planted.join(', ')
  test(`${claim.id}: ${claim.claim} (at most ${claim.bound} preemptions; finds ${faults})`, {
    timeout: 3 * MINUTE,
  }, async () => {
    const { claim: own, planted, holds } = await verify(claim)
    expect(own.found).toEqual([])
    expect(own.complete).toBe(true)
    for (const { name, explored } of planted) expect(explored.found, name).not.toEqual([])
    expect(holds).toBe(true)
  })
}

test('every claim has a planted fault, and every planted fault is in the zoo', () => {
  const known = [...MUTANTS.map(({ id }) => id), UNCORRECTED]
  for (const { id, planted } of CLAIMS) {
    expect(planted.length, id).toBeGreaterThan(0)
    for (const name of planted) expect(known, id).toContain(name)
  }
  expect(new Set(CLAIMS.map(({ id }) => id)).size).toBe(CLAIMS.length)
})

test('an exploration that is cut off shows nothing', { timeout: MINUTE }, async () => {
  const claim = CLAIMS.find(({ id }) => id === 'kick')
  if (claim === undefined) throw new Error('no claim is called kick')
  const { claim: own, holds } = await verify({ ...claim, planted: [] }, { progress: () => false })
  expect(own.complete).toBe(false)
  expect(holds).toBe(false)
})

test('a claim about a correction does not hold of a kernel without it', { timeout: MINUTE }, async () => {
  const claim = CLAIMS.find(({ id }) => id === 'free-takes-swaplock')
  if (claim === undefined) throw new Error('no claim is called free-takes-swaplock')
  const { claim: own, holds } = await verify({ ...claim, variant: 'atomic-swapins', planted: [] })
  expect(own.found).not.toEqual([])
  expect(holds).toBe(false)
})
