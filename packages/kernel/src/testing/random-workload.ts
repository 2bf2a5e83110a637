import * as prog from '../program.js'
import type { Workload } from '../program.js'
import { SCHED_FIFO, SCHED_OTHER } from '../param.js'

/** Deterministic numbers for building workloads. */
function numbers(seed: number): (below: number) => number {
  let state = seed === 0 ? 1 : seed | 0
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
}

export interface RandomWorkload {
  readonly seed: number
  readonly processes: number
  readonly lwps: number
  readonly pages: number
  /** Operations of each LWP. */
  readonly length: number
  /** Longest sleep in ticks. Default 30. */
  readonly maxSleep?: number
  /** Opcodes to choose from. */
  readonly ops: readonly number[]
}

/**
 * A workload of random operations on random targets. Programs fork only those after them, so all come to an end. One more
 * process, the last, sets stopped ones going for ever, and is itself never stopped nor killed.
 */
export function randomWorkload(options: RandomWorkload): Workload {
  const random = numbers(options.seed)
  const nprograms = 6
  const programs: number[][] = []
  for (let n = 0; n < nprograms; n++) {
    const program: number[] = []
    for (let at = 0; at < options.length; at++) program.push(...instruction(random, options, nprograms, n))
    program.push(prog.OP_END, 0, 0, 0)
    programs.push(program)
  }
  programs.push([
    prog.OP_SLEEP,
    0,
    5,
    0,
    prog.OP_CONT,
    prog.RANDOM,
    0,
    0,
    prog.OP_WAIT,
    1,
    0,
    0,
    prog.OP_JUMP,
    0,
    0,
    0,
  ])
  const helper = { nice: 20, pages: 1, lwps: [{ class: SCHED_OTHER, priority: 40, program: nprograms }] }
  const processes = Array.from({ length: options.processes }, () => ({
    nice: 10 + random(20),
    pages: options.pages,
    lwps: Array.from({ length: options.lwps }, () => ({
      class: SCHED_OTHER,
      priority: 20 + random(20),
      program: random(nprograms),
    })),
  }))
  return { seed: options.seed, programs, processes: [...processes, helper] }
}

function instruction(
  random: (below: number) => number,
  options: RandomWorkload,
  nprograms: number,
  self: number,
): number[] {
  const op = options.ops[random(options.ops.length)] as number
  switch (op) {
    case prog.OP_COMPUTE:
      return [op, 1 + random(50), 0, 0]
    case prog.OP_TOUCH:
      return [op, prog.RANDOM, random(2), 0]
    case prog.OP_SLEEP:
      return [op, prog.RANDOM, 1 + random(options.maxSleep ?? 30), 0]
    case prog.OP_WAKEUP:
      return [op, prog.RANDOM, 0, 0]
    case prog.OP_FORK:
    case prog.OP_LWP_CREATE:
      // Only upwards, so that it comes to an end.
      return self + 1 < nprograms
        ? [op, self + 1 + random(nprograms - self - 1), 0, 0]
        : [prog.OP_YIELD, 0, 0, 0]
    case prog.OP_WAIT:
      return [op, 1, 0, 0]
    case prog.OP_VSLOCK:
      return [op, prog.RANDOM, 1 + random(3), 0]
    case prog.OP_PHYSIO:
      return [op, prog.RANDOM, 1 + random(3), 1 + random(5)]
    case prog.OP_SETCLASS: {
      const real = random(4) === 0
      const packed = real
        ? prog.packSched(SCHED_FIFO, 128 + random(8))
        : prog.packSched(SCHED_OTHER, random(64))
      return [op, prog.RANDOM, prog.RANDOM, packed]
    }
    case prog.OP_NICE:
      return [op, prog.RANDOM, random(40), 0]
    case prog.OP_KERNACC:
      return [op, random(64), 1 + random(4), 0]
    case prog.OP_EXIT:
      return [op, random(256), 0, 0]
    case prog.OP_BRANCH:
      return [op, 30, random(options.length), 0]
    case prog.OP_STOP:
    case prog.OP_KILL:
    case prog.OP_PT_ATTACH:
    case prog.OP_PROCFS_ATTACH:
      return [op, random(options.processes), 0, 0]
    default:
      return [op, prog.RANDOM, prog.RANDOM, 0]
  }
}
