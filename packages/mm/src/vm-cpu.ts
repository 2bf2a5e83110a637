import type { Actor, Addr, Sleeps } from '@holdfast/atomics-sync'

/** What the memory system needs of a CPU. The kernel's `Cpu` is one. */
export interface VmCpu extends Actor {
  /** CPU number, from 0. */
  readonly id: number
  /**
   * The CPU is in the middle of one load or store by virtual address, which hardware does in one piece: it takes no
   * interrupt, not even a shootdown. Nothing polls there, so it is of interest only to who delivers interrupts otherwise.
   */
  mmuBusy: boolean
  readonly config: MmConfig
  readonly vmops: VmOps
}

/** What the memory system asks of the kernel above it: it knows no LWPs. */
export interface VmOps {
  /** The caller is the pagedaemon: it may take the last reserve. */
  isPagedaemon(cpu: VmCpu): boolean
  /** The caller's priority is PRI_KTHREAD or above: it may take the kernel's reserve. */
  mayUseKernelReserve(cpu: VmCpu): boolean
  /** Posts the TLB interrupt to CPU `target`. */
  shootdownIpi(cpu: VmCpu, target: number): void
  /** Posts the disk interrupt when a transfer is due at or after `dueTick` (clock ticks). */
  diskStarted(cpu: VmCpu, dueTick: number): void
  /** Current simulated time in clock ticks. */
  now(cpu: VmCpu): number
  /** uvm_swapout_threads, called by the pagedaemon with no lock held. */
  swapoutThreads(cpu: VmCpu): Sleeps<void>
}

/** Where the memory system lies and how large it is. Plain data, constant after boot. */
export interface MmConfig {
  readonly ncpu: number
  /** Managed page frames. */
  readonly physmem: number
  /** Word address of frame 0; frame f is at frameBase + f * PAGE_WORDS. */
  readonly frameBase: Addr
  /** Word address of the vm_page array. */
  readonly vmPages: Addr
  /** Word address of the kernel's map (struct vm_map) and pmap. */
  readonly kernelMap: Addr
  readonly kernelPmap: Addr
  /** proc0's vmspace, which exiting processes borrow. */
  readonly proc0Vmspace: Addr
  /** Word address of the per-CPU records of the memory system (TLB, shootdown mailbox), and their stride. */
  readonly mmCpus: Addr
  readonly mmCpuWords: number
  /** Everything else the memory system's modules need, by name. */
  readonly mm: Readonly<Record<string, number>>
}
