import { layout } from '@holdfast/atomics-sync'
import type { Actor, Addr, Sleeps } from '@holdfast/atomics-sync'
import type { MmConfig, VmCpu } from '@holdfast/mm'
import { PRI_COUNT } from './param.js'
import type { LwpRef } from './lwp.js'

/** Address of a `struct cpu_info`. */
export type CpuInfoRef = Addr

/** struct cpu_info with its schedstate_percpu (sys/cpu_data.h, sys/sched.h). */
export const {
  CI_CURLWP,
  CI_INDEX,
  CI_IDLELWP,
  CI_IPENDING,
  CI_IDLING,
  CI_WANT_RESCHED,
  SPC_MUTEX,
  SPC_LWPLOCK,
  SPC_CURPRIORITY,
  SPC_COUNT,
  SPC_MCOUNT,
  SPC_MAXPRIORITY,
  SPC_MIGRATING,
  SPC_TICKS,
  SPC_BITMAP,
  SPC_QUEUES,
  CI_NSWITCHES,
  CI_ONPROC,
  CPU_INFO_WORDS,
} = layout('cpu_info', {
  CI_CURLWP: { lock: 'private', unlocked: 'adaptive mutexes compare it with the owner' },
  CI_INDEX: 'stable',
  CI_IDLELWP: 'stable',
  CI_IPENDING: 'atomic', // mailbox of interrupts, IPI_*
  CI_IDLING: 'atomic', // 1 while its host thread waits on CI_IPENDING
  CI_WANT_RESCHED: 'atomic',
  SPC_MUTEX: { lock: 'atomic', isLock: true }, // spin: the run queue, and LWPs in LSIDL and LSRUN
  SPC_LWPLOCK: { lock: 'atomic', isLock: true }, // spin: LWPs in LSONPROC, LSZOMB and the like
  SPC_CURPRIORITY: {
    lock: 'spc_mutex',
    unlockedWrites: 'a hint when choosing a CPU; the CPU itself lowers it on the way to user mode',
  },
  SPC_COUNT: { lock: 'spc_mutex', unlocked: 'a hint when choosing a CPU' }, // LWPs on the run queue
  SPC_MCOUNT: { lock: 'spc_mutex', unlocked: 'a hint when stealing' }, // of which may be stolen
  SPC_MAXPRIORITY: { lock: 'spc_mutex', unlocked: 'a hint when choosing a CPU' },
  SPC_MIGRATING: { lock: 'spc_mutex', unlocked: 'sched_idle looks before it locks' },
  SPC_TICKS: 'private',
  SPC_BITMAP: { lock: 'spc_mutex', words: Math.ceil(PRI_COUNT / 32) },
  SPC_QUEUES: { lock: 'spc_mutex', words: PRI_COUNT * 2 }, // first, last of each priority
  CI_NSWITCHES: 'private',
  CI_ONPROC: {
    lock: 'spc_mutex',
    unlockedWrites: 'a hint when only spc_lwplock is held; the idle LWP sets it when its CPU starts',
  }, // LWP chosen to run, ahead of CI_CURLWP
})

/** A simulated CPU as the kernel sees it: registers, and tables of operations. One per worker. */
export interface Cpu extends VmCpu {
  readonly config: KernelConfig
  readonly ci: CpuInfoRef
  /** The LWP whose stack this CPU left last: its `l_ctxswtch` is cleared by whoever runs next. */
  prevlwp: LwpRef
  /** The LWP that just switched away has no kernel coroutine to resume: it is in user mode, or gone. */
  dropCoroutine: boolean
  readonly machdep: MachdepOps
  readonly events: EventLog
}

/** The machine below the kernel: what the `cpu` package supplies. */
export interface MachdepOps {
  /** Posts interrupt `bits` (IPI_*) to the CPU `target`, and wakes its host thread if it idles. */
  ipi(cpu: Cpu, target: CpuInfoRef, bits: number): void
  /** Waits until an interrupt is pending (idle loop only, no lock held), then handles it. */
  idle(cpu: Cpu): void
  /** Compute for `units` of work in user mode, with nothing shared. */
  compute(cpu: Cpu, units: number): void
}

/** Where a CPU notes what it did, for reports. Outside the model's memory: never part of the protocol. */
export interface EventLog {
  /** `kind` is an EV_* number; `a` and `b` depend on it. */
  record(kind: number, a: number, b: number): void
  /** Adds `n` to the CPU's own counter number `counter` (OPC_*). */
  count(counter: number, n: number): void
  /** printf(9): a line for the system's message buffer. */
  print(line: string): void
}

/** Where the kernel lies, how large it is, and its tunables. Plain data, constant after boot. */
export interface KernelConfig extends MmConfig {
  /** Address of cpu_info 0, and the distance between two. */
  readonly cpuInfos: Addr
  readonly cpuInfoWords: number
  readonly lwps: Addr
  readonly nlwps: number
  readonly procs: Addr
  readonly nprocs: number
  readonly lwp0: LwpRef
  readonly proc0: Addr
  readonly pagedaemonLwp: LwpRef
  readonly softclockLwp: LwpRef
  readonly initproc: Addr
  /** Pages in a u-area (UPAGES): 2 on i386. */
  readonly upages: number
  /** vm.maxslp: seconds of sleep after which an LWP is swapped out without need. */
  readonly maxslp: number
  /** Clock ticks in a second. */
  readonly hz: number
  /** Kernel preemption (x86 __HAVE_PREEMPTION). */
  readonly kpreempt: boolean
  /** options DEBUG: the knobs enableswap and swapdebug are compiled in. */
  readonly debug: boolean
  /** KDASSERT is compiled in (the assertions of options DEBUG, without its code). */
  readonly kdassert: boolean
  /** Lowest priority that may preempt the kernel (sched_kpreempt_pri). */
  readonly kpreemptPri: number
  /** Ticks of a time slice (sched_rrticks). */
  readonly rrticks: number
  /** Everything else the kernel's modules need, by name. */
  readonly kern: Readonly<Record<string, number>>
}

/** The LWP that runs on `cpu` (curlwp). */
export function curlwp(cpu: Actor): LwpRef {
  return cpu.self
}

/** Address of the cpu_info of CPU number `index`. */
export function cpuInfo(cpu: Cpu, index: number): CpuInfoRef {
  return cpu.config.cpuInfos + index * cpu.config.cpuInfoWords
}

export type { Sleeps }
