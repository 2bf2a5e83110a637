import { Panic, SpinDeadline } from '@holdfast/atomics-sync'
import { UnguardedInmem } from './audited-mem.js'
import type { MachineEvent } from './events.js'
import type { LwpState } from './lwp-states.js'

/**
 * What a finding is. The first group is the laboratory's closed union of verdicts about the kernel; the
 * second tells of the machine itself: `stalled` (nothing moves, or a CPU does not come to a rendezvous),
 * `workerDied` (a CPU's worker is gone) and `crash` (an exception that is no panic of the kernel).
 */
export type Verdict =
  | 'race'
  | 'guardedBy'
  | 'lockOrder'
  | 'deadlock'
  | 'lostWakeup'
  | 'livelock'
  | 'panic'
  | 'stackTouch'
  | 'useAfterFree'
  | 'doubleEnqueue'
  | 'wireLeak'
  | 'invariant'
  | 'nondeterminism'
  | 'stepLimit'
  | MachineVerdict

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

export interface FindingWord {
  readonly name: string
  readonly addr: number
  readonly value: number
}

/** The finding that an exception on CPU `cpu` is, while LWP `lwp` was current. */
export function findingOf(error: unknown, cpu: number, lwp: number): Finding {
  const thrown = error instanceof Error ? error : new Error(String(error))
  const stack = thrown.stack === undefined ? {} : { stack: thrown.stack }
  return { verdict: verdictOf(thrown), cpu, message: thrown.message, lwp, ...stack }
}

function verdictOf(error: Error): Verdict {
  if (error instanceof Panic) return 'panic'
  if (error instanceof SpinDeadline) return 'stalled'
  if (error instanceof UnguardedInmem) return 'invariant'
  // By name: the MMU model that throws it is the kernel's.
  return error.name === 'StackTouch' ? 'stackTouch' : 'crash'
}
