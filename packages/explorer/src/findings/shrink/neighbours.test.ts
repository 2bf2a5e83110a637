import { expect, test } from 'vitest'
import { Rng } from '../../strategies/rng.js'
import { neighbour } from './neighbours.js'
import type { Shown } from './trial.js'

const SHOWN: Shown = {
  preemptions: 4,
  steps: 400,
  switches: 5,
  report: { verdict: 'assertion', message: 'x', sites: [1] },
  choices: Uint16Array.from({ length: 400 }, (_, step) => Math.floor(step / 80) % 2),
  deviations: [10, 60, 20, 5].map((after, i) => ({ of: i % 2, after, choice: (i + 1) % 2, where: 0 })),
}

test('of 2,000 neighbours each lacks a deviation at least, none is of an actor that takes no part, or before the start', () => {
  const rng = new Rng(1)
  const sizes = new Set<number>()
  let kept = 0
  for (let i = 0; i < 2000; i++) {
    const near = neighbour(SHOWN, rng)
    sizes.add(near.length)
    const same = near.filter((each) => SHOWN.deviations.includes(each))
    expect(same.length).toBeLessThan(SHOWN.deviations.length)
    kept += same.length
    for (const { of, after, choice } of near) {
      expect([0, 1]).toContain(of)
      expect([0, 1]).toContain(choice)
      expect(after).toBeGreaterThanOrEqual(0)
    }
  }
  expect([...sizes].sort()).toEqual([3, 4])
  expect(kept / 2000).toBeGreaterThan(1)
  expect(neighbour({ ...SHOWN, deviations: [] }, new Rng(3)).length).toBeLessThanOrEqual(1)
})
