import { NULL, mutexEnter, mutexExit } from '@holdfast/atomics-sync'
import type { Sleeps } from '@holdfast/atomics-sync'
import {
  PAGE_SIZE,
  VM_MAP,
  VM_MIN_KERNEL_ADDRESS,
  VM_PROT_READ,
  VM_PROT_WRITE,
  userLoad,
  userStore,
} from '@holdfast/mm'
import type { Cpu } from './cpu.js'
import { ENTRY_USER } from './entry-numbers.js'
import { PROC_LOCK } from './globals.js'
import { heldAdd, heldReleaseAll, heldRemove } from './held.js'
import { fork1, sysLwpCreate } from './kern-fork.js'
import { lwpExit, sysExit } from './kern-exit.js'
import { physio } from './kern-physio.js'
import { kpsignal2 } from './kern-sig.js'
import { tsleep, wakeup, yieldCpu } from './kern-synch.js'
import { doSysWait } from './kern-wait.js'
import { L_PROC } from './lwp.js'
import type { LwpRef } from './lwp.js'
import {
  EBUSY,
  EFAULT,
  EINVAL,
  ESRCH,
  EWOULDBLOCK,
  PSL_FSTRACE,
  PSL_TRACED,
  SIGCONT,
  SIGKILL,
  SIGSTOP,
} from './param.js'
import {
  PCB_PC,
  PCB_REGS,
  PCB_VSLOCK_LEN,
  PCB_VSLOCK_START,
  pcbRandom,
  uareaLoad,
  uareaStore,
} from './pcb.js'
import { P_LOCK, P_NPAGES, P_VMSPACE } from './proc.js'
import {
  CHANNELS,
  OP_BRANCH,
  OP_COMPUTE,
  OP_CONT,
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
  PROGRAM_WORDS,
  RANDOM,
  REGISTERS,
  USER_BASE,
} from './program.js'
import { PROCFS_CTL_ATTACH, PROCFS_CTL_DETACH, PROCFS_CTL_RUN, PROCFS_CTL_STEP, procfsCtl } from './procfs.js'
import { sysKmem } from './sys-kmem.js'
import { PT_ATTACH, PT_CONTINUE, PT_DETACH, PT_STEP, processGetregs, sysPtrace } from './sys-process.js'
import { donice, sysSchedSetparam } from './sys-sched.js'
import { lwpTarget, lwpTargetRef, procTarget, tracedTarget } from './targets.js'
import { uvmVslock, uvmVsunlock } from './uvm-glue/vslock.js'

/**
 * The operations of user programs, by opcode: see program.ts for what each does.
 *
 * Executes operation `op` with operands `a`, `b`, `c` for `l`, the current LWP. No lock held. May sleep. Returns 0 or an errno.
 */
export function* syscall(cpu: Cpu, l: LwpRef, op: number, a: number, b: number, c: number): Sleeps<number> {
  switch (op) {
    case OP_END:
    case OP_LWP_EXIT:
      cpu.events.count(op, 1)
      yield* heldReleaseAll(cpu, l)
      return yield* lwpExit(cpu, l)
    case OP_EXIT:
      cpu.events.count(op, 1)
      yield* heldReleaseAll(cpu, l)
      return yield* sysExit(cpu, l, (a & 0xff) << 8)
    case OP_COMPUTE:
      cpu.machdep.compute(cpu, a)
      return 0
    case OP_TOUCH:
      return yield* userTouch(cpu, l, a, b)
    case OP_SLEEP:
      return yield* userSleep(cpu, l, a, b)
    case OP_WAKEUP:
      wakeup(cpu, channel(cpu, l, a))
      return 0
    case OP_HOLD:
      return yield* heldAdd(cpu, l, a, b)
    case OP_RELE:
      return yield* heldRemove(cpu, l, a, b)
    case OP_REGREAD:
      return yield* userRegread(cpu, l, a, b)
    case OP_PT_ATTACH:
      return yield* userPtrace(cpu, l, PT_ATTACH, a)
    case OP_PT_CONTINUE:
      return yield* userPtrace(cpu, l, PT_CONTINUE, a)
    case OP_PT_STEP:
      return yield* userPtrace(cpu, l, PT_STEP, a)
    case OP_PT_DETACH:
      return yield* userPtrace(cpu, l, PT_DETACH, a)
    case OP_PROCFS_ATTACH:
      return yield* userProcfs(cpu, l, PROCFS_CTL_ATTACH, a)
    case OP_PROCFS_RUN:
      return yield* userProcfs(cpu, l, PROCFS_CTL_RUN, a)
    case OP_PROCFS_STEP:
      return yield* userProcfs(cpu, l, PROCFS_CTL_STEP, a)
    case OP_PROCFS_DETACH:
      return yield* userProcfs(cpu, l, PROCFS_CTL_DETACH, a)
    case OP_STOP:
      return yield* userKill(cpu, l, a, SIGSTOP)
    case OP_CONT:
      return yield* userKill(cpu, l, a, SIGCONT)
    case OP_KILL:
      return yield* userKill(cpu, l, a, SIGKILL)
    case OP_FORK:
      return yield* userFork(cpu, l, a)
    case OP_LWP_CREATE:
      return yield* userLwpCreate(cpu, l, a)
    case OP_WAIT:
      return yield* userWait(cpu, l, a)
    case OP_VSLOCK:
      return yield* userVslock(cpu, l, a, b)
    case OP_VSUNLOCK:
      return yield* userVsunlock(cpu, l)
    case OP_PHYSIO:
      return yield* userPhysio(cpu, l, a, b, c)
    case OP_SETCLASS:
      return yield* userSetclass(cpu, l, a, b, c)
    case OP_NICE:
      return yield* userNice(cpu, l, a, b)
    case OP_KERNACC:
      return yield* sysKmem(cpu, VM_MIN_KERNEL_ADDRESS + a * PAGE_SIZE, b * PAGE_SIZE)
    case OP_YIELD:
      yield* yieldCpu(cpu)
      return 0
    case OP_LOOP:
      return userLoop(cpu, l, a, b, c)
    case OP_JUMP:
      uareaStore(cpu, l, PCB_PC, a)
      return 0
    case OP_BRANCH:
      if (pcbRandom(cpu, l, 100) < a) uareaStore(cpu, l, PCB_PC, b)
      return 0
    default:
      return EINVAL
  }
}

/** The wait channel that operand `a` means: the address of a word that is there for this purpose alone. */
function channel(cpu: Cpu, l: LwpRef, a: number): number {
  const number = a === RANDOM ? pcbRandom(cpu, l, CHANNELS) : a % CHANNELS
  return (cpu.config.kern['channels'] as number) + number
}

/** Address in bytes of the user page that operand `a` means, of which `pages` follow, kept within what is mapped. */
function userPage(cpu: Cpu, l: LwpRef, a: number, pages: number): number {
  const { mem } = cpu
  const last = Math.max(mem.read(mem.read(l + L_PROC) + P_NPAGES) - pages, 0)
  const page = a === RANDOM ? pcbRandom(cpu, l, last + 1) : Math.min(a, last)
  return USER_BASE + page * PAGE_SIZE
}

/** Pages of the `wanted` that the process has; at least 1. */
function userPages(cpu: Cpu, l: LwpRef, wanted: number): number {
  const { mem } = cpu
  return Math.max(Math.min(wanted, mem.read(mem.read(l + L_PROC) + P_NPAGES)), 1)
}

function* userTouch(cpu: Cpu, l: LwpRef, a: number, write: number): Sleeps<number> {
  const { mem } = cpu
  const va = userPage(cpu, l, a, 1)
  const map = mem.read(mem.read(l + L_PROC) + P_VMSPACE) + VM_MAP
  if (write !== 0) return yield* userStore(cpu, map, va, l)
  return (yield* userLoad(cpu, map, va)) === null ? EFAULT : 0
}

function* userSleep(cpu: Cpu, l: LwpRef, a: number, ticks: number): Sleeps<number> {
  const error = yield* tsleep(cpu, channel(cpu, l, a), 'usleep', ticks, true)
  return error === EWOULDBLOCK ? 0 : error
}

function* userRegread(cpu: Cpu, l: LwpRef, a: number, b: number): Sleeps<number> {
  const target = yield* lwpTargetRef(cpu, l, a, b)
  if (target < 0) return -target
  // One's own registers need no reference, and there is none.
  return target === l ? 0 : yield* processGetregs(cpu, target)
}

function* userPtrace(cpu: Cpu, l: LwpRef, req: number, a: number): Sleeps<number> {
  yield* mutexEnter(cpu, PROC_LOCK)
  const t = req === PT_ATTACH ? procTarget(cpu, l, a) : tracedTarget(cpu, l, a, PSL_TRACED)
  if (t !== NULL) return yield* sysPtrace(cpu, l, req, t) // releases proc_lock
  mutexExit(cpu, PROC_LOCK)
  return ESRCH
}

function* userProcfs(cpu: Cpu, l: LwpRef, op: number, a: number): Sleeps<number> {
  yield* mutexEnter(cpu, PROC_LOCK)
  const p =
    op === PROCFS_CTL_ATTACH ? procTarget(cpu, l, a) : tracedTarget(cpu, l, a, PSL_TRACED | PSL_FSTRACE)
  if (p !== NULL) return yield* procfsCtl(cpu, l, op, p) // releases proc_lock
  mutexExit(cpu, PROC_LOCK)
  return ESRCH
}

function* userKill(cpu: Cpu, l: LwpRef, a: number, signo: number): Sleeps<number> {
  yield* mutexEnter(cpu, PROC_LOCK)
  const p = procTarget(cpu, l, a)
  let error = ESRCH
  if (p !== NULL) {
    yield* mutexEnter(cpu, p + P_LOCK)
    error = kpsignal2(cpu, p, signo)
    mutexExit(cpu, p + P_LOCK)
  }
  mutexExit(cpu, PROC_LOCK)
  return error
}

/** Address of the descriptor of program number `a`, or 0. */
export function programAddr(cpu: Cpu, a: number): number {
  const { kern } = cpu.config
  if (a < 0 || a >= (kern['nprograms'] as number)) return NULL
  return (kern['programs'] as number) + a * PROGRAM_WORDS
}

function* userFork(cpu: Cpu, l: LwpRef, a: number): Sleeps<number> {
  const program = programAddr(cpu, a)
  if (program === NULL) return EINVAL
  const child = yield* fork1(cpu, l, 0, ENTRY_USER, program)
  return child < 0 ? -child : 0
}

function* userLwpCreate(cpu: Cpu, l: LwpRef, a: number): Sleeps<number> {
  const program = programAddr(cpu, a)
  return program === NULL ? EINVAL : yield* sysLwpCreate(cpu, l, program)
}

function* userWait(cpu: Cpu, l: LwpRef, options: number): Sleeps<number> {
  const pid = yield* doSysWait(cpu, l, options)
  return pid < 0 ? -pid : 0
}

function* userVslock(cpu: Cpu, l: LwpRef, a: number, b: number): Sleeps<number> {
  const { mem } = cpu
  if (uareaLoad(cpu, l, PCB_VSLOCK_LEN) !== 0) return EBUSY
  const pages = userPages(cpu, l, b)
  const va = userPage(cpu, l, a, pages)
  const vs = mem.read(mem.read(l + L_PROC) + P_VMSPACE)
  const error = yield* uvmVslock(cpu, vs, va, pages * PAGE_SIZE, VM_PROT_READ | VM_PROT_WRITE)
  if (error !== 0) return error
  uareaStore(cpu, l, PCB_VSLOCK_START, va)
  uareaStore(cpu, l, PCB_VSLOCK_LEN, pages * PAGE_SIZE)
  return 0
}

function* userVsunlock(cpu: Cpu, l: LwpRef): Sleeps<number> {
  const { mem } = cpu
  const len = uareaLoad(cpu, l, PCB_VSLOCK_LEN)
  if (len === 0) return EINVAL
  const vs = mem.read(mem.read(l + L_PROC) + P_VMSPACE)
  uareaStore(cpu, l, PCB_VSLOCK_LEN, 0)
  yield* uvmVsunlock(cpu, vs, uareaLoad(cpu, l, PCB_VSLOCK_START), len)
  return 0
}

function* userPhysio(cpu: Cpu, l: LwpRef, a: number, b: number, ticks: number): Sleeps<number> {
  const pages = userPages(cpu, l, b)
  return yield* physio(cpu, l, userPage(cpu, l, a, pages), pages * PAGE_SIZE, ticks)
}

function* userSetclass(cpu: Cpu, l: LwpRef, a: number, b: number, packed: number): Sleeps<number> {
  yield* mutexEnter(cpu, PROC_LOCK)
  const p = procTarget(cpu, l, a)
  let error = ESRCH
  if (p !== NULL) {
    yield* mutexEnter(cpu, p + P_LOCK)
    const target = lwpTarget(cpu, l, p, b)
    if (target !== NULL) error = sysSchedSetparam(cpu, target, packed & 0xff, packed >>> 8)
    mutexExit(cpu, p + P_LOCK)
  }
  mutexExit(cpu, PROC_LOCK)
  return error
}

function* userNice(cpu: Cpu, l: LwpRef, a: number, nice: number): Sleeps<number> {
  yield* mutexEnter(cpu, PROC_LOCK)
  const p = procTarget(cpu, l, a)
  if (p !== NULL) yield* donice(cpu, p, nice)
  mutexExit(cpu, PROC_LOCK)
  return p === NULL ? ESRCH : 0
}

/** Counts register `c` up, and jumps to instruction `target` until it has come to `times`, 0: for ever. */
function userLoop(cpu: Cpu, l: LwpRef, times: number, target: number, c: number): number {
  if (c < 0 || c >= REGISTERS) return EINVAL
  if (times !== 0) {
    const count = uareaLoad(cpu, l, PCB_REGS + c) + 1
    uareaStore(cpu, l, PCB_REGS + c, count < times ? count : 0)
    if (count >= times) return 0
  }
  uareaStore(cpu, l, PCB_PC, target)
  return 0
}
