// Processes, LWPs, user programs, boot (see kern-proc.ts, kern-lwp.ts, user.ts, init-main.ts)
export {
  CHANNELS,
  HELD_MAX,
  INSTRUCTION_WORDS,
  OP_BRANCH,
  OP_COMPUTE,
  OP_CONT,
  OP_COUNT,
  OP_END,
  OP_EXIT,
  OP_FORK,
  OP_HOLD,
  OP_JUMP,
  OP_KERNACC,
  OP_KILL,
  OP_LOOP,
  OP_LWP_CREATE,
  OP_LWP_EXIT,
  OP_NICE,
  OP_PHYSIO,
  OP_PROCFS_ATTACH,
  OP_PROCFS_DETACH,
  OP_PROCFS_RUN,
  OP_PROCFS_STEP,
  OP_PT_ATTACH,
  OP_PT_CONTINUE,
  OP_PT_DETACH,
  OP_PT_STEP,
  OP_REGREAD,
  OP_RELE,
  OP_SETCLASS,
  OP_SLEEP,
  OP_STOP,
  OP_TOUCH,
  OP_VSLOCK,
  OP_VSUNLOCK,
  OP_WAIT,
  OP_WAKEUP,
  OP_YIELD,
  RANDOM,
  REGISTERS,
  SELF,
  USER_BASE,
  packSched,
  programWords,
} from './program.js'
export type { Workload, WorkloadLwp, WorkloadProcess } from './program.js'
export {
  OPC_BY_ERRNO,
  OPC_COUNT,
  OPC_EAGAIN,
  OPC_EBUSY,
  OPC_ECHILD,
  OPC_EFAULT,
  OPC_EINTR,
  OPC_EINVAL,
  OPC_EOTHER,
  OPC_EPERM,
  OPC_ESRCH,
  OPC_LWP_FREED,
  OPC_REAPED,
  OPC_STOPPED,
  OP_COUNTER_NAMES,
} from './op-counters.js'
export { StackTouch } from './stack-touch.js'
export { allocKernel, kernelNeeds } from './kernel-alloc.js'
export type { KernelNeeds, KernelParams } from './kernel-alloc.js'
export { bootKernel } from './init-main.js'
export { lwpCoroutine, userret } from './user.js'
export {
  ENTRY_IDLE,
  ENTRY_INIT,
  ENTRY_PAGEDAEMON,
  ENTRY_SOFTCLOCK,
  ENTRY_SWAPPER,
  ENTRY_USER,
} from './entry-numbers.js'
export {
  LWP_DETACHED,
  lwpAddref,
  lwpCreate,
  lwpDelref,
  lwpDrainrefs,
  lwpFind,
  lwpFree,
  lwpStartup,
} from './kern-lwp.js'
export { procAlloc, procReparent } from './kern-proc.js'
export { FORK_SHAREVM, FORK_SYSTEM, fork1, sysLwpCreate } from './kern-fork.js'
export { exit1, lwpExit, sysExit } from './kern-exit.js'
export { WNOHANG, WUNTRACED, doSysWait } from './kern-wait.js'
export { issignal, kpsignal2, procStop, procUnstop, trapsignal } from './kern-sig.js'
export { PT_ATTACH, PT_CONTINUE, PT_DETACH, PT_STEP, processDoregs, sysPtrace } from './sys-process.js'
export {
  PROCFS_CTL_ATTACH,
  PROCFS_CTL_DETACH,
  PROCFS_CTL_RUN,
  PROCFS_CTL_STEP,
  procfsControl,
  procfsCtl,
} from './procfs.js'
export { physio } from './kern-physio.js'
export { sysKmem } from './sys-kmem.js'
export { donice, sysSchedSetparam } from './sys-sched.js'
export { syscall } from './syscalls.js'
export { kthreadCreate } from './kthread.js'
export { PCB_WORDS, kstackCheckMagic, pcbLoad, pcbSave, uareaLoad, uareaStore } from './pcb.js'
export { cpuLwpFork, cpuProcFork, cpuSwapin, cpuSwapout, kstackSetupMagic } from './machdep.js'

// Scheduler, sleeping, clock (see mi-switch.ts, kern-runq.ts, kern-sleepq.ts, kern-turnstile.ts, kern-clock.ts)
export { EV_SWITCH, eventKinds } from './events.js'
export type { EventKind } from './events.js'
export { wmesgText } from './wmesg.js'
export {
  LWP_PARK_SYNCOBJ,
  SCHED_SYNCOBJ,
  SELECT_SYNCOBJ,
  SLEEP_SYNCOBJ,
  syncobjOps,
} from './syncobj.js'
export type { SyncobjOps } from './syncobj.js'
export {
  lwpLock,
  lwpLocked,
  lwpRelock,
  lwpSetlock,
  lwpTrylock,
  lwpUnlock,
  lwpUnlockTo,
} from './kern-lwp-lock.js'
export { lwpChangepri, lwpEprio, lwpLendpri, lwpUnsleep } from './kern-lwp-pri.js'
export {
  SLEEPTAB_HASH_SIZE,
  SLEEPTAB_WORDS,
  ST_MUTEX,
  ST_QUEUE,
  kernelSleepOps,
  sleeptabLookup,
} from './kern-sleepq.js'
export {
  TC_CHAIN,
  TC_MUTEX,
  TSCHAIN_WORDS,
  TS_CHAIN_NEXT,
  TS_HASH_SIZE,
  TS_EPRIO,
  TS_INHERITOR,
  TS_OBJ,
  TS_PICHAIN,
  TS_SLEEPQ,
  TS_WAITERS,
  TURNSTILE_WORDS,
  kernelTurnstileOps,
  turnstileChain,
} from './kern-turnstile.js'
export { schedDequeue, schedEnqueue, schedGetrq, schedTakecpu } from './kern-runq.js'
export { cpuNeedResched } from './resched.js'
export { kpause, mtsleep, preempt, setrunnable, tsleep, wakeup, yieldCpu } from './kern-synch.js'
export { cpuSwitchto, lwpExitSwitchaway, lwpSwitched, miSwitch } from './mi-switch.js'
export { kpreempt, kpreemptDisable, kpreemptEnable } from './kpreempt.js'
export { hardclock } from './kern-clock.js'
export { idleLoop } from './kern-idle.js'
export { allocSched, bootSched } from './sched-init.js'
export type { SchedParams } from './sched-init.js'

// Records, constants and global variables
export {
  LWP_WORDS,
  L_ADDR,
  L_CLASS,
  L_CPTICKS,
  L_CPU,
  L_CTXSWTCH,
  L_DOPREEMPT,
  L_ENTRY,
  L_ESTCPU,
  L_FLAG,
  L_GENERATION,
  L_HOLDCNT,
  L_INHERITEDPRIO,
  L_KCPU,
  L_KPRIBASE,
  L_KPRIORITY,
  L_LID,
  L_LIST_NEXT,
  L_LIST_PREV,
  L_MUTEX,
  L_NEXT_FREE,
  L_NOPREEMPT,
  L_PFLAG,
  L_PI_LENDERS,
  L_PRFLAG,
  L_PRIORITY,
  L_PROC,
  L_PROGRAM,
  L_REFCNT,
  L_RUNQ_NEXT,
  L_RUNQ_PREV,
  L_RU_NIVCSW,
  L_RU_NSWAP,
  L_RU_NVCSW,
  L_SIBLING_NEXT,
  L_SIBLING_PREV,
  L_SLEEPCHAIN_NEXT,
  L_SLEEPCHAIN_PREV,
  L_SLEEPQ,
  L_SLPTIME,
  L_STAT,
  L_SWAPLOCK,
  L_SWTIME,
  L_SYNCOBJ,
  L_TARGET_CPU,
  L_TIMEOUT_NEXT,
  L_TIMEOUT_PREV,
  L_TIMEOUT_STATE,
  L_TIMEOUT_TICK,
  L_TS,
  L_WCHAN,
  L_WMESG,
} from './lwp.js'
export type { LwpRef } from './lwp.js'
export {
  PROC_WORDS,
  P_CHILDREN,
  P_FLAG,
  P_GENERATION,
  P_LIST_NEXT,
  P_LIST_PREV,
  P_LOCK,
  P_LWPCV,
  P_LWPS,
  P_NDLWPS,
  P_NEXT_FREE,
  P_NICE,
  P_NLWPID,
  P_NLWPS,
  P_NLWPWAIT,
  P_NPAGES,
  P_NRLWPS,
  P_NSTOPCHILD,
  P_NZLWPS,
  P_OPPTR,
  P_PID,
  P_PPTR,
  P_REFLOCK,
  P_RLIMIT,
  P_SCENARIO,
  P_SFLAG,
  P_SIBLING_NEXT,
  P_SIBLING_PREV,
  P_SLFLAG,
  P_STAT,
  P_VMSPACE,
  P_WAITCV,
  P_WAITED,
  P_XSTAT,
  P_ZOMBLWP,
} from './proc.js'
export type { ProcRef } from './proc.js'
export {
  CI_CURLWP,
  CI_IDLELWP,
  CI_IDLING,
  CI_INDEX,
  CI_IPENDING,
  CI_NSWITCHES,
  CI_ONPROC,
  CI_WANT_RESCHED,
  CPU_INFO_WORDS,
  SPC_BITMAP,
  SPC_COUNT,
  SPC_CURPRIORITY,
  SPC_LWPLOCK,
  SPC_MAXPRIORITY,
  SPC_MCOUNT,
  SPC_MIGRATING,
  SPC_MUTEX,
  SPC_QUEUES,
  SPC_TICKS,
  cpuInfo,
  curlwp,
} from './cpu.js'
export type { Cpu, CpuInfoRef, EventLog, KernelConfig, MachdepOps } from './cpu.js'
export {
  EACCES,
  EAGAIN,
  EBUSY,
  ECHILD,
  EFAULT,
  EINTR,
  EINVAL,
  ENOMEM,
  EPERM,
  ERESTART,
  ESRCH,
  EWOULDBLOCK,
  INT_MIN,
  IPI_CLOCK,
  IPI_DISK,
  IPI_HALT,
  IPI_KPREEMPT,
  IPI_RESCHED,
  IPI_TLB,
  LPR_DETACHED,
  LP_BOUND,
  LP_RUNNING,
  LSIDL,
  LSONPROC,
  LSRUN,
  LSSLEEP,
  LSSTOP,
  LSSUSPENDED,
  LSZOMB,
  LW_CANCELLED,
  LW_IDLE,
  LW_INMEM,
  LW_PENDSIG,
  LW_SINTR,
  LW_SYSTEM,
  LW_USERRET,
  LW_WCORE,
  LW_WEXIT,
  LW_WSUSPEND,
  MAXPRI_USER,
  NZERO,
  PK_NOCLDWAIT,
  PK_SYSTEM,
  PRI_BIO,
  PRI_COUNT,
  PRI_IDLE,
  PRI_IOFLUSH,
  PRI_KERNEL,
  PRI_KERNEL_RT,
  PRI_KTHREAD,
  PRI_PGDAEMON,
  PRI_SOFTCLOCK,
  PRI_USER,
  PRI_USER_RT,
  PRI_VM,
  PRI_XCALL,
  PSL_FSTRACE,
  PSL_TRACED,
  PS_SIGKILL,
  PS_STOPFORK,
  PS_STOPPING,
  PS_WEXIT,
  SACTIVE,
  SCHED_FIFO,
  SCHED_OTHER,
  SCHED_RR,
  SDEAD,
  SDYING,
  SIDL,
  SIGCONT,
  SIGKILL,
  SIGSTOP,
  SIGTRAP,
  SSTOP,
  SZOMB,
} from './param.js'
export {
  ALLLWP,
  ALLPROC,
  AVERUNNABLE,
  CALLOUT_LOCK,
  ENABLESWAP,
  FREELWP,
  FREEPROC,
  HARDCLOCK_TICKS,
  KERNEL_WORDS,
  LWP_CACHE_LOCK,
  NEXT_PID,
  NLWPS,
  NPROCS,
  PROC_LOCK,
  SCHED_PSTATS_TICKS,
  SOFTCLOCK_CV,
  SOFTCLOCK_LOCK,
  SOFTCLOCK_PENDING,
  SWAPDEBUG,
  UVM_METER_COUNT,
  UVM_SCHEDULER_CV,
  UVM_SCHEDULER_KICKED,
  UVM_SCHEDULER_MUTEX,
  UVM_SWAP_RUNNING,
  ZOMBPROC,
} from './globals.js'

// The protocol (uvm_glue.c)
export { SDB_FOLLOW, SDB_SWAPIN, SDB_SWAPOUT } from './uvm-glue/debug.js'
export { uvmLwpExit, uvmProcExit } from './uvm-glue/exit.js'
export { uvmLwpFork, uvmProcFork } from './uvm-glue/fork.js'
export { uvmLwpHold, uvmLwpRele } from './uvm-glue/hold.js'
export { uvmChgkprot, uvmKernacc } from './uvm-glue/kernacc.js'
export {
  RLIMIT_AS,
  RLIMIT_DATA,
  RLIMIT_RSS,
  RLIMIT_STACK,
  RLIM_INFINITY,
  uvmInitLimits,
} from './uvm-glue/limits.js'
export { uvmKickScheduler, uvmScheduler } from './uvm-glue/scheduler.js'
export { uvmSwapin } from './uvm-glue/swapin.js'
export { swappable, uvmSwapout, uvmSwapoutThreads } from './uvm-glue/swapout.js'
export {
  uareaCtor,
  uareaPoolpageAlloc,
  uareaPoolpageFree,
  uareaSwapin,
  uareaSwapout,
  uspace,
  uvmUareaAlloc,
  uvmUareaAllocator,
  uvmUareaFree,
  uvmUareaInit,
} from './uvm-glue/uarea.js'
export { uvmVslock, uvmVsunlock } from './uvm-glue/vslock.js'
