import { Mem, attachSync, operations } from '@holdfast/atomics-sync'
import type { Actor, Addr, InterruptOps, SleepOps, Sleeps, TurnstileOps } from '@holdfast/atomics-sync'
import { tlbInterrupt, tlbOffline, tlbOnline } from '../pmap-tlb.js'
import type { MmConfig, VmCpu, VmOps } from '../vm-cpu.js'

/**
 * A CPU with one thread, which is its worker: it sleeps by blocking the worker, and is offline for shootdowns
 * meanwhile. For tests of the memory system under true parallelism, without a kernel.
 */
export class StressCpu implements VmCpu {
  readonly mem: Mem
  readonly id: number
  readonly config: MmConfig
  readonly lockstat = null
  readonly turnstile: TurnstileOps
  readonly sleepq: SleepOps
  readonly interrupts: InterruptOps
  readonly vmops: VmOps
  self: number
  spinDepth = 0
  preemptWanted = false
  mmuBusy = false
  // What the parking of atomics-sync wants to know of its thread.
  readonly lot: Addr
  readonly index: number
  readonly deadlineMs: number
  readonly tickMs: number
  wmesg = ''

  /** `lot` is the parking lot; `clock` the word that holds the time in ticks. CPU 0 is the pagedaemon's. */
  constructor(buffer: SharedArrayBuffer, config: MmConfig, id: number, lot: Addr, clock: Addr) {
    const thread = attachSync(buffer, lot, id)
    this.mem = new Mem(buffer, { spinDeadlineMs: 20_000, poll: () => tlbInterrupt(this) })
    this.id = id
    this.config = config
    this.self = thread.self
    this.lot = thread.lot
    this.index = thread.index
    this.deadlineMs = thread.deadlineMs
    this.tickMs = thread.tickMs
    this.turnstile = operations({
      ...thread.turnstile,
      *block(actor: Actor, ts: Addr, queue: number, lock: Addr, syncobj: number): Sleeps<void> {
        tlbOffline(actor as StressCpu)
        yield* thread.turnstile.block(actor, ts, queue, lock, syncobj)
        tlbOnline(actor as StressCpu)
      },
    })
    this.sleepq = operations({
      ...thread.sleepq,
      *block(actor: Actor, ticks: number, catchSignals: boolean): Sleeps<number> {
        tlbOffline(actor as StressCpu)
        const error = yield* thread.sleepq.block(actor, ticks, catchSignals)
        tlbOnline(actor as StressCpu)
        return error
      },
    })
    this.interrupts = operations({
      poll: (actor: Actor) => tlbInterrupt(actor as StressCpu),
      *preempt(): Sleeps<void> {},
    })
    this.vmops = operations({
      isPagedaemon: (cpu: VmCpu) => cpu.id === 0,
      mayUseKernelReserve: (cpu: VmCpu) => cpu.id === 0,
      shootdownIpi: () => {},
      diskStarted: () => {},
      now: (cpu: VmCpu) => {
        const { mem } = cpu
        return mem.load(clock)
      },
      *swapoutThreads(): Sleeps<void> {},
    })
  }
}
