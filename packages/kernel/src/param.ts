/**
 * Constants of the kernel, as in the C headers of the same date (sys/param.h, sys/lwp.h, sys/proc.h).
 */

/** LWP states, `l_stat`. */
export const LSIDL = 1
export const LSRUN = 2
export const LSSLEEP = 3
export const LSSTOP = 4
export const LSZOMB = 5
export const LSONPROC = 7
export const LSSUSPENDED = 8

/** LWP flags, `l_flag`. */
export const LW_IDLE = 0x0000_0001
export const LW_INMEM = 0x0000_0004
export const LW_SINTR = 0x0000_0080
export const LW_SYSTEM = 0x0000_0200
export const LW_WSUSPEND = 0x0002_0000
export const LW_WCORE = 0x0008_0000
export const LW_WEXIT = 0x0010_0000
export const LW_PENDSIG = 0x0100_0000
export const LW_CANCELLED = 0x0200_0000

/** LWP private flags, `l_pflag`. */
export const LP_RUNNING = 0x2000_0000
export const LP_BOUND = 0x8000_0000 | 0

/** LWP flags under p_lock, `l_prflag`. */
export const LPR_DETACHED = 0x0080_0000

/** Process states, `p_stat`. */
export const SIDL = 1
export const SACTIVE = 2
export const SDYING = 3
export const SSTOP = 4
export const SZOMB = 5
export const SDEAD = 6

/** Process flags, `p_sflag`/`p_slflag` that the model uses. */
export const PS_STOPFORK = 0x0000_0001
export const PS_WEXIT = 0x0000_0002
export const PSL_TRACED = 0x0000_0010

/** Stopping: some LWPs have not stopped yet (`p_sflag`). */
export const PS_STOPPING = 0x0400_0000
/** Stands for SIGKILL in the set of pending signals (`p_sflag`). */
export const PS_SIGKILL = 0x0000_0100
/** Traced through procfs (`p_slflag`). */
export const PSL_FSTRACE = 0x0000_0001
/** System process (`p_flag`). */
export const PK_SYSTEM = 0x0000_0200
/** Its children go to init as they exit (`p_flag`). */
export const PK_NOCLDWAIT = 0x0002_0000
/** What makes an LWP look round before it returns to user mode (`l_flag`). */
export const LW_USERRET = 0x011a_0000
/** Signals (sys/signal.h). */
export const SIGTRAP = 5
export const SIGKILL = 9
export const SIGSTOP = 17
export const SIGCONT = 19

/** Scheduling classes, `l_class`. */
export const SCHED_OTHER = 0
export const SCHED_FIFO = 1
export const SCHED_RR = 2

/** Priorities: USER 0-63, KERNEL 64-95, KTHREAD 96-127, USER_RT 128-191, KERNEL_RT 192-223. */
export const PRI_IDLE = 0
export const PRI_USER = 0
export const PRI_KERNEL = 64
export const PRI_KTHREAD = 96
export const PRI_BIO = 120
export const PRI_IOFLUSH = 123
export const PRI_VM = 124
export const PRI_PGDAEMON = 125
export const PRI_XCALL = 127
export const PRI_USER_RT = 128
export const PRI_KERNEL_RT = 192
export const PRI_COUNT = 224
export const MAXPRI_USER = 63
export const PRI_SOFTCLOCK = PRI_KERNEL_RT

export const NZERO = 20 // p_nice of a process that nobody has been nice to
export const INT_MIN = -0x8000_0000 // the least int of C

/** Bits of the interrupt mailbox, `ci_ipending`. */
export const IPI_RESCHED = 1
export const IPI_TLB = 2
export const IPI_HALT = 4
export const IPI_CLOCK = 8
export const IPI_DISK = 16
export const IPI_KPREEMPT = 32
/** Error numbers (sys/errno.h); 0 is success. */
export const EPERM = 1
export const ESRCH = 3
export const EINTR = 4
export const ECHILD = 10
export const ENOMEM = 12
export const EACCES = 13
export const EFAULT = 14
export const EBUSY = 16
export const EINVAL = 22
export const EAGAIN = 35
export const EWOULDBLOCK = EAGAIN
/** Internal: restart the system call. */
export const ERESTART = -3
