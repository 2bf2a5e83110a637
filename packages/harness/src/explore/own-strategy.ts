import { makeStrategy } from '@holdfast/explorer'
import type { OwnStrategy, Strategy, StrategyOptions, World } from '@holdfast/explorer'
import { importMakers, isModulePath } from '../scenario/import-default.js'
import { UsageError } from '../scenario/problem.js'

/** Makes the strategy of that name, or that in a module of that path. Throws StrategyError, RangeError, UsageError. */
export async function strategyNamed(name: string, options: StrategyOptions): Promise<Strategy> {
  if (!isModulePath(name)) return makeStrategy(name, options)
  const { make } = await importMakers<OwnStrategy>('--strategy', name, 'a strategy (defineStrategy)')
  return checked(name, make(options))
}

/** The strategy, held to what is asked of one: the engine itself believes what it is told. */
function checked(file: string, own: Strategy): Strategy {
  for (const method of ['begin', 'choose'] as const)
    if (typeof own?.[method] !== 'function')
      throw refused(file, `make gives a strategy without ${method}; begin and choose are needed`)
  return {
    name: file,
    exhaustive: own.exhaustive,
    begin: (index) => own.begin(index),
    choose(world) {
      const choice = own.choose(world)
      if (choice !== -1 && !isOffered(world, choice))
        throw refused(
          file,
          `choose gives ${String(choice)} at step ${world.steps}; one of world.choices[0 .. ${world.choiceCount - 1}] is allowed, or -1`,
        )
      return choice
    },
    ...(own.learn === undefined ? {} : { learn: (world: World) => own.learn?.(world) }),
    ...(own.executed === undefined ? {} : { executed: (world: World) => own.executed?.(world) }),
    ...(own.end === undefined ? {} : { end: (world: World) => own.end?.(world) }),
    ...(own.bound === undefined ? {} : { bound: () => own.bound?.() ?? null }),
    ...(own.remaining === undefined ? {} : { remaining: () => own.remaining?.() ?? null }),
  }
}

function isOffered({ choices, choiceCount }: World, choice: number): boolean {
  for (let n = 0; n < choiceCount; n++) if (choices[n] === choice) return true
  return false
}

function refused(file: string, message: string): UsageError {
  return new UsageError([{ path: file, message }])
}
