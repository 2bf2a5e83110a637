/**
 * A scenario: a machine, processes, and for each LWP a program. Plain data.
 *
 * `P`, `C` and `G` are the names of the processes, channels and programs that the scenario declares;
 * in data read from a file they are just strings.
 */
export interface Scenario<P extends string = string, C extends string = string, G extends string = string> {
  /** Lower-case words joined by hyphens. */
  readonly name: string
  /** What it exercises, in a paragraph. */
  readonly description: string
  readonly machine?: Machine
  /** Sleep channels that programs name. */
  readonly channels?: readonly C[]
  /** Programs that `fork`, `lwpCreate` and LWPs refer to by name. */
  readonly programs?: Readonly<Record<G, Program<P, C, G>>>
  readonly processes: readonly ProcessSpec<P, C, G>[]
}

/** The machine and its tunables. Whatever is left out has the value of `MACHINE_DEFAULTS`. */
export interface Machine {
  /** Simulated CPUs, one worker each. */
  readonly cpus?: number
  /** Page frames of 4,096 bytes. */
  readonly memory?: number
  /** Page frames that boot takes and keeps wired, as drivers' buffers do: what is left is `memory` less the kernel's own needs and these. */
  readonly wired?: number
  /** Pages in a u-area (UPAGES). */
  readonly upages?: number
  /** vm.maxslp: simulated seconds asleep after which an LWP is swapped out. */
  readonly maxslp?: number
  /** Clock ticks in a simulated second. */
  readonly hz?: number
  /** Simulated seconds in a second of wall clock. */
  readonly clockRate?: number
  /** Kernel preemption. */
  readonly kpreempt?: boolean
  /** Pages of the swap device; 0: none, and then nothing is ever swapped out. */
  readonly swapPages?: number
  /** Pages the pagedaemon keeps free; left out: the kernel's own choice for this memory. */
  readonly freemin?: number
  /** sysctl vm.swapout: whether the pagedaemon swaps LWPs out at all. */
  readonly swapout?: boolean
  /** Clock ticks a disk transfer takes; 0: it completes at once. */
  readonly diskTicks?: number
  /** options DEBUG, and its knobs as they stand at boot. */
  readonly debug?: DebugKnobs
}

/** options DEBUG: its knobs and assertions. */
export interface DebugKnobs {
  /** enableswap: false keeps the swapper and the swap-out scan from doing anything. */
  readonly enableswap?: boolean
  /** KDASSERT, which DEBUG kernels check. */
  readonly kdassert?: boolean
  /** swapdebug: what to trace. */
  readonly swapdebug?: readonly SwapDebug[]
}

/** SDB_FOLLOW, SDB_SWAPIN, SDB_SWAPOUT. */
export type SwapDebug = 'follow' | 'swapin' | 'swapout'

/** A kind of process. */
export interface ProcessSpec<
  P extends string = string,
  C extends string = string,
  G extends string = string,
> {
  /** By it operations name the process. */
  readonly name: P
  /** How many processes of this kind, 1 to 1,000; 1 if left out. */
  readonly count?: number
  /** -20 to 19, as setpriority(2) has it; 0 if left out. */
  readonly nice?: number
  /** Pages of anonymous memory mapped for its LWPs to touch, 1 to 1,024; 4 if left out. */
  readonly pages?: number
  readonly lwps: readonly LwpSpec<P, C, G>[]
}

/** A kind of LWP of a process. */
export interface LwpSpec<P extends string = string, C extends string = string, G extends string = string> {
  /** How many LWPs of this kind in each process, 1 to 1,000; 1 if left out. */
  readonly count?: number
  /** Time-sharing if left out. */
  readonly class?: SchedClass
  /** Within its class, 0 to 63. */
  readonly priority?: number
  /** The operations, or the name of a program. At its end the LWP exits. */
  readonly program: Program<P, C, G> | G
}

/** Scheduling classes: SCHED_OTHER (time-sharing), SCHED_FIFO, SCHED_RR (real-time). */
export type SchedClass = 'other' | 'fifo' | 'rr'
/** What an LWP does: operations, one after the other; it exits at the end. */
export type Program<
  P extends string = string,
  C extends string = string,
  G extends string = string,
> = readonly Operation<P, C, G>[]

/** Which process: by name (of several of that name, one at random), the caller's own, or any at random. */
export type ProcessTarget<P extends string> = P | 'self' | 'any'
/** Which of its LWPs: by number from 0 in order of creation, the caller itself, or at random. */
export type LwpTarget = number | 'self' | 'any'

interface OnLwp<P extends string> {
  readonly process: ProcessTarget<P>
  readonly lwp?: LwpTarget
}

interface OnProcess<P extends string> {
  readonly process: ProcessTarget<P>
}

/** One instruction of a program. A `loop` or a `choice` holds others. */
export type Operation<P extends string = string, C extends string = string, G extends string = string> =
  | { readonly op: 'compute'; readonly units: number }
  | { readonly op: 'touch'; readonly page?: number | 'any'; readonly write?: boolean }
  | { readonly op: 'sleep'; readonly channel?: C | 'any'; readonly seconds?: number; readonly ticks?: number }
  | { readonly op: 'wakeup'; readonly channel: C | 'any' }
  | ({ readonly op: 'hold' } & OnLwp<P>)
  | ({ readonly op: 'rele' } & Partial<OnLwp<P>>)
  | ({ readonly op: 'regread' } & OnLwp<P>)
  | ({ readonly op: 'ptrace'; readonly request: PtraceRequest } & OnLwp<P>)
  | ({ readonly op: 'procfs'; readonly request: ProcfsRequest } & OnLwp<P>)
  | ({ readonly op: 'stop' } & OnProcess<P>)
  | ({ readonly op: 'cont' } & OnProcess<P>)
  | ({ readonly op: 'kill' } & OnProcess<P>)
  | { readonly op: 'fork'; readonly program: G }
  | { readonly op: 'lwpCreate'; readonly program: G }
  | { readonly op: 'exit'; readonly code?: number }
  | { readonly op: 'lwpExit' }
  | { readonly op: 'wait'; readonly nohang?: boolean }
  | { readonly op: 'vslock'; readonly page?: number; readonly pages: number }
  | { readonly op: 'vsunlock' }
  | { readonly op: 'physio'; readonly page?: number; readonly pages: number; readonly ticks?: number }
  | ({ readonly op: 'setclass'; readonly class: SchedClass; readonly priority?: number } & OnLwp<P>)
  | ({ readonly op: 'nice'; readonly value: number } & Partial<OnProcess<P>>)
  | { readonly op: 'kernacc'; readonly page?: number; readonly pages: number }
  | { readonly op: 'yield' }
  | { readonly op: 'loop'; readonly count: number | 'forever'; readonly body: Program<P, C, G> }
  | { readonly op: 'choice'; readonly of: readonly Alternative<P, C, G>[] }

/** PT_ATTACH, PT_CONTINUE, PT_STEP and PT_DETACH of ptrace(2). */
export type PtraceRequest = 'attach' | 'continue' | 'step' | 'detach'
/** What is written to /proc/<pid>/ctl: attach, run, step, detach. */
export type ProcfsRequest = 'attach' | 'run' | 'step' | 'detach'

/** One branch of a `choice`, taken as often as its share of all weights. */
export interface Alternative<
  P extends string = string,
  C extends string = string,
  G extends string = string,
> {
  /** 1 to 100; 1 if left out. */
  readonly weight?: number
  readonly body: Program<P, C, G>
}

/** Names of all operations. */
export type OperationName = Operation['op']
