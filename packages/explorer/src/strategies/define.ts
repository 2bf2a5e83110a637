import type { StrategyEntry } from './registry.js'

/** A strategy in a file of a user's own; it is named by its path. */
export type OwnStrategy = Pick<StrategyEntry, 'about' | 'make'>

/** Declares a strategy: the default export of a file that `--strategy` names. `make` gets the seed, and what `--depth` and `--bound` say. */
export function defineStrategy(strategy: OwnStrategy): OwnStrategy {
  return strategy
}
