import type { LwpState, MachineEvent } from '@holdfast/cpu'
import { eventKinds, L_LID, L_PROC, P_PID } from '@holdfast/kernel'
import type { Mem } from '@holdfast/atomics-sync'
import type { AddressNames } from './address-names.js'

/** l_stat in words, by LS* number. */
const STATE_NAMES: readonly string[] = [
  '',
  'LSIDL',
  'LSRUN',
  'LSSLEEP',
  'LSSTOP',
  'LSZOMB',
  '',
  'LSONPROC',
  'LSSUSPENDED',
]

/** Puts what CPUs and LWPs did into words. Numbers that name something are named as they stand at the end. */
/** Flags in the low bits of a mutex that are not its owner's. */
const OWNER_FLAGS = 3

/** Words, events and LWPs of one machine as a report prints them. */
export class EventTexts {
  private readonly mem: Mem
  private readonly names: AddressNames

  constructor(mem: Mem, names: AddressNames) {
    this.mem = mem
    this.names = names
  }

  /** `tick 512  switch  old lwp 3.1, new lwp 7.2`. */
  event({ tick, kind, a, b }: MachineEvent): string {
    const known = eventKinds[kind] ?? { name: `event ${kind}`, a: 'a', b: 'b' }
    const operands = [this.operand(known.a, a), this.operand(known.b, b)].filter((text) => text !== '')
    return `tick ${String(tick).padStart(6)}  ${known.name.padEnd(9)}  ${operands.join(', ')}`.trimEnd()
  }

  /** `lwp[12].l_swaplock`. */
  wordName(addr: number): string {
    return this.names.name(addr)
  }

  /** `3.1  sleep   out of memory  wchan sleepq[4]`. */
  lwp({ pid, lid, stat, inMemory, wchan, kcpu }: LwpState): string {
    const where = inMemory ? 'in memory' : 'swapped out'
    const waits = wchan === 0 ? '' : `  waits on ${this.names.name(wchan)}`
    const bound = kcpu === 0 ? '' : `  in the kernel of CPU ${kcpu - 1}`
    return `${`${pid}.${lid}`.padEnd(8)} ${(STATE_NAMES[stat] ?? `state ${stat}`).padEnd(11)} ${where.padEnd(11)}${waits}${bound}`.trimEnd()
  }

  private operand(what: string, value: number): string {
    if (what === '') return ''
    if (/\blwp$/.test(what)) return `${what} ${this.lwpName(value)}`
    if (what === 'address' || what === 'IPI bits') return `${what} 0x${(value >>> 0).toString(16)}`
    if (/lock|channel|owner|cpu_info/.test(what)) return `${what} ${this.names.name(value)}`
    return `${what} ${value}`
  }

  /** What a word holds, if that is an owner (`lwp 0.1`) or the address of a lock (`cpu_info[1].spc_mutex`); else ''. */
  meaning(name: string, value: number): string {
    if (!/lock|mutex|wchan|l_cpu/.test(name) || value === 0) return ''
    const pointed = value & ~OWNER_FLAGS
    if (/^lwp\[\d+\]$/.test(this.names.name(pointed))) return `lwp ${this.lwpName(pointed)}`
    return /mutex|wchan|l_cpu/.test(name) ? this.names.name(value) : ''
  }

  /** `pid.lid`, or the word when it is no LWP. */
  lwpName(lwp: number): string {
    const { mem } = this
    if (!/^lwp\[\d+\]$/.test(this.names.name(lwp))) return this.names.name(lwp)
    const proc = mem.load(lwp + L_PROC)
    const pid = proc === 0 ? '?' : mem.load(proc + P_PID)
    return `${pid}.${mem.load(lwp + L_LID)}`
  }
}
