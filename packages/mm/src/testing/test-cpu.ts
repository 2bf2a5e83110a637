import { Mem, operations } from '@holdfast/atomics-sync'
import type { Actor, Addr, InterruptOps, SleepOps, Sleeps, TurnstileOps } from '@holdfast/atomics-sync'
import { diskIntr } from '../disk.js'
import type { MmConfig, VmCpu, VmOps } from '../vm-cpu.js'

/**
 * A machine for tests of the memory system: one CPU on one host thread, no kernel. Any number of threads run
 * on it as coroutines, one at a time; each runs until it sleeps. When all sleep, simulated time advances to
 * the next disk completion or timeout; when there is none, whoever waits for a thread learns that it sleeps
 * for ever.
 */
export class TestCpu implements VmCpu {
  readonly mem: Mem
  readonly id = 0
  readonly config: MmConfig
  readonly lockstat = null
  readonly turnstile: TurnstileOps = testTurnstile
  readonly sleepq: SleepOps = testSleepq
  readonly interrupts: InterruptOps = testInterrupts
  readonly vmops: VmOps = testVmops
  self: number
  spinDepth = 0
  preemptWanted = false
  mmuBusy = false

  /** Simulated clock ticks. */
  ticks = 0
  /** Ticks at which the disk will interrupt. */
  diskDue: number[] = []
  inInterrupt = false
  /** What the pagedaemon calls as uvm_swapout_threads; undefined: nothing. */
  swapout: (() => Sleeps<void>) | undefined
  /** How often it did. */
  swapoutCalls = 0
  /** Channels woken, in order: the address and how many slept there. */
  readonly wakeups: { wchan: Addr; woken: number }[] = []

  readonly threads: TestThread[] = []
  current: TestThread

  constructor(buffer: SharedArrayBuffer, config: MmConfig) {
    this.mem = new Mem(buffer, { spinDeadlineMs: 2_000 })
    this.config = config
    this.current = new TestThread('boot', 4, false, null)
    this.self = this.current.self
  }

  /** Adds a thread, which first runs in the next {@link run} or {@link settle}. */
  spawn(name: string, body: Sleeps<unknown>, options: { kernel?: boolean } = {}): TestThread {
    const thread = new TestThread(name, 8 + 4 * this.threads.length, options.kernel ?? false, body)
    this.threads.push(thread)
    return thread
  }

  /** Runs `body` to its end as a thread of its own and returns its result; the others run while it sleeps. */
  run<T>(body: Sleeps<T>, options: { kernel?: boolean; name?: string } = {}): T {
    const thread = this.spawn(options.name ?? 'test', body, options)
    while (!thread.done) {
      if (!this.step() && !this.advance()) {
        throw new WouldSleep(
          `thread '${thread.name}' sleeps for ever on ${thread.wmesg} (word ${thread.wchan})`,
        )
      }
    }
    return thread.result as T
  }

  /**
   * Runs all threads until each is done or sleeps, without letting time pass; with `time`, until nothing is
   * due either.
   */
  settle(options: { time?: boolean } = {}): void {
    while (this.step() || (options.time === true && this.advance())) {}
  }

  /** Lets `ticks` clock ticks pass, with the interrupts and timeouts that fall due. */
  tick(ticks = 1): void {
    this.ticks += ticks
    serveDue(this)
  }

  /** Runs the next runnable thread until it sleeps; false if there is none. */
  private step(): boolean {
    const thread = this.threads.find(
      (candidate) => !candidate.done && !candidate.asleep && candidate.body !== null,
    )
    if (thread === undefined) return false
    const before = this.current
    this.current = thread
    this.self = thread.self
    const step = thread.body?.next()
    if (step?.done === true) {
      thread.done = true
      thread.result = step.value
    } else if (this.spinDepth !== 0) {
      throw new Error(
        `thread '${thread.name}' slept on ${thread.wmesg} with ${this.spinDepth} spin mutexes held`,
      )
    }
    // The thread goes to the end of the line.
    this.threads.splice(this.threads.indexOf(thread), 1)
    this.threads.push(thread)
    this.current = before
    this.self = before.self
    return true
  }

  /** Advances time to what is due next; false if nothing is. */
  private advance(): boolean {
    const timeouts = this.threads
      .filter((thread) => thread.asleep && thread.timeout > 0)
      .map((thread) => thread.timeout)
    const due = Math.min(...this.diskDue, ...timeouts)
    if (due === Number.POSITIVE_INFINITY) return false
    this.ticks = Math.max(this.ticks, due)
    serveDue(this)
    return true
  }
}

/** A thread of the test machine. */
export class TestThread {
  readonly name: string
  readonly self: number
  readonly kernel: boolean
  readonly body: Sleeps<unknown> | null
  done = false
  result: unknown
  asleep = false
  wchan: Addr = 0
  wmesg = ''
  /** Tick that ends the sleep, 0: none. */
  timeout = 0
  timedOut = false
  /** Queue of the turnstile it waits in, for a lock. */
  queue = 0

  constructor(name: string, self: number, kernel: boolean, body: Sleeps<unknown> | null) {
    this.name = name
    this.self = self
    this.kernel = kernel
    this.body = body
  }
}

/** A thread sleeps, and nothing that could wake it is left to happen. */
class WouldSleep extends Error {
  override readonly name = 'WouldSleep'
}

function serveDue(cpu: TestCpu): void {
  for (const thread of cpu.threads) {
    if (!thread.asleep || thread.timeout === 0 || thread.timeout > cpu.ticks) continue
    thread.asleep = false
    thread.timedOut = true
  }
  testInterrupts.poll(cpu)
}

function machine(actor: Actor): TestCpu {
  return actor as TestCpu
}

function wake(cpu: TestCpu, wchan: Addr, count: number, queue: number): number {
  let woken = 0
  for (const thread of cpu.threads) {
    if (woken === count) break
    if (!thread.asleep || thread.wchan !== wchan || thread.queue !== queue) continue
    thread.asleep = false
    thread.timeout = 0
    woken++
  }
  return woken
}

function* sleepHere(cpu: TestCpu, ticks: number): Sleeps<number> {
  const thread = cpu.current
  if (thread.body === null) throw new WouldSleep(`the boot thread would sleep on ${thread.wmesg}`)
  thread.asleep = true
  thread.timedOut = false
  thread.timeout = ticks === 0 ? 0 : cpu.ticks + ticks
  const depth = cpu.spinDepth
  cpu.spinDepth = 0
  yield
  cpu.spinDepth = depth
  return thread.timedOut ? 35 : 0
}

const NO_QUEUE = -1

const testSleepq: SleepOps = operations({
  enter(actor: Actor, wchan: Addr, wmesg: string): void {
    const { current } = machine(actor)
    actor.spinDepth++ // the queue's lock
    current.wchan = wchan
    current.wmesg = wmesg
    current.queue = NO_QUEUE
  },
  *block(actor: Actor, ticks: number): Sleeps<number> {
    actor.spinDepth--
    if (actor.spinDepth !== 0) throw new Error(`sleeping with ${actor.spinDepth} spin mutexes held`)
    return yield* sleepHere(machine(actor), ticks)
  },
  wake(actor: Actor, wchan: Addr, count: number): number {
    const woken = wake(machine(actor), wchan, count, NO_QUEUE)
    machine(actor).wakeups.push({ wchan, woken })
    return woken
  },
})

function waiting(cpu: TestCpu, lock: Addr, queue: number): TestThread[] {
  return cpu.threads.filter((thread) => thread.asleep && thread.wchan === lock && thread.queue === queue)
}

const testTurnstile: TurnstileOps = operations({
  onproc: () => 0,
  lookup(actor: Actor, lock: Addr): Addr {
    const found = machine(actor).threads.some(
      (thread) => thread.asleep && thread.wchan === lock && thread.queue >= 0,
    )
    return found ? lock : 0
  },
  exit: () => {},
  *block(actor: Actor, _ts: Addr, queue: number, lock: Addr): Sleeps<void> {
    const { current } = machine(actor)
    current.wchan = lock
    current.wmesg = 'tstile'
    current.queue = queue
    yield* sleepHere(machine(actor), 0)
  },
  wakeup(actor: Actor, _ts: Addr, queue: number, count: number, lock: Addr): void {
    wake(machine(actor), lock, count, queue)
  },
  waiters: (actor: Actor, ts: Addr, queue: number) => waiting(machine(actor), ts, queue).length,
  first: (actor: Actor, ts: Addr, queue: number) => waiting(machine(actor), ts, queue)[0]?.self ?? 0,
})

const testInterrupts: InterruptOps = operations({
  poll(actor: Actor): void {
    const cpu = machine(actor)
    if (cpu.inInterrupt || cpu.spinDepth !== 0 || !cpu.diskDue.some((due) => due <= cpu.ticks)) return
    cpu.inInterrupt = true
    cpu.diskDue = cpu.diskDue.filter((due) => due > cpu.ticks)
    diskIntr(cpu)
    cpu.inInterrupt = false
  },
  *preempt(): Sleeps<void> {},
})

const testVmops: VmOps = operations({
  isPagedaemon: (cpu: VmCpu) => machine(cpu).current.name === 'pagedaemon',
  mayUseKernelReserve: (cpu: VmCpu) => machine(cpu).current.kernel,
  shootdownIpi(): void {
    throw new Error('there is no other CPU to interrupt')
  },
  diskStarted(cpu: VmCpu, dueTick: number): void {
    machine(cpu).diskDue.push(dueTick)
  },
  now: (cpu: VmCpu) => machine(cpu).ticks,
  *swapoutThreads(cpu: VmCpu): Sleeps<void> {
    const self = machine(cpu)
    self.swapoutCalls++
    if (self.swapout !== undefined) yield* self.swapout()
  },
})
