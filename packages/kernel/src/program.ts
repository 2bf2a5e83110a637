/**
 * User programs: what an LWP does, as data.
 *
 * A program is a list of instructions of four words, `[op, a, b, c]`. Its program counter counts instructions
 * from 0 and lives, with its registers, in the PCB inside the LWP's u-area. Operands that name something:
 *
 *   process   index into `Workload.processes`, or RANDOM, or SELF
 *   lwp       number of the LWP in its process from 0, in order of creation (l_lid - 1), or RANDOM, or SELF
 *   page      page of the process's user memory from 0, or RANDOM
 *   chan      sleep channel, 0 <= chan < CHANNELS, or RANDOM
 *   program   index into `Workload.programs`
 *   target    instruction number in the same program
 *
 * RANDOM draws from the LWP's own generator, whose state is a word of its PCB: the choice depends on the seed and
 * on the LWP's history alone. An operation that fails (its target is gone, a table is full) counts its error, and
 * the program goes on.
 */

/** A program's descriptor in memory: address of its text, and its length in instructions. `l_program` points to it. */
export const PROGRAM_TEXT = 0
export const PROGRAM_LENGTH = 1
export const PROGRAM_WORDS = 4

/** Operand: draw one at random. A random process is any user process alive, forked ones included. */
export const RANDOM = -1
/** Operand: the caller's own process, or the caller itself. */
export const SELF = -2

/** Start of a process's user memory, in bytes. */
export const USER_BASE = 0x0010_0000

/** Words of an instruction. */
export const INSTRUCTION_WORDS = 4
/** Sleep channels that programs share. */
export const CHANNELS = 64
/** Registers of a program: the counters of OP_LOOP. */
export const REGISTERS = 8
/** Holds on other LWPs that one LWP may have at a time. */
export const HELD_MAX = 8

/** Ends the LWP, and with it the process if it is the last one. Running off the end does the same. */
export const OP_END = 0
/** a: units of computation in user mode, touching nothing shared. */
export const OP_COMPUTE = 1
/** a: page, b: 1 to write, 0 to read. Faults as a user access does. */
export const OP_TOUCH = 2
/** a: chan, b: ticks until it ends by itself, 0: only a wakeup ends it. Interruptible. */
export const OP_SLEEP = 3
/** a: chan. Wakes all who sleep on it. */
export const OP_WAKEUP = 4
/** a: process, b: lwp. uvm_lwp_hold, kept until RELE or the caller's exit. EBUSY: HELD_MAX holds already. */
export const OP_HOLD = 5
/** a: process, b: lwp; RANDOM in a: the latest hold. uvm_lwp_rele. ESRCH: no such hold. */
export const OP_RELE = 6
/** a: process, b: lwp. PT_GETREGS: process_doregs, with a hold around it. */
export const OP_REGREAD = 7
/** a: process. Becomes its tracer and parent, and stops it. */
export const OP_PT_ATTACH = 8
/** a: process that the caller traces, and whose stop it has waited for; RANDOM: any such. */
export const OP_PT_CONTINUE = 9
/** As PT_CONTINUE, but the process stops again when its first LWP has executed one instruction. */
export const OP_PT_STEP = 10
/** As PT_CONTINUE, and the process goes back to its own parent. */
export const OP_PT_DETACH = 11
/** procfs "attach", "run", "step", "detach": as the four above, through procfs_control. */
export const OP_PROCFS_ATTACH = 12
export const OP_PROCFS_RUN = 13
export const OP_PROCFS_STEP = 14
export const OP_PROCFS_DETACH = 15
/** a: process. SIGSTOP. */
export const OP_STOP = 16
/** a: process. SIGCONT. */
export const OP_CONT = 17
/** a: process. SIGKILL. */
export const OP_KILL = 18
/** a: program of the child's LWP. The child copies the address space, runs the program and exits. */
export const OP_FORK = 19
/** a: program of the new LWP of the same process. */
export const OP_LWP_CREATE = 20
/** a: exit code of the process. */
export const OP_EXIT = 21
/** Ends the LWP, as OP_END. */
export const OP_LWP_EXIT = 22
/** a: 0 sleeps until a child has exited or stopped, 1 only looks (WNOHANG). ECHILD: there is none. */
export const OP_WAIT = 23
/** a: first page, b: pages. uvm_vslock, one at a time an LWP; undone by VSUNLOCK or the caller's exit. */
export const OP_VSLOCK = 24
export const OP_VSUNLOCK = 25
/** a: first page, b: pages, c: ticks the transfer takes. physio: hold itself, vslock, sleep, vsunlock. */
export const OP_PHYSIO = 26
/** a: process, b: lwp, c: packSched(class, priority). */
export const OP_SETCLASS = 27
/** a: process, b: nice, 0 to 39 (NZERO 20 is the middle). */
export const OP_NICE = 28
/** a: page of the kernel map from 0, b: pages. Reading /dev/kmem: uvm_kernacc. EFAULT: not accessible. */
export const OP_KERNACC = 29
/** sched_yield. */
export const OP_YIELD = 30
/** a: times, b: target, c: register. Counts the register up, and jumps until it has come to a; a = 0: for ever. */
export const OP_LOOP = 31
/** a: target. */
export const OP_JUMP = 32
/** a: per cent, b: target. Jumps with that probability. */
export const OP_BRANCH = 33
/** Number of opcodes. */
export const OP_COUNT = 34

/** Operand c of OP_SETCLASS: `l_class`, and `l_priority` (0-63 for SCHED_OTHER, 128-191 for the others). */
export function packSched(schedClass: number, priority: number): number {
  return schedClass | (priority << 8)
}

/** An LWP that a process begins with. */
export interface WorkloadLwp {
  /** SCHED_OTHER 0, SCHED_FIFO 1, SCHED_RR 2. */
  readonly class: number
  /** l_priority: 0-63 for SCHED_OTHER, 128-191 for the real-time classes. */
  readonly priority: number
  /** Index into `Workload.programs`. */
  readonly program: number
}

/** A process that the machine begins with. */
export interface WorkloadProcess {
  /** p_nice, 0 to 39; 20 is normal. */
  readonly nice: number
  /** Pages of user memory mapped, from 1. */
  readonly pages: number
  /** Its first LWPs, at least one. */
  readonly lwps: readonly WorkloadLwp[]
}

/** A compiled scenario. Plain data. */
export interface Workload {
  /** Seed of all random choices. */
  readonly seed: number
  /** Encoded programs, each a whole number of instructions. */
  readonly programs: readonly (readonly number[])[]
  readonly processes: readonly WorkloadProcess[]
}

/** Words that the programs of a workload take in memory. */
export function programWords(workload: Workload): number {
  let words = 0
  for (const program of workload.programs) words += program.length
  return words
}
