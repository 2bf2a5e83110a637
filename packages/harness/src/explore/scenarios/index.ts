import type { Scenario } from '../../scenario/types.js'
import { exitVsSwapper } from './exit-vs-swapper.js'
import { holdVsMemory } from './hold-vs-memory.js'
import { holdVsSwapper } from './hold-vs-swapper.js'
import { scanVsExit } from './scan-vs-exit.js'

/** Scenarios small enough to explore: two or three CPUs, few pages, each a pair of paths that meet. */
export const SMALL_SCENARIOS: readonly Scenario[] = [holdVsSwapper, exitVsSwapper, scanVsExit, holdVsMemory]
