import { type Addr, Mem, NULL } from '@holdfast/atomics-sync'
import {
  ALLLWP,
  type KernelConfig,
  L_FLAG,
  L_LID,
  L_LIST_NEXT,
  L_PROC,
  L_SWAPLOCK,
  LW_IDLE,
  P_PID,
} from '@holdfast/kernel'
import type { Verdict } from '@holdfast/cpu'

/** A property that does not hold, with the words that show it. */
export interface Violation {
  /** Name of the invariant's file. */
  readonly invariant: string
  /** What it is in particular; `invariant` if left out. */
  readonly verdict?: Verdict
  /** One sentence. */
  readonly message: string
  readonly words: readonly { readonly name: string; readonly addr: Addr; readonly value: number }[]
}

/** A machine whose CPUs all stand still at safe points: no spin lock is held anywhere. */
export interface Inspection {
  readonly mem: Mem
  readonly config: KernelConfig
}

/** Every LWP on alllwp, idle LWPs left out. Bounded, so that a damaged list cannot hang the inspection. */
export function listedLwps({ mem, config }: Inspection): number[] {
  const found: number[] = []
  let l = mem.read(ALLLWP)
  while (l !== NULL && found.length <= config.nlwps) {
    if ((mem.read(l + L_FLAG) & LW_IDLE) === 0) found.push(l)
    l = mem.read(l + L_LIST_NEXT)
  }
  return found
}

/** `pid.lid` of an LWP. */
export function lwpName({ mem }: Inspection, l: number): string {
  return `${mem.read(mem.read(l + L_PROC) + P_PID)}.${mem.read(l + L_LID)}`
}

/** Nobody is swapping `l` in or out at present. */
export function swaplockFree({ mem }: Inspection, l: number): boolean {
  return mem.read(l + L_SWAPLOCK) === 0
}

/** A word as a violation shows it. */
export function word({ mem }: Inspection, name: string, addr: Addr): Violation['words'][number] {
  return { name, addr, value: mem.read(addr) }
}
