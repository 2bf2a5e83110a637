import * as v from 'valibot'
import { list, oneOf, realNumber, shape, wholeNumber, yesOrNo } from './fields.js'
import {
  CLOCK_RATE,
  CPUS,
  DISK_TICKS,
  FREEMIN,
  HZ,
  MAXSLP,
  MEMORY,
  SWAP_PAGES,
  UPAGES,
  WIRED,
} from './limits.js'
import type { DebugKnobs, Machine } from './types.js'

const debugSchema: v.GenericSchema<DebugKnobs> = shape({
  enableswap: v.exactOptional(yesOrNo()),
  kdassert: v.exactOptional(yesOrNo()),
  swapdebug: v.exactOptional(
    list(oneOf(['follow', 'swapin', 'swapout']), { min: 0, max: 3 }, 'of follow, swapin and swapout'),
  ),
})

export const machineSchema: v.GenericSchema<Machine> = shape({
  cpus: v.exactOptional(wholeNumber(CPUS)),
  memory: v.exactOptional(wholeNumber(MEMORY)),
  wired: v.exactOptional(wholeNumber(WIRED)),
  upages: v.exactOptional(wholeNumber(UPAGES)),
  maxslp: v.exactOptional(wholeNumber(MAXSLP)),
  hz: v.exactOptional(wholeNumber(HZ)),
  clockRate: v.exactOptional(realNumber(CLOCK_RATE)),
  kpreempt: v.exactOptional(yesOrNo()),
  swapPages: v.exactOptional(wholeNumber(SWAP_PAGES)),
  freemin: v.exactOptional(wholeNumber(FREEMIN)),
  swapout: v.exactOptional(yesOrNo()),
  diskTicks: v.exactOptional(wholeNumber(DISK_TICKS)),
  debug: v.exactOptional(debugSchema),
})

/** The machine that a scenario gets where it says nothing. */
export const MACHINE_DEFAULTS = {
  cpus: 4,
  memory: 1_024,
  wired: 0,
  upages: 2,
  maxslp: 20,
  hz: 100,
  clockRate: 100,
  kpreempt: false,
  swapPages: 4_096,
  swapout: true,
  diskTicks: 1,
} as const satisfies Machine

/** A machine with every choice made, but for `freemin`; without `debug`, options DEBUG is off. */
export type FullMachine = Required<Omit<Machine, 'debug' | 'freemin'>> & Pick<Machine, 'debug' | 'freemin'>

/** The machine with every choice made. */
export function withDefaults(machine: Machine = {}): FullMachine {
  return { ...MACHINE_DEFAULTS, ...machine }
}
