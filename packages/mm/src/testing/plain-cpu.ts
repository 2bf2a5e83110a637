import { Mem, operations } from '@holdfast/atomics-sync'
import type { InterruptOps, SleepOps, Sleeps, TurnstileOps } from '@holdfast/atomics-sync'
import { tlbInterrupt } from '../pmap-tlb.js'
import type { MmConfig, VmCpu, VmOps } from '../vm-cpu.js'

/**
 * A bare CPU: it takes spin locks and answers shootdowns, and cannot sleep. For tests with several CPUs, each
 * in a worker of its own.
 */
export class PlainCpu implements VmCpu {
  readonly mem: Mem
  readonly id: number
  readonly config: MmConfig
  readonly lockstat = null
  readonly turnstile: TurnstileOps = noTurnstile
  readonly sleepq: SleepOps = noSleepq
  readonly interrupts: InterruptOps = operations({
    poll: () => {},
    *preempt(): Sleeps<void> {},
  })
  readonly vmops: VmOps
  self: number
  spinDepth = 0
  preemptWanted = false
  mmuBusy = false

  /** `interrupt` is called with the number of each CPU that is sent a shootdown. */
  constructor(
    buffer: SharedArrayBuffer,
    config: MmConfig,
    id: number,
    interrupt: (target: number) => void = () => {},
  ) {
    this.mem = new Mem(buffer, {
      spinDeadlineMs: 10_000,
      poll: () => {
        tlbInterrupt(this)
        this.onSpin()
      },
    })
    this.id = id
    this.config = config
    this.self = 4 * (id + 1)
    this.vmops = operations({
      isPagedaemon: () => false,
      mayUseKernelReserve: () => true,
      shootdownIpi: (_cpu: VmCpu, target: number) => interrupt(target),
      diskStarted: () => {},
      now: () => 0,
      *swapoutThreads(): Sleeps<void> {},
    })
  }

  /** Called while spinning: what the other CPUs do meanwhile, where all are in one thread. */
  onSpin: () => void = () => {}
}

function cannotSleep(): never {
  throw new Error('this CPU cannot sleep')
}

const noTurnstile: TurnstileOps = operations({
  onproc: cannotSleep,
  lookup: () => 0,
  exit: () => {},
  block: cannotSleep,
  wakeup: () => {},
  waiters: () => 0,
  first: () => 0,
})

const noSleepq: SleepOps = operations({ enter: cannotSleep, block: cannotSleep, wake: () => 0 })
