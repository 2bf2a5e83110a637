import { layout, panic } from '@holdfast/atomics-sync'
import { PAGE_SIZE, PAGE_WORDS, kvaFill, kvaLoad, kvaStore, kvaWireCount } from '@holdfast/mm'
import type { Cpu } from './cpu.js'
import { L_ADDR } from './lwp.js'
import type { LwpRef } from './lwp.js'
import { HELD_MAX, REGISTERS } from './program.js'
import { StackTouch } from './stack-touch.js'

/**
 * The u-area: the PCB at its base, and the kernel stack above it.
 *
 *     page 0       PCB (offsets below), unused, magic
 *     page 1 ..    unused, magic
 *     last page    unused, trap frame (2 words), magic
 *
 * The magic stands in the last word of each page, so that a look at the stack touches all of them. Everything
 * here goes through the kernel's page table, and through {@link uareaWord}'s test: a page of a u-area that is used while
 * it is not wired is a finding ({@link StackTouch}).
 *
 * Offsets are words from the base of the u-area, which is a virtual address: they are no addresses of the word space.
 */
export const {
  PCB_MAGIC,
  PCB_PC,
  PCB_PRNG,
  PCB_ERROR,
  PCB_SSTEP,
  PCB_FPSAVED,
  PCB_NSWITCH,
  PCB_NHELD,
  PCB_VSLOCK_START,
  PCB_VSLOCK_LEN,
  PCB_REGS,
  PCB_HELD,
  PCB_WORDS,
} = layout('pcb', {
  PCB_MAGIC: 'private', // PCB_MAGIC_WORD once the PCB is set up
  PCB_PC: 'private', // number of the next instruction
  PCB_PRNG: 'private', // state of the LWP's random numbers, never 0
  PCB_ERROR: 'private', // errno of the last operation
  PCB_SSTEP: { lock: 'private', unlocked: 'set by a tracer' }, // trap after each instruction
  PCB_FPSAVED: { lock: 'private', unlocked: 'set by swap-out' }, // times the FPU state was saved here
  PCB_NSWITCH: 'private', // times the LWP has left a CPU
  PCB_NHELD: 'private',
  PCB_VSLOCK_START: 'private', // user memory wired by OP_VSLOCK, bytes
  PCB_VSLOCK_LEN: 'private', // 0: none
  PCB_REGS: { lock: 'private', words: REGISTERS },
  PCB_HELD: { lock: 'private', words: HELD_MAX }, // LWPs held by OP_HOLD, oldest first
})

const PCB_MAGIC_WORD = 0x5043_4201
const KSTACK_MAGIC = 0x0ddc_0ffe

/** Distance of the trap frame from the end of the u-area, in words; the magic lies behind it. */
const FRAME_FROM_END = 3

/** Reads word `offset` of the u-area of `lwp`. Throws {@link StackTouch} if its page is not wired. */
export function uareaLoad(cpu: Cpu, lwp: LwpRef, offset: number): number {
  const va = uareaWord(cpu, lwp, offset)
  return kvaLoad(cpu, va)
}

/** Writes word `offset` of the u-area of `lwp`. Throws {@link StackTouch} if its page is not wired. */
export function uareaStore(cpu: Cpu, lwp: LwpRef, offset: number, value: number): void {
  const va = uareaWord(cpu, lwp, offset)
  kvaStore(cpu, va, value)
}

/** Address (bytes) of word `offset` of the u-area of `lwp`, whose page is wired, or throws {@link StackTouch}. */
function uareaWord(cpu: Cpu, lwp: LwpRef, offset: number): number {
  const { mem } = cpu
  const va = mem.read(lwp + L_ADDR) + offset * 4
  if (kvaWireCount(cpu, va) === 0) throw new StackTouch(lwp, va)
  return va
}

/** Readies the PCB of a new LWP: program counter 0, no holds, random numbers from `seed`. */
export function pcbInit(cpu: Cpu, lwp: LwpRef, seed: number): void {
  const va = uareaWord(cpu, lwp, 0)
  kvaFill(cpu, va, PCB_WORDS, 0)
  uareaStore(cpu, lwp, PCB_PRNG, seed === 0 ? 1 : seed)
  uareaStore(cpu, lwp, PCB_MAGIC, PCB_MAGIC_WORD)
}

/**
 * Saves the registers of `lwp`, which leaves the CPU: cpu_switchto's half for the old LWP. Writes its PCB and looks at
 * each page of its stack. Never sleeps; no lock needed, since the LWP itself is the caller.
 */
export function pcbSave(cpu: Cpu, lwp: LwpRef): void {
  uareaStore(cpu, lwp, PCB_NSWITCH, (uareaLoad(cpu, lwp, PCB_NSWITCH) + 1) | 0)
  kstackCheckMagic(cpu, lwp)
}

/** Loads the registers of `lwp`, which comes on the CPU: cpu_switchto's half for the new LWP. Panics on a wrong PCB. */
export function pcbLoad(cpu: Cpu, lwp: LwpRef): void {
  if (uareaLoad(cpu, lwp, PCB_MAGIC) !== PCB_MAGIC_WORD) panic(`cpu_switchto: bad pcb of lwp ${lwp}`)
  kstackCheckMagic(cpu, lwp)
}

/** kstack_setup_magic (kern_lwp.c): marks the stack of `lwp`, a new LWP. */
export function kstackSetupMagic(cpu: Cpu, lwp: LwpRef): void {
  const { upages } = cpu.config
  for (let page = 0; page < upages; page++)
    uareaStore(cpu, lwp, page * PAGE_WORDS + PAGE_WORDS - 1, KSTACK_MAGIC)
}

/** kstack_check_magic (kern_lwp.c): panics if the stack of `lwp` has overwritten its mark, or lost its contents. */
export function kstackCheckMagic(cpu: Cpu, lwp: LwpRef): void {
  const { upages } = cpu.config
  for (let page = 0; page < upages; page++) {
    const word = uareaLoad(cpu, lwp, page * PAGE_WORDS + PAGE_WORDS - 1)
    if (word !== KSTACK_MAGIC) panic(`kernel stack of lwp ${lwp}: magic of page ${page} is ${word}`)
  }
}

/** Pushes the trap frame of an LWP that enters the kernel: where it came from, and why. */
export function trapFramePush(cpu: Cpu, lwp: LwpRef, pc: number, op: number): void {
  const frame = (cpu.config.upages * PAGE_SIZE) / 4 - FRAME_FROM_END
  uareaStore(cpu, lwp, frame, pc)
  uareaStore(cpu, lwp, frame + 1, op)
}

/** Pops the trap frame of an LWP that leaves the kernel. Panics if the stack does not hold what was pushed. */
export function trapFramePop(cpu: Cpu, lwp: LwpRef, pc: number, op: number): void {
  const frame = (cpu.config.upages * PAGE_SIZE) / 4 - FRAME_FROM_END
  if (uareaLoad(cpu, lwp, frame) !== pc || uareaLoad(cpu, lwp, frame + 1) !== op) {
    panic(`kernel stack of lwp ${lwp}: the trap frame is not the one pushed`)
  }
}

/** The next random number of the running LWP `lwp`, 0 <= n < `below` (1 to 2^31). */
export function pcbRandom(cpu: Cpu, lwp: LwpRef, below: number): number {
  const state = xorshift32(uareaLoad(cpu, lwp, PCB_PRNG))
  uareaStore(cpu, lwp, PCB_PRNG, state)
  return (state >>> 0) % below
}

/** A seed for a child of the LWP `lwp`, drawn from its random numbers. Not 0. */
export function pcbChildSeed(cpu: Cpu, lwp: LwpRef): number {
  const state = xorshift32(uareaLoad(cpu, lwp, PCB_PRNG))
  uareaStore(cpu, lwp, PCB_PRNG, state)
  const mixed = Math.imul(state ^ (state >>> 15), 0x2c1b_3c6d) | 0
  return mixed === 0 ? 1 : mixed
}

function xorshift32(state: number): number {
  let x = state
  x ^= x << 13
  x ^= x >>> 17
  x ^= x << 5
  return x | 0
}
