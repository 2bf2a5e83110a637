import { expect, test } from 'vitest'
import type { Target } from '../engine/target.js'
import { explore } from '../explore.js'
import { Dfs } from './dfs.js'
import { PreemptionBound } from './preemption-bound.js'
import { accountBad, deadlock01, reorder, twostage, wronglock } from './testing/hand-written.js'

/** Interleavings and buggy ones, of all, and of those with at most 0, 1, 2, 3 preemptions. */
const TABLE: readonly [Target, all: string, ...bounded: string[]][] = [
  [reorder(1, 1), '6/2', '2/0', '4/2', '6/2', '6/2'],
  [reorder(2, 1), '90/28', '6/0', '24/8', '60/20', '90/28'],
  [reorder(3, 1), '2520/684', '24/0', '168/36', '672/180', '1656/468'],
  [twostage(), '72/1', '2/0', '6/1', '19/1', '37/1'],
  [wronglock(), '199/34', '2/0', '10/2', '40/7', '83/17'],
  [accountBad(), '6/2', '6/2', '6/2', '6/2', '6/2'],
  [deadlock01(), '6/2', '2/0', '6/2', '6/2', '6/2'],
]

for (const [target, all, ...bounded] of TABLE) {
  test(`dfs visits ${all.replace('/', ' interleavings of ')} wrong ones: ${target.name}`, () => {
    const result = explore(target, { strategy: new Dfs() })
    expect(`${result.executions}/${result.buggy}`).toBe(all)
    expect(result.complete).toBe(true)
    expect(result.bound).toBe(null)
  })

  test(`at most 0, 1, 2, 3 preemptions are ${bounded.join(', ')}: ${target.name}`, () => {
    const found = bounded.map((_, bound) => {
      const result = explore(target, { strategy: new PreemptionBound({ bound }) })
      expect(result.complete).toBe(true)
      return `${result.executions}/${result.buggy}`
    })
    expect(found).toEqual(bounded)
  })

  test(`without a bound every interleaving is visited: ${target.name}`, () => {
    const result = explore(target, { strategy: new PreemptionBound() })
    expect(`${result.executions}/${result.buggy}`).toBe(all)
    expect(result.bound).toBe(null)
  })
}
