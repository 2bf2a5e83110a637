import {
  CHANNELS,
  OP_COMPUTE,
  OP_CONT,
  OP_EXIT,
  OP_FORK,
  OP_HOLD,
  OP_KERNACC,
  OP_KILL,
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
  packSched,
  RANDOM,
  SELF,
} from '@holdfast/kernel'
import type { LwpTarget, Operation, Program } from '../scenario/types.js'
import type { Assembler } from './assembler.js'
import { CLASS_NUMBER, KERNEL_NZERO, priorityNumber } from './numbers.js'

/** What a program's names and times stand for. */
export interface Names {
  /** Ticks in a simulated second. */
  readonly hz: number
  readonly channels: readonly string[]
  /** Numbers of the processes of each name. */
  readonly processes: ReadonlyMap<string, readonly number[]>
  /** Number of the program of each name. */
  readonly programs: ReadonlyMap<string, number>
  /** Sets programs apart whose LWPs are not to share the channels of nameless sleeps. */
  readonly variant: number
}

const PTRACE = {
  attach: OP_PT_ATTACH,
  continue: OP_PT_CONTINUE,
  step: OP_PT_STEP,
  detach: OP_PT_DETACH,
} as const
const PROCFS = {
  attach: OP_PROCFS_ATTACH,
  run: OP_PROCFS_RUN,
  step: OP_PROCFS_STEP,
  detach: OP_PROCFS_DETACH,
} as const

/** Compiles a checked program: every name it uses is known. */
export function compileProgram(out: Assembler, program: Program, names: Names): void {
  for (const operation of program) compileOperation(out, operation, names)
}

function compileOperation(out: Assembler, operation: Operation, names: Names): void {
  switch (operation.op) {
    case 'compute':
      return out.emit(OP_COMPUTE, operation.units)
    case 'touch':
      return out.emit(OP_TOUCH, orRandom(operation.page), operation.write === false ? 0 : 1)
    case 'sleep':
      return onChannel(out, operation.channel, names, (chan) =>
        out.emit(OP_SLEEP, chan, sleepTicks(operation, names)),
      )
    case 'wakeup':
      return onChannel(out, operation.channel, names, (chan) => out.emit(OP_WAKEUP, chan))
    case 'hold':
      return onLwp(out, operation, names, (process, lwp) => out.emit(OP_HOLD, process, lwp))
    case 'rele':
      return compileRele(out, operation, names)
    case 'regread':
      return onLwp(out, operation, names, (process, lwp) => out.emit(OP_REGREAD, process, lwp))
    case 'ptrace':
      return onTraced(out, PTRACE[operation.request], operation, names)
    case 'procfs':
      return onTraced(out, PROCFS[operation.request], operation, names)
    case 'stop':
      return onProcess(out, operation.process, names, (process) => out.emit(OP_STOP, process))
    case 'cont':
      return onProcess(out, operation.process, names, (process) => out.emit(OP_CONT, process))
    case 'kill':
      return onProcess(out, operation.process, names, (process) => out.emit(OP_KILL, process))
    case 'fork':
      return out.emit(OP_FORK, known(names.programs, operation.program))
    case 'lwpCreate':
      return out.emit(OP_LWP_CREATE, known(names.programs, operation.program))
    case 'exit':
      return out.emit(OP_EXIT, operation.code ?? 0)
    case 'lwpExit':
      return out.emit(OP_LWP_EXIT)
    case 'wait':
      return out.emit(OP_WAIT, operation.nohang === true ? 1 : 0)
    case 'vslock':
      return out.emit(OP_VSLOCK, operation.page ?? 0, operation.pages)
    case 'vsunlock':
      return out.emit(OP_VSUNLOCK)
    case 'physio':
      return out.emit(OP_PHYSIO, operation.page ?? 0, operation.pages, operation.ticks ?? 1)
    case 'setclass': {
      const { class: name, priority } = operation
      const packed = packSched(CLASS_NUMBER[name], priorityNumber(name, priority))
      return onLwp(out, operation, names, (process, lwp) => out.emit(OP_SETCLASS, process, lwp, packed))
    }
    case 'nice': {
      const nice = operation.value + KERNEL_NZERO
      return onProcess(out, operation.process ?? 'self', names, (process) => out.emit(OP_NICE, process, nice))
    }
    case 'kernacc':
      return out.emit(OP_KERNACC, operation.page ?? 0, operation.pages)
    case 'yield':
      return out.emit(OP_YIELD)
    case 'loop':
      return out.loop(operation.count, () => compileProgram(out, operation.body, names))
    case 'choice': {
      const { of } = operation
      const weights = of.map(({ weight = 1 }) => weight)
      return out.choose(weights, (index) => compileProgram(out, of[index]?.body ?? [], names))
    }
  }
}

/** Releases the hold named exactly, or else the caller's latest. */
function compileRele(out: Assembler, operation: Extract<Operation, { op: 'rele' }>, names: Names): void {
  const { process = 'any', lwp = 'any' } = operation
  const numbers = names.processes.get(process) ?? []
  if (numbers.length === 1 && typeof lwp === 'number') return out.emit(OP_RELE, numbers[0], lwp)
  if (process === 'self') return out.emit(OP_RELE, SELF, lwpNumber(lwp))
  out.emit(OP_RELE, RANDOM)
}

/** Attaches to a process at random; whatever follows is for one that the caller traces. */
function onTraced(
  out: Assembler,
  op: number,
  target: Extract<Operation, { op: 'ptrace' | 'procfs' }>,
  names: Names,
): void {
  if (target.request === 'attach')
    return onProcess(out, target.process, names, (process) => out.emit(op, process))
  const numbers = names.processes.get(target.process) ?? []
  if (target.process === 'self') return out.emit(op, SELF)
  out.emit(op, numbers.length === 1 ? numbers[0] : RANDOM)
}

function onLwp(
  out: Assembler,
  target: { readonly process: string; readonly lwp?: LwpTarget },
  names: Names,
  emit: (process: number, lwp: number) => void,
): void {
  onProcess(out, target.process, names, (process) => emit(process, lwpNumber(target.lwp)))
}

/** Several processes of one name: one of them at random, each as likely. */
function onProcess(out: Assembler, target: string, names: Names, emit: (process: number) => void): void {
  if (target === 'any') return emit(RANDOM)
  if (target === 'self') return emit(SELF)
  const numbers = known(names.processes, target)
  out.choose(
    numbers.map(() => 1),
    (index) => emit(numbers[index] as number),
  )
}

/** A nameless sleep takes a channel that no name has, so that no wakeup meets it. */
function onChannel(
  out: Assembler,
  channel: string | undefined,
  { channels, variant }: Names,
  emit: (chan: number) => void,
): void {
  if (channel === undefined) return emit(channels.length + (variant % (CHANNELS - channels.length)))
  if (channel !== 'any') return emit(channels.indexOf(channel))
  out.choose(
    channels.map(() => 1),
    emit,
  )
}

/** A sleep that lasts is at least a tick long: 0 would be until woken. */
function sleepTicks({ seconds, ticks }: { seconds?: number; ticks?: number }, { hz }: Names): number {
  if (seconds !== undefined) return Math.max(1, Math.round(seconds * hz))
  return ticks ?? 0
}

function lwpNumber(lwp: LwpTarget = 'any'): number {
  if (lwp === 'any') return RANDOM
  return lwp === 'self' ? SELF : lwp
}

function orRandom(page: number | 'any' = 'any'): number {
  return page === 'any' ? RANDOM : page
}

function known<T>(names: ReadonlyMap<string, T>, name: string): T {
  const found = names.get(name)
  if (found === undefined) throw new Error(`'${name}' was not checked: nothing has that name`)
  return found
}
