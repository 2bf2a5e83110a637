import { cvInit, kassert, mutexInit, mutexSpinInit, panic } from '@holdfast/atomics-sync'
import type { Sleeps } from '@holdfast/atomics-sync'
import { CI_CURLWP, CI_IDLELWP, CI_INDEX, CI_ONPROC, SPC_CURPRIORITY, SPC_LWPLOCK, cpuInfo } from './cpu.js'
import type { Cpu } from './cpu.js'
import { ENTRY_IDLE, ENTRY_INIT, ENTRY_PAGEDAEMON, ENTRY_SOFTCLOCK, ENTRY_SWAPPER } from './entry-numbers.js'
import {
  ALLLWP,
  ALLPROC,
  ENABLESWAP,
  FREELWP,
  FREEPROC,
  LWP_CACHE_LOCK,
  NLWPS,
  PROC_LOCK,
  UVM_SCHEDULER_CV,
  UVM_SCHEDULER_MUTEX,
  UVM_SWAP_RUNNING,
} from './globals.js'
import { fork1 } from './kern-fork.js'
import { lwpLock, lwpUnlock } from './kern-lwp-lock.js'
import { procAlloc } from './kern-proc.js'
import { KTHREAD_IDLE, kthreadCreate } from './kthread.js'
import { listInsertHead } from './list.js'
import {
  LWP_WORDS,
  L_ADDR,
  L_CLASS,
  L_CPU,
  L_FLAG,
  L_GENERATION,
  L_KCPU,
  L_LID,
  L_LIST_NEXT,
  L_MUTEX,
  L_NEXT_FREE,
  L_NOPREEMPT,
  L_PFLAG,
  L_PRIORITY,
  L_PROC,
  L_REFCNT,
  L_SIBLING_NEXT,
  L_STAT,
  L_SWAPLOCK,
} from './lwp.js'
import { cpuLwpFork, kstackSetupMagic } from './machdep.js'
import {
  LP_RUNNING,
  LSONPROC,
  LW_IDLE,
  LW_INMEM,
  LW_SYSTEM,
  MAXPRI_USER,
  NZERO,
  PK_NOCLDWAIT,
  PK_SYSTEM,
  PRI_IDLE,
  PRI_PGDAEMON,
  PRI_SOFTCLOCK,
  SACTIVE,
  SCHED_OTHER,
} from './param.js'
import { PCB_PRNG, uareaStore } from './pcb.js'
import {
  PROC_WORDS,
  P_FLAG,
  P_LIST_NEXT,
  P_LWPS,
  P_NEXT_FREE,
  P_NICE,
  P_NLWPID,
  P_NLWPS,
  P_NRLWPS,
  P_STAT,
  P_VMSPACE,
} from './proc.js'
import type { Workload } from './program.js'
import { bootSched } from './sched-init.js'
import { uvmInitLimits } from './uvm-glue/limits.js'
import { uvmUareaAlloc, uvmUareaInit } from './uvm-glue/uarea.js'
import { loadPrograms, startWorkload } from './workload-boot.js'

/**
 * main (init_main.c): boots the kernel, on the main thread as CPU 0, before any other CPU runs. One call a line is one
 * step. `cpu.self` must be config.lwp0 from the start, and bootMm must have run. It never has to wait.
 *
 * On return CPU 0 is in lwp0, which becomes the swapper, and every other CPU in its idle LWP; the LWPs of `workload`
 * are on run queues.
 */
export function* bootKernel(cpu: Cpu, workload: Workload): Sleeps<void> {
  const { mem, config } = cpu
  kassert(cpu.self === config.lwp0, 'curlwp == &lwp0')
  bootGlobals(cpu)
  bootSched(cpu)
  bootTables(cpu)
  bootCpus(cpu)
  uvmUareaInit(cpu)
  yield* bootProc0(cpu, workload.seed)
  yield* bootIdle(cpu)
  yield* bootThreads(cpu)
  yield* bootInit(cpu)
  loadPrograms(cpu, workload)
  yield* startWorkload(cpu, workload)
  mem.write(config.lwp0 + L_NOPREEMPT, 0)
  mem.write(UVM_SWAP_RUNNING, 1)
}

/** Locks and knobs among the global variables. */
function bootGlobals(cpu: Cpu): void {
  const { mem } = cpu
  mutexInit(mem, PROC_LOCK)
  mutexSpinInit(mem, UVM_SCHEDULER_MUTEX)
  cvInit(mem, UVM_SCHEDULER_CV)
  mutexSpinInit(mem, LWP_CACHE_LOCK)
  mem.write(ENABLESWAP, 1)
}

/** The free lists, lowest structure first. */
function bootTables(cpu: Cpu): void {
  const { mem, config } = cpu
  for (let n = config.nlwps - 1; n >= 0; n--) {
    const l = config.lwps + n * LWP_WORDS
    mem.write(l + L_NEXT_FREE, mem.read(FREELWP))
    mem.write(FREELWP, l)
  }
  for (let n = config.nprocs - 1; n >= 0; n--) {
    const p = config.procs + n * PROC_WORDS
    mem.write(p + P_NEXT_FREE, mem.read(FREEPROC))
    mem.write(FREEPROC, p)
  }
}

/** cpu_attach: the numbers of the CPUs. */
function bootCpus(cpu: Cpu): void {
  const { mem, config } = cpu
  for (let n = 0; n < config.ncpu; n++) mem.write(cpuInfo(cpu, n) + CI_INDEX, n)
}

/** proc0_init: process 0 and lwp0, the caller, with a u-area and the root of all random numbers. */
function* bootProc0(cpu: Cpu, seed: number): Sleeps<void> {
  const { mem, config, ci } = cpu
  const p = procAlloc(cpu)
  const l = config.lwp0
  kassert(p === config.proc0, 'p == &proc0')
  mem.write(p + P_STAT, SACTIVE)
  mem.write(p + P_FLAG, PK_SYSTEM | PK_NOCLDWAIT)
  mem.write(p + P_NICE, NZERO)
  mem.write(p + P_VMSPACE, config.proc0Vmspace)
  mem.write(p + P_NLWPS, 1)
  mem.write(p + P_NRLWPS, 1)
  mem.write(p + P_NLWPID, 1)
  listInsertHead(mem, ALLPROC, p, P_LIST_NEXT)
  uvmInitLimits(cpu, p)

  mem.write(FREELWP, mem.read(l + L_NEXT_FREE))
  mem.write(NLWPS, 1)
  mem.write(l + L_GENERATION, 1)
  mem.write(l + L_PROC, p)
  mem.write(l + L_LID, 1)
  mem.write(l + L_REFCNT, 1)
  mem.write(l + L_STAT, LSONPROC)
  mem.write(l + L_FLAG, LW_INMEM | LW_SYSTEM)
  mem.write(l + L_PFLAG, LP_RUNNING)
  mem.write(l + L_CLASS, SCHED_OTHER)
  mem.write(l + L_PRIORITY, MAXPRI_USER)
  mem.write(l + L_CPU, ci)
  mem.store(l + L_MUTEX, ci + SPC_LWPLOCK)
  mem.write(l + L_KCPU, cpu.id + 1)
  mem.write(l + L_NOPREEMPT, 1) // real-time threads are made before anything may run
  mutexInit(mem, l + L_SWAPLOCK)
  listInsertHead(mem, p + P_LWPS, l, L_SIBLING_NEXT)
  listInsertHead(mem, ALLLWP, l, L_LIST_NEXT)
  mem.store(ci + CI_CURLWP, l)
  mem.write(ci + CI_ONPROC, l)
  mem.write(ci + SPC_CURPRIORITY, MAXPRI_USER)

  mem.write(l + L_ADDR, yield* uvmUareaAlloc(cpu))
  kstackSetupMagic(cpu, l)
  cpuLwpFork(cpu, l, l, 0, 0, ENTRY_SWAPPER, 0)
  uareaStore(cpu, l, PCB_PRNG, seed === 0 ? 1 : seed | 0)
}

/** create_idle_lwp of each CPU (kern_idle.c); on the secondary ones it is what runs when they start. */
function* bootIdle(cpu: Cpu): Sleeps<void> {
  const { mem, config } = cpu
  for (let n = 0; n < config.ncpu; n++) {
    const ci = cpuInfo(cpu, n)
    const l = yield* kthreadCreate(cpu, PRI_IDLE, KTHREAD_IDLE, ci, ENTRY_IDLE)
    lwpLock(cpu, l)
    mem.write(l + L_FLAG, mem.read(l + L_FLAG) | LW_IDLE)
    mem.write(l + L_KCPU, n + 1)
    if (n !== 0) {
      mem.write(l + L_STAT, LSONPROC)
      mem.write(l + L_PFLAG, mem.read(l + L_PFLAG) | LP_RUNNING)
      mem.store(ci + CI_CURLWP, l)
      mem.write(ci + CI_ONPROC, l)
      mem.write(ci + SPC_CURPRIORITY, PRI_IDLE)
    }
    lwpUnlock(cpu, l)
    mem.write(ci + CI_IDLELWP, l)
  }
}

/** The other kernel threads. */
function* bootThreads(cpu: Cpu): Sleeps<void> {
  const { config } = cpu
  const pagedaemon = yield* kthreadCreate(cpu, PRI_PGDAEMON, 0, 0, ENTRY_PAGEDAEMON)
  kassert(pagedaemon === config.pagedaemonLwp, 'l == uvm.pagedaemon_lwp')
  const softclock = yield* kthreadCreate(cpu, PRI_SOFTCLOCK, 0, 0, ENTRY_SOFTCLOCK)
  kassert(softclock === config.softclockLwp, 'l == softclock_lwp')
}

/** Process 1, init: forked from process 0, with an address space of its own. */
function* bootInit(cpu: Cpu): Sleeps<void> {
  const { config } = cpu
  const p = yield* fork1(cpu, config.lwp0, 0, ENTRY_INIT, 0)
  if (p < 0) panic(`fork init: ${-p}`)
  kassert(p === config.initproc, 'p == initproc')
}
