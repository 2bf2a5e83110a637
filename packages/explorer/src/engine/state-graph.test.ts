import { expect, test } from 'vitest'
import { RandomWalk } from '../strategies/random-walk.js'
import { Rng } from '../strategies/rng.js'
import { opTarget } from '../strategies/dpor/testing/op-program.js'
import { MIXES, randomProgram } from '../strategies/dpor/testing/random-program.js'
import type { Target } from './target.js'
import { World } from './world.js'
import type { EngineOptions } from './options.js'
import type { Observer } from './observer.js'

const PROGRAMS = 4
const EXECUTIONS = 300

/** Everything that can be seen of random executions. */
function seen(target: Target, engine: Partial<EngineOptions>, seed: number): string[] {
  const world = new World(target, engine)
  const lines: string[] = []
  const strategy = new RandomWalk(seed)
  const watching: Observer = {
    name: 'all there is',
    reset: () => {},
    event: (at) => {
      const second = at.evWords2 === 0 ? [] : [at.evAddr2, at.evWords2]
      const event = [at.evActor, at.evKind, at.evSite, at.evAddr, at.evWords, at.evOld, at.evNew, at.evWrote]
      lines.push([...event, ...second, at.schedule[at.steps - 1], at.words.join(' ')].join())
    },
    finish: () => {},
  }
  // An execution that is the same for all: children get their numbers in the order in which they are first seen.
  world.run({ choose: (at) => (at.canGoOn(at.current) ? at.current : (at.choices[0] as number)) }, [])
  for (let i = 0; i < EXECUTIONS; i++) {
    strategy.begin(i)
    const chooser = {
      choose(at: World): number {
        const { n, choices, choiceCount, kind, site, a, b, c, d } = at
        const pending: string[] = []
        // What pends is of no interest where nothing does, or where operands are functions.
        for (let actor = 0; actor < n; actor++)
          if (kind[actor] !== 23) pending.push([kind, site, a, b, c, d].map((of) => of[actor]).join())
        lines.push(`${choices.slice(0, choiceCount).join()} of ${pending.join(';')}`)
        return strategy.choose(at)
      },
    }
    const outcome = world.run(chooser, [watching])
    lines.push(`${outcome} ${world.failures} ${world.words.join()}`)
  }
  return lines
}

test(`a pure target does what it does when its coroutines are run (${PROGRAMS} random programs of each mix, ${EXECUTIONS} executions of each)`, () => {
  const rng = new Rng(7)
  for (const [name, mix] of Object.entries(MIXES)) {
    for (let i = 0; i < PROGRAMS; i++) {
      const target = opTarget(randomProgram(rng, mix), name)
      const engine = mix.engine ?? {}
      expect(seen(target, engine, i)).toEqual(seen({ ...target, pure: false }, engine, i))
    }
  }
})
