import { layout } from '@holdfast/atomics-sync'

/** Words of a set of CPUs: at most 256 CPUs. */
export const PM_CPU_WORDS = 8

/**
 * struct pmap (x86 pmap.h): a page directory, and what is known of it.
 *
 * Lock order: pv_lock of a page -> pm_lock -> uvm_fpageqlock and pool locks. All are spin mutexes, so every
 * pmap function is plain. A mapping of a managed page is made and removed under both pv_lock and pm_lock;
 * either lock alone keeps it from being removed. The MMU takes neither.
 */
export const { PM_LOCK, PM_REFCNT, PM_PDIRPA, PM_RESIDENT, PM_WIRED, PM_NPTP, PM_CPUS, PMAP_WORDS } = layout(
  'pmap',
  {
    PM_LOCK: { lock: 'atomic', isLock: true },
    PM_REFCNT: 'atomic',
    PM_PDIRPA: 'stable', // physical address of the page directory
    PM_RESIDENT: { lock: 'pm_lock', unlocked: 'a statistic' }, // pages mapped
    PM_WIRED: { lock: 'pm_lock', unlocked: 'a statistic' }, // of which wired
    PM_NPTP: { lock: 'pm_lock', unlocked: 'pmap_destroy, when the last reference is gone' }, // page-table pages of user space
    PM_CPUS: { lock: 'atomic', words: PM_CPU_WORDS }, // CPUs that have it loaded, a bit each; unused in the kernel's
  },
)

/** struct pv_entry: one mapping of a page. Covered by the pv_lock of its page. */
export const { PV_PMAP, PV_VA, PV_NEXT, PV_ENTRY_WORDS } = layout('pv_entry', {
  PV_PMAP: 'pv_lock',
  PV_VA: 'pv_lock',
  PV_NEXT: 'pv_lock',
})

/** The locks of the lists of mappings: a page's is chosen by its frame number. A cache line each. */
export const PV_LOCKS = 64
export const { PV_LOCK, PV_LOCK_WORDS } = layout('pv_lock', {
  PV_LOCK: { lock: 'atomic', isLock: true },
  PV_LOCK_PAD: { lock: 'private', words: 15 },
})

/** pmap_enter: the mapping is wired. */
export const PMAP_WIRED = 0x10
/** pmap_enter: may fail with ENOMEM instead of panicking. */
export const PMAP_CANFAIL = 0x20
