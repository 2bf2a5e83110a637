import {
  ADD,
  AND,
  CAS,
  COPY,
  EXCHANGE,
  FENCE,
  FILL,
  LOAD,
  NOTIFY,
  OR,
  READ,
  SPIN_WHILE,
  SPIN_WHILE_BOTH,
  STORE,
  SUB,
  WAIT,
  WRITE,
} from '../op-kinds.js'

/** What a compiled function yields: nothing (at an operation), null (at a switch), or the generator it calls. */
export type Compiled<T> = Generator<Compiled<unknown> | null | undefined, T, unknown>

/** `stay`: each operation is performed at once; `suspend`: the coroutine yields at each. */
export type Manner = 'stay' | 'suspend'

/** A result that is of no use. */
const NOT_YET = -77_777_777

/** The words of one actor, as the engine gives them to compiled code, with a plain face for uncompiled code. */
export class DriverMem {
  readonly words: Int32Array
  /** Result of the last operation. */
  v: unknown = 0
  /** Numbers of the sites passed, in order. */
  readonly trace: number[] = []
  private readonly manner: Manner
  private readonly traced: boolean
  private isPending = false
  private kind = 0
  private a = 0
  private b = 0
  private c = 0
  private d = 0

  constructor(words: Int32Array, manner: Manner, traced = true) {
    this.words = words
    this.manner = manner
    this.traced = traced
  }

  $(kind: number, site: number, a: number, b: number, c: number, d: number): boolean {
    if (this.isPending) throw new Error('an operation is pending and was not performed')
    if (this.traced) this.trace.push(site)
    if (this.manner === 'stay') {
      this.v = perform(this.words, kind, a, b, c, d)
      return false
    }
    this.v = NOT_YET
    this.isPending = true
    this.kind = kind
    this.a = a
    this.b = b
    this.c = c
    this.d = d
    return true
  }

  /** Performs the operation at which the coroutine has suspended. */
  perform(): void {
    if (!this.isPending) throw new Error('suspended, and no operation is pending')
    this.isPending = false
    this.v = perform(this.words, this.kind, this.a, this.b, this.c, this.d)
  }
}

/** Performs one operation. A wait that could end only by another actor throws. */
export function perform(
  words: Int32Array,
  kind: number,
  a: number,
  b: number,
  c: number,
  d: number,
): unknown {
  const old = words[a] as number
  switch (kind) {
    case READ:
    case LOAD:
      return old
    case WRITE:
    case STORE:
      words[a] = b
      return undefined
    case ADD:
      words[a] = old + b
      return old
    case SUB:
      words[a] = old - b
      return old
    case OR:
      words[a] = old | b
      return old
    case AND:
      words[a] = old & b
      return old
    case EXCHANGE:
      words[a] = b
      return old
    case CAS:
      if (old === b) words[a] = c
      return old
    case FENCE:
      return undefined
    case SPIN_WHILE:
      if (old === b) throw new Error(`word ${a} stays ${b}`)
      return undefined
    case SPIN_WHILE_BOTH:
      if (old === b && words[c] === d) throw new Error(`words ${a} and ${c} stay ${b} and ${d}`)
      return undefined
    case WAIT:
      return old === b ? 'timed-out' : 'not-equal'
    case NOTIFY:
      return 0
    case FILL:
      words.fill(c, a, a + b)
      return undefined
    case COPY:
      words.copyWithin(a, b, b + c)
      return undefined
    default:
      throw new Error(`no operation has the number ${kind}`)
  }
}

/** A coroutine of compiled code, with the stack of generators that calls make under the trampoline. */
class Coroutine {
  private readonly mem: DriverMem
  private readonly stack: Compiled<unknown>[] = []
  private top: Compiled<unknown>
  result: unknown

  constructor(mem: DriverMem, body: Compiled<unknown>) {
    this.mem = mem
    this.top = body
  }

  /** Runs until the coroutine ends (true) or switches (false). */
  resume(): boolean {
    let sent: unknown
    let thrown = false
    for (;;) {
      let step: IteratorResult<Compiled<unknown> | null | undefined, unknown>
      try {
        step = thrown ? this.top.throw(sent) : this.top.next(sent)
      } catch (error) {
        const caller = this.stack.pop()
        if (caller === undefined) throw error
        this.top = caller
        sent = error
        thrown = true
        continue
      }
      thrown = false
      sent = undefined
      if (step.done === true) {
        const caller = this.stack.pop()
        if (caller === undefined) {
          this.result = step.value
          return true
        }
        this.top = caller
        sent = step.value
      } else if (step.value === null) return false
      else if (step.value === undefined) this.mem.perform()
      else {
        this.stack.push(this.top)
        this.top = step.value
      }
    }
  }
}

/** Runs compiled code to its end, whatever it switches, and returns what it returns. */
export function runCompiled<T>(mem: DriverMem, body: Compiled<T>): T {
  const coroutine = new Coroutine(mem, body)
  while (!coroutine.resume());
  return coroutine.result as T
}
