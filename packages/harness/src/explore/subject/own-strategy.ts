import { makeStrategy, whileMaking } from '@holdfast/explorer'
import type { OwnStrategy, Strategy, StrategyOptions, World } from '@holdfast/explorer'
import { isModulePath } from '../../scenario/import-default.js'
import { notAllowed, UsageError } from '../../scenario/problem.js'
import { importMakers, inOwn, membersOf, ownMethods } from './own-code.js'

/** Makes the strategy of that name, or that in a module of that path. Throws StrategyError, RangeError, UsageError. */
export async function strategyNamed(name: string, options: StrategyOptions): Promise<Strategy> {
  if (!isModulePath(name)) return makeStrategy(name, options)
  const own = await importMakers<OwnStrategy>('--strategy', name, 'a strategy (defineStrategy)')
  return held(
    name,
    inOwn(name, 'make', () => whileMaking(() => own.make(options))),
  )
}

const METHODS = ['learn', 'begin', 'choose', 'executed', 'end', 'bound', 'remaining'] as const

type Methods = Omit<Strategy, 'name' | 'exhaustive'>

/** What a strategy made by a user has given, held to what is asked of one: the engine itself believes what it is told. */
function held(file: string, made: unknown): Strategy {
  const own = ownMethods(file, made, METHODS) as Partial<Methods>
  const { begin, choose, bound, remaining } = own
  if (begin === undefined || choose === undefined)
    throw refused(
      file,
      `make gives a strategy without ${begin === undefined ? 'begin' : 'choose'}; begin and choose are needed`,
    )
  const { exhaustive } = membersOf(made)
  if (typeof exhaustive !== 'boolean')
    throw new UsageError([notAllowed(`${file}: exhaustive`, exhaustive, 'true or false')])
  const answer = <T>(method: string, given: T, isRight: boolean, allowed: string): T => {
    if (!isRight) throw refused(file, `${method} gives ${String(given)}; ${allowed} is allowed`)
    return given
  }
  return {
    ...own,
    name: file,
    exhaustive,
    begin(index) {
      const more = begin(index)
      return answer('begin', more, typeof more === 'boolean', 'true or false')
    },
    choose(world) {
      const choice = choose(world)
      if (choice !== -1 && !isOffered(world, choice))
        throw refused(
          file,
          `choose gives ${String(choice)} at step ${world.steps}; one of world.choices[0 .. ${world.choiceCount - 1}] is allowed, or -1`,
        )
      return choice
    },
    bound() {
      const text = bound?.() ?? null
      return answer('bound', text, text === null || typeof text === 'string', 'a text, or null,')
    },
    remaining() {
      const count = remaining?.() ?? null
      return answer(
        'remaining',
        count,
        count === null || (typeof count === 'number' && count >= 0),
        'a number from 0, or null,',
      )
    },
  }
}

function isOffered({ choices, choiceCount }: World, choice: number): boolean {
  for (let n = 0; n < choiceCount; n++) if (choices[n] === choice) return true
  return false
}

function refused(file: string, message: string): UsageError {
  return new UsageError([{ path: file, message }])
}
