import { type Addr, type Mem, Panic, SpinDeadline, type SyncFault } from '@holdfast/atomics-sync'
import {
  L_CPU,
  L_FLAG,
  L_HOLDCNT,
  L_MUTEX,
  L_PFLAG,
  L_STAT,
  L_SWAPLOCK,
  L_WCHAN,
  StackTouch,
} from '@holdfast/kernel'
import { UnguardedInmem } from './audited-mem.js'
import type { MachineEvent } from './events.js'
import type { LwpState } from './lwp-states.js'

/**
 * What a finding is: what may be wrong with how any program synchronises; what is wrong with the kernel; or with the machine itself: `stalled`
 * (nothing moves, or a CPU does not come to a rendezvous), `workerDied` (a CPU's worker is gone) and `crash` (an exception that is no panic of the
 * kernel).
 */
export type Verdict =
  | SyncFault
  | 'panic'
  | 'stackTouch'
  | 'doubleEnqueue'
  | 'wireLeak'
  | 'invariant'
  | 'nondeterminism'
  | 'stepLimit'
  | MachineVerdict

/** Verdicts that only a run on workers has: nothing goes on, a worker is gone, a CPU threw something that is no panic. */
export type MachineVerdict = 'stalled' | 'workerDied' | 'crash'

/** One thing found wrong, by a CPU or by the main thread. Plain data. */
export interface Finding {
  readonly verdict: Verdict
  /** The CPU it concerns, or -1: the machine as a whole. */
  readonly cpu: number
  readonly message: string
  /** Address of the LWP that ran, or 0. */
  readonly lwp: number
  /** Where the CPU's code was. */
  readonly stack?: string
  /** Words involved: name, address, value. */
  readonly words?: readonly FindingWord[]
  /** State of each LWP, where the machine as a whole is concerned. */
  readonly lwps?: readonly LwpState[]
  /** Last events of each CPU, oldest first. Added when the run ends. */
  readonly events?: readonly (readonly MachineEvent[])[]
}

/** A word of the machine that a finding shows. */
export interface FindingWord {
  /** Name of the word, or empty: whoever reports it names it by its address. */
  readonly name: string
  readonly addr: number
  readonly value: number
}

/** The fields of an LWP that the protocol turns on, by their C names. */
const LWP_FIELDS = {
  l_stat: L_STAT,
  l_flag: L_FLAG,
  l_pflag: L_PFLAG,
  l_holdcnt: L_HOLDCNT,
  l_cpu: L_CPU,
  l_mutex: L_MUTEX,
  l_swaplock: L_SWAPLOCK,
  l_wchan: L_WCHAN,
} as const

/**
 * The finding that an exception on CPU `cpu` is, while LWP `lwp` was current. Its words are those of the LWP whose stack
 * was touched, or else of the current one; and the lock or word that was waited for in vain.
 */
export function findingOf(error: unknown, cpu: number, lwp: number, mem: Mem): Finding {
  const thrown = error instanceof Error ? error : new Error(String(error))
  const stack = thrown.stack === undefined ? {} : { stack: thrown.stack }
  const words = lwpWords(mem, thrown instanceof StackTouch ? thrown.lwp : lwp)
  if ((thrown instanceof SpinDeadline || thrown instanceof Panic) && thrown.addr !== 0) {
    // The word may have changed since: what it held when it was found wrong tells more.
    const value = thrown instanceof Panic ? thrown.value : undefined
    words.unshift({ name: '', addr: thrown.addr, value: value ?? mem.load(thrown.addr) })
  }
  return { verdict: verdictOf(thrown), cpu, message: thrown.message, lwp, words, ...stack }
}

function lwpWords(mem: Mem, lwp: Addr): FindingWord[] {
  const words: FindingWord[] = []
  if (lwp === 0) return words
  for (const [name, offset] of Object.entries(LWP_FIELDS)) {
    words.push({ name, addr: lwp + offset, value: mem.load(lwp + offset) })
  }
  return words
}

function verdictOf(error: Error): Verdict {
  if (error instanceof Panic) return 'panic'
  if (error instanceof SpinDeadline) return 'stalled'
  if (error instanceof UnguardedInmem) return 'invariant'
  return error instanceof StackTouch ? 'stackTouch' : 'crash'
}
