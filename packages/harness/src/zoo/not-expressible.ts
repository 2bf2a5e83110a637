/** Rows of the history that are no mutants. */
export const NOT_EXPRESSIBLE: readonly {
  readonly row: string
  readonly fault: string
  readonly why: string
}[] = [
  {
    row: 'Z9',
    fault:
      'turnstile_block: the owner changes while the chain lock is dropped (PR kern/41923, kern_turnstile.c 1.25)',
    why: 'the model awaits a hand-off in its own way (awaitHandoff in turnstile-pri.ts), so that, as far as reading tells, leaving the test out only makes it walk once more (not tried)',
  },
  {
    row: 'Z10, F4 to F6',
    fault: '-',
    why: 'our notes of the history have no such rows',
  },
  {
    row: 'Z4',
    fault:
      'didswap never counted; the candidate of the scan not pinned under proc_lock (both let it use an LWP that has exited)',
    why: 'the branch needs no more than USPACE pages free, and a machine of several CPUs keeps 5 a CPU for its kernel threads: no small scenario gets there yet',
  },
  {
    row: 'Z6',
    fault: 'pmap_collect without the lock of the map (uvm_glue.c 1.89.2.7)',
    why: 'a pmap has a lock of its own in the model, and what it collects is faulted in again: left out, the try changes nothing that a checker could see',
  },
  {
    row: 'F3',
    fault: 'a lock of everything (Giant, here proc_lock) held by the swapper while it brings an LWP in',
    why: 'the swapper may use the reserve of kernel threads, and does not wait for memory with it; the same fault in a holder is real, see tracer-waits-for-memory in findings.md',
  },
  {
    row: 'Z11',
    fault: 'the pagedaemon loops on memory shortage (PR kern/40027, uvm_swap.c 1.141, uvm_pdaemon.c 1.97)',
    why: 'only the note of the change is known, not the change; what it is about, the accounting of a swap disk that fills up, is simplified in the model',
  },
  {
    row: 'Z14',
    fault: 'locked operations that are no barriers (Opteron; kern_rwlock.c 1.30)',
    why: 'a fault of processors: the store buffers of `--memory-model tso` are drained by every atomic operation, as the manuals promise; a processor that does not is not modelled',
  },
  {
    row: 'Z15',
    fault: 'ports that swapping out breaks (__SWAP_BROKEN: mips, sh3)',
    why: 'a fault of machine-dependent code that the model does not have',
  },
  {
    row: 'Z16',
    fault: 'locking of inherited affinity in lwp_create (kern_lwp.c 1.128)',
    why: 'the model has no processor sets and no affinity',
  },
  {
    row: 'F7, O1, O3',
    fault: 'the removals of the mechanism',
    why: 'no faults, but decisions; the reason of O1 is in `continue-no-hold` and `registers-read-after-rele`',
  },
]
