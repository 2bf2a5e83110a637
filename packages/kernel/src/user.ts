import { mutexEnter, mutexExit, panic } from '@holdfast/atomics-sync'
import type { Sleeps } from '@holdfast/atomics-sync'
import { CI_WANT_RESCHED } from './cpu.js'
import type { Cpu } from './cpu.js'
import { heldReleaseAll } from './held.js'
import { lwpExit, sysExit } from './kern-exit.js'
import { lwpStartup } from './kern-lwp.js'
import { issignal, trapsignal } from './kern-sig.js'
import { preempt } from './kern-synch.js'
import { L_FLAG, L_PROC, L_PROGRAM } from './lwp.js'
import type { LwpRef } from './lwp.js'
import { OPC_BY_ERRNO, OPC_EOTHER } from './op-counters.js'
import { LW_PENDSIG, LW_USERRET, LW_WCORE, LW_WEXIT, SIGKILL } from './param.js'
import { PCB_ERROR, PCB_PC, PCB_SSTEP, trapFramePop, trapFramePush, uareaLoad, uareaStore } from './pcb.js'
import { P_LOCK } from './proc.js'
import { INSTRUCTION_WORDS, OP_END, PROGRAM_LENGTH, PROGRAM_TEXT } from './program.js'
import { schedUserret } from './sched-4bsd.js'
import { syscall } from './syscalls.js'
import { threadEntry } from './thread-entries.js'

/**
 * User mode, and the way in and out of it.
 *
 *     userret --> fetch at PCB_PC --> trap frame onto the stack --> operation --> trap frame off --> count --.
 *        ^                                                                                                   |
 *        '---------------------------------------------------------------------------------------------------'
 *
 * Between two instructions the state of the LWP is wholly in its PCB: there it stops, exits, or loses its CPU, and with
 * it this coroutine, to go on in another one on any CPU. An LWP that is single-stepped traps behind each instruction.
 */

/**
 * A coroutine for the LWP `l`, which has none on this CPU: one that has never run, or one in user mode. Its first act
 * ends the switch that brought it here. A kernel thread runs its entry function.
 */
export function* lwpCoroutine(cpu: Cpu, l: LwpRef): Sleeps<void> {
  const { mem } = cpu
  lwpStartup(cpu)
  if (mem.read(l + L_PROGRAM) === 0) yield* threadEntry(cpu, l)
  else yield* userMode(cpu, l)
  panic(`lwp ${l} returned from its last function`)
}

/** Runs the user program of `l`, the current LWP. Never returns: an LWP leaves by exit, or its coroutine is dropped. */
function* userMode(cpu: Cpu, l: LwpRef): Sleeps<never> {
  for (;;) {
    yield* userret(cpu, l)
    const stepped = uareaLoad(cpu, l, PCB_SSTEP) !== 0
    yield* instruction(cpu, l)
    // The trace flag counts as it was when the LWP went to user mode, unless its tracer has cleared it meanwhile: one
    // that is told to step in the middle of an operation finishes it, and traps after the next.
    if (stepped && uareaLoad(cpu, l, PCB_SSTEP) !== 0) yield* trapsignal(cpu, l)
  }
}

/** Fetches, executes and counts one instruction of `l`. Its failures are counted by errno; the program goes on. */
function* instruction(cpu: Cpu, l: LwpRef): Sleeps<void> {
  const { mem } = cpu
  const program = mem.read(l + L_PROGRAM)
  const pc = uareaLoad(cpu, l, PCB_PC)
  let op = OP_END
  let a = 0
  let b = 0
  let c = 0
  if (pc >= 0 && pc < mem.read(program + PROGRAM_LENGTH)) {
    const at = mem.read(program + PROGRAM_TEXT) + pc * INSTRUCTION_WORDS
    op = mem.read(at)
    a = mem.read(at + 1)
    b = mem.read(at + 2)
    c = mem.read(at + 3)
  }
  uareaStore(cpu, l, PCB_PC, pc + 1)

  trapFramePush(cpu, l, pc, op)
  const error = yield* syscall(cpu, l, op, a, b, c)
  trapFramePop(cpu, l, pc, op)

  uareaStore(cpu, l, PCB_ERROR, error)
  if (error === 0) cpu.events.count(op, 1)
  else cpu.events.count(OPC_BY_ERRNO.get(error) ?? OPC_EOTHER, 1)
}

/**
 * userret (sys/userret.h): what the LWP `l` has to do before it goes (back) to user mode: stop, exit, give up the CPU.
 * No lock held. May sleep; does not return if the process exits, or if the LWP goes on in another coroutine.
 */
export function* userret(cpu: Cpu, l: LwpRef): Sleeps<void> {
  const { mem } = cpu
  cpu.interrupts.poll(cpu)
  for (;;) {
    while ((mem.read(l + L_FLAG) & LW_USERRET) !== 0) yield* lwpUserret(cpu, l)
    if (mem.read(cpu.ci + CI_WANT_RESCHED) === 0) break
    yield* preempt(cpu)
  }
  schedUserret(cpu)
}

/** lwp_userret (kern_lwp.c): pending signals, then the exit of the LWP. No lock held. */
function* lwpUserret(cpu: Cpu, l: LwpRef): Sleeps<void> {
  const { mem } = cpu
  const p = mem.read(l + L_PROC)

  if ((mem.read(l + L_FLAG) & (LW_PENDSIG | LW_WCORE | LW_WEXIT)) === LW_PENDSIG) {
    yield* mutexEnter(cpu, p + P_LOCK)
    const signo = yield* issignal(cpu, l)
    mutexExit(cpu, p + P_LOCK)
    // postsig, sigexit: dies, as nothing catches a signal here.
    if (signo === SIGKILL) {
      yield* heldReleaseAll(cpu, l)
      yield* sysExit(cpu, l, signo)
    }
  }

  if ((mem.read(l + L_FLAG) & LW_WEXIT) !== 0) {
    yield* heldReleaseAll(cpu, l)
    yield* lwpExit(cpu, l)
  }
}
