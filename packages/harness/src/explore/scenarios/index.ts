import type { Scenario } from '../../scenario/types.js'
import { exitVsKdassert } from './exit-vs-kdassert.js'
import { exitVsSwapper } from './exit-vs-swapper.js'
import { holdVsMemory } from './hold-vs-memory.js'
import { holdVsSwapper } from './hold-vs-swapper.js'
import { holderSwappedOut } from './holder-swapped-out.js'
import { ptraceVsMemory } from './ptrace-vs-memory.js'
import { scanVsExit } from './scan-vs-exit.js'
import { scanVsTeamExit } from './scan-vs-team-exit.js'
import { swapoutInSwitch } from './swapout-in-switch.js'
import { vslockVsFork } from './vslock-vs-fork.js'

/** Scenarios small enough to explore: two or three CPUs, few pages, each a pair of paths that meet. */
export const SMALL_SCENARIOS: readonly Scenario[] = [
  holdVsSwapper,
  exitVsSwapper,
  scanVsExit,
  scanVsTeamExit,
  holdVsMemory,
  ptraceVsMemory,
  holderSwappedOut,
  swapoutInSwitch,
  exitVsKdassert,
  vslockVsFork,
]
