import { OP_BRANCH, OP_END, OP_JUMP, OP_LOOP, REGISTERS } from '@holdfast/kernel'

/**
 * Writes instructions of four words. Control flow is structured: what jumps, jumps to an instruction of the
 * same program.
 */
export class Assembler {
  private readonly code: [number, number, number, number][] = []
  private registers = 0

  emit(op: number, a = 0, b = 0, c = 0): void {
    this.code.push([op, a, b, c])
  }

  /** The body again and again: `count` times, or for ever. */
  loop(count: number | 'forever', body: () => void): void {
    const start = this.code.length
    if (count === 'forever') {
      body()
      this.emit(OP_JUMP, start)
      return
    }
    if (this.registers === REGISTERS)
      throw new RangeError(`more than ${REGISTERS} counted loops inside one another`)
    const register = this.registers++
    body()
    this.registers--
    this.emit(OP_LOOP, count, start, register)
  }

  /**
   * One of the alternatives at random, each as often as its weight says, as near as whole per cents allow:
   *
   *     branch p%, right     p: share of the right half
   *     <left>
   *     jump end
   *     right: <right>
   *     end:
   */
  choose(weights: readonly number[], body: (index: number) => void, first = 0): void {
    if (weights.length === 1) {
      body(first)
      return
    }
    const middle = weights.length >> 1
    const left = weights.slice(0, middle)
    const right = weights.slice(middle)
    const branch = this.code.length
    this.emit(OP_BRANCH, share(right, weights))
    this.choose(left, body, first)
    const jump = this.code.length
    this.emit(OP_JUMP)
    this.patch(branch, 2, this.code.length)
    this.choose(right, body, first + middle)
    this.patch(jump, 1, this.code.length)
  }

  /** Ends the program: there is always an instruction to jump to. */
  end(): void {
    this.emit(OP_END)
  }

  /** The program so far. */
  words(): number[] {
    return this.code.flat()
  }

  private patch(instruction: number, word: 1 | 2, value: number): void {
    const target = this.code[instruction]
    if (target !== undefined) target[word] = value
  }
}

/** Per cent, never 0 nor 100: an alternative with a weight is taken now and then. */
function share(part: readonly number[], all: readonly number[]): number {
  const sum = (weights: readonly number[]): number => weights.reduce((total, weight) => total + weight, 0)
  return Math.min(99, Math.max(1, Math.round((100 * sum(part)) / sum(all))))
}
