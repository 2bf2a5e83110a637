import { expect, test } from 'vitest'
import type { Observer } from '../engine/observer.js'
import type { World } from '../engine/world.js'
import { explore } from '../explore.js'
import { programSubject } from '../program/program-subject.js'
import { Dfs } from '../strategies/dfs.js'
import { Pct } from '../strategies/pct.js'
import { PreemptionBound } from '../strategies/preemption-bound.js'
import { RandomWalk } from '../strategies/random-walk.js'
import { SCHEDULES, called } from './table.js'

/** Adds up how likely a random walk is to end in a fault: each choice is as likely as the others at its step. */
class Chance implements Observer {
  readonly name = 'chance'
  buggy = 0
  all = 0
  longest = 0
  threads = 0
  private share = 1

  choosing(world: World): void {
    this.share /= world.choiceCount
  }

  reset(): void {
    this.share = 1
  }

  event(): void {}

  finish(world: World): void {
    this.all += this.share
    this.longest = Math.max(this.longest, world.steps)
    this.threads = world.n
    if (world.outcome === 'blocked' || world.reports.length > 0) this.buggy += this.share
  }
}

/** A depth-first search that tells `chance` of each of its choices. */
function counted(chance: Chance): Dfs {
  const dfs = new Dfs()
  const choose = dfs.choose.bind(dfs)
  return Object.assign(dfs, {
    choose(world: World): number {
      chance.choosing(world)
      return choose(world)
    },
  })
}

for (const row of SCHEDULES) {
  const name = called(row)

  test(`${name} has ${row.interleavings} interleavings, ${row.buggy} of them buggy; a random walk hits one with chance ${row.chance}`, async () => {
    const { target } = await programSubject(row.program, row.params)
    const chance = new Chance()
    const found = explore(target, { strategy: counted(chance), observers: [chance] })
    expect([found.executions, found.buggy]).toEqual([row.interleavings, row.buggy])
    expect(found).toMatchObject({ complete: true, abandoned: 0, cut: 0 })
    expect(chance.all).toBeCloseTo(1, 12)
    expect(chance.buggy).toBeCloseTo(row.chance, 12)
  })

  test(`${name}: ${row.bounded.map(([all, buggy], c) => `${all}/${buggy} with at most ${c}`).join(', ')} preemptions`, async () => {
    const { target } = await programSubject(row.program, row.params)
    for (const [bound, counts] of row.bounded.entries()) {
      const found = explore(target, { strategy: new PreemptionBound({ bound }) })
      expect([found.executions, found.buggy], `bound ${bound}`).toEqual(counts)
    }
  })

  test(`${name}: 40,000 random walks hit a fault at the exact rate, within four sigma`, async () => {
    const { target } = await programSubject(row.program, row.params)
    const executions = 40_000
    const { buggy } = explore(target, { strategy: new RandomWalk(2026), executions })
    const expected = executions * row.chance
    expect(Math.abs(buggy - expected)).toBeLessThan(4 * Math.sqrt(expected * (1 - row.chance)))
  })

  test(`${name}: pct of depth 2 finds a fault with at least the chance that it promises, 1 / nk (four sigma)`, async () => {
    const { target } = await programSubject(row.program, row.params)
    const chance = new Chance()
    explore(target, { strategy: counted(chance), observers: [chance] })
    const promised = 1 / (chance.threads * chance.longest)
    const executions = 20_000
    const { buggy } = explore(target, { strategy: new Pct({ seed: 7, depth: 2 }), executions })
    const expected = executions * promised
    expect(buggy).toBeGreaterThan(expected - 4 * Math.sqrt(expected * (1 - promised)))
  })
}
