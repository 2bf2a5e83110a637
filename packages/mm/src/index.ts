// Configuration and boot
export type { MmConfig, VmCpu, VmOps } from './vm-cpu.js'
export {
  RESERVE_KERNEL_PER_CPU,
  RESERVE_PAGEDAEMON,
  checkMmParams,
  defaultFreemin,
  minPhysmem,
} from './mm-params.js'
export type { MmParams } from './mm-params.js'
export { allocMm, bootMm } from './mm-alloc.js'
export {
  B_READ,
  B_WRITE,
  PAGE_SHIFT,
  PAGE_SIZE,
  PAGE_WORDS,
  VM_MAXUSER_ADDRESS,
  VM_MAX_KERNEL_ADDRESS,
  VM_MIN_ADDRESS,
  VM_MIN_KERNEL_ADDRESS,
  VM_PROT_EXECUTE,
  VM_PROT_NONE,
  VM_PROT_READ,
  VM_PROT_WRITE,
  atop,
  ptoa,
  roundPage,
  truncPage,
} from './param.js'
export {
  UVMEXP_ACTIVE,
  UVMEXP_COWS,
  UVMEXP_FAULTS,
  UVMEXP_FREE,
  UVMEXP_FREEMIN,
  UVMEXP_FREETARG,
  UVMEXP_INACTARG,
  UVMEXP_INACTIVE,
  UVMEXP_NPAGES,
  UVMEXP_NSWAPDEV,
  UVMEXP_PAGEINS,
  UVMEXP_PAGING,
  UVMEXP_PDFREED,
  UVMEXP_PDPAGEOUTS,
  UVMEXP_PDREVS,
  UVMEXP_PDWOKE,
  UVMEXP_RESERVE_KERNEL,
  UVMEXP_RESERVE_PAGEDAEMON,
  UVMEXP_SHOOTDOWNS,
  UVMEXP_SWAPINS,
  UVMEXP_SWAPOUTS,
  UVMEXP_SWPGINUSE,
  UVMEXP_WIRED,
  UVMEXP_ZEROS,
  UVM_FPAGEQLOCK,
  UVM_PAGEDAEMON,
  UVM_PAGEDAEMON_WAITERS,
  UVM_PAGEQLOCK,
  UVM_PAGE_ACTIVE,
  UVM_PAGE_FREE,
  UVM_PAGE_INACTIVE,
  UVM_SWAPOUT_ENABLED,
} from './globals.js'
export {
  DISK_DONE_FIRST,
  DISK_FIRST,
  DISK_LOCK,
  DISK_NACTIVE,
  DISK_READS,
  DISK_WRITES,
  UVMEXP_PDANSCAN,
  UVMEXP_PDBUSY,
  UVMEXP_PDDEACT,
  UVMEXP_PDOBSCAN,
  UVMEXP_PDPENDING,
  UVMEXP_PDREACT,
  UVMEXP_PDSCANS,
  UVMEXP_PDSWOUT,
  UVMEXP_PGSWAPOUT,
  UVMEXP_SWPAGES,
  UVMEXP_SWPGAVAIL,
  UVMEXP_SWPGONLY,
  UVMPD_PAUSE,
  UVM_SWAP_DATA_LOCK,
} from './pdaemon-globals.js'

// Pages
export { AN_LOCK } from './uvm-anon.js'
export { UO_LOCK } from './uvm-aobj.js'
export {
  PGA_MODIFIED,
  PGA_REFERENCED,
  PG_BUSY,
  PG_CLEAN,
  PG_FAKE,
  PG_FLAGS,
  PG_MDATTR,
  PG_OFFSET,
  PG_PAGEOUT,
  PG_PQFLAGS,
  PG_PQ_NEXT,
  PG_PQ_PREV,
  PG_PV,
  PG_RELEASED,
  PG_UANON,
  PG_UOBJECT,
  PG_WANTED,
  PG_WIRE_COUNT,
  PQ_ACTIVE,
  PQ_ANON,
  PQ_AOBJ,
  PQ_FREE,
  PQ_INACTIVE,
  PQ_SWAPBACKED,
  VM_PAGE_WORDS,
  physToVmPage,
  vmPageFrame,
  vmPageToPhys,
  vmPageWords,
} from './vm-page.js'
export type { VmPageRef } from './vm-page.js'
export { framesByState } from './frames.js'
export type { FrameCounts } from './frames.js'
export {
  UVM_PGA_USERESERVE,
  UVM_PGA_ZERO,
  pageCopy,
  pageZero,
  uvmPageUnbusy,
  uvmPageactivate,
  uvmPagealloc,
  uvmPagedeactivate,
  uvmPagedequeue,
  uvmPagefree,
  uvmPageunwire,
  uvmPagewire,
} from './uvm-page.js'
export {
  uvmKickPdaemon,
  uvmPageout,
  uvmPageoutDone,
  uvmPageoutStart,
  uvmReclaimable,
  uvmWait,
} from './uvm-pdaemon.js'
export { SLEEP_SYNCOBJ, uvmPause, uvmUnlockAndWait, wakeup } from './uvm-unlock-and-wait.js'
export { XF_DUE, diskHasten, diskIntr } from './disk.js'
export { uvmAiodone } from './uvm-pager.js'
export {
  uvmSwapAlloc,
  uvmSwapFree,
  uvmSwapGetSlot,
  uvmSwapIn,
  uvmSwapMarkonly,
  uvmSwapPutPages,
  uvmSwapisfull,
} from './uvm-swap.js'
export type { SwapRun } from './uvm-swap.js'
export { poolAlloc, poolGet, poolHeader, poolNout, poolPut } from './pool.js'
export type { PoolRef } from './pool.js'
export { PCG_SIZE, poolCacheAlloc } from './pool-cache-words.js'
export type { PoolCacheRef } from './pool-cache-words.js'
export {
  PR_NOALIGN,
  PR_NOTOUCH,
  PR_NOWAIT,
  PR_WAITOK,
  poolCacheGet,
  poolCacheInit,
  poolCacheInvalidate,
  poolCachePut,
} from './pool-cache.js'
export type { PoolCacheParams } from './pool-cache.js'
export type { PoolAllocator } from './pool-cache-pool.js'

// Mappings
export {
  PMAP_CANFAIL,
  PMAP_WIRED,
  pmapActivate,
  pmapClearModify,
  pmapClearReference,
  pmapCollect,
  pmapCreate,
  pmapDeactivate,
  pmapDestroy,
  pmapEnter,
  pmapExtract,
  pmapIsModified,
  pmapIsReferenced,
  pmapKenterPa,
  pmapKremove,
  pmapPageProtect,
  pmapProtect,
  pmapRemove,
  pmapUnwire,
  pmapUpdate,
} from './pmap.js'
export type { PmapRef } from './pmap.js'
export { PMAP_WORDS, PM_CPUS, PM_RESIDENT, PM_WIRED } from './pmap-layout.js'
export { PG_A, PG_D, PG_FRAME, PG_RW, PG_U, PG_V, PG_W } from './pmap-pte.js'
export { pmapPteAddr } from './pmap-core.js'
export { tlbInterrupt, tlbOffline, tlbOnline, tlbShootdown, tlbShootwait } from './pmap-tlb.js'
export { MC_PMAP, mmCpu, tlbFlushKernel, tlbFlushRange, tlbFlushUser, tlbInsert, tlbLookup } from './tlb.js'
export {
  kvaFill,
  kvaLoad,
  kvaStore,
  kvaWireCount,
  userAccess,
  userLoad,
  userStore,
} from './access.js'
export {
  vmMapBusy,
  vmMapLock,
  vmMapLockRead,
  vmMapLockTry,
  vmMapPmap,
  vmMapUnbusy,
  vmMapUnlock,
  vmMapUnlockRead,
} from './vm-map-lock.js'
export {
  MAP_INHERIT_COPY,
  MAP_INHERIT_NONE,
  MAP_INHERIT_SHARE,
  ME_END,
  ME_NEXT,
  ME_START,
  ME_WIRED_COUNT,
  UVM_FLAG_FIXED,
  UVM_FLAG_NOMERGE,
  UVM_FLAG_NOWAIT,
  UVM_FLAG_TRYLOCK,
  UVM_FLAG_WAITVA,
  VMSPACE_WORDS,
  VM_MAP,
  VM_MAP_BUSY,
  VM_MAP_HEADER,
  VM_MAP_LOCK,
  VM_MAP_NENTRIES,
  VM_MAP_PMAP,
  VM_MAP_WORDS,
  VM_REFCNT,
} from './uvm-map-layout.js'
export type { VmMapEntryRef, VmMapRef } from './uvm-map-layout.js'
export { uvmMap } from './uvm-map.js'
export { uvmMapLookupEntry, uvmMapSetup, vmMapMax, vmMapMin } from './uvm-map-entry.js'
export { uvmUnmap } from './uvm-map-unmap.js'
export { uvmMapCheckprot, uvmMapInherit, uvmMapProtect } from './uvm-map-protect.js'
export { uvmMapPageable } from './uvm-map-pageable.js'
export { uvmFault } from './uvm-fault.js'
export { uvmFaultUnwire, uvmFaultWire } from './uvm-fault-wire.js'
export {
  UVM_KMF_CANFAIL,
  UVM_KMF_NOWAIT,
  UVM_KMF_PAGEABLE,
  UVM_KMF_TRYLOCK,
  UVM_KMF_VAONLY,
  UVM_KMF_WAITVA,
  UVM_KMF_WIRED,
  UVM_KMF_ZERO,
  uvmKmAlloc,
  uvmKmFree,
} from './uvm-km.js'
export { uvmspaceAlloc, uvmspaceFork, uvmspaceFree, uvmspaceShare } from './uvm-space.js'
export type { VmspaceRef } from './uvm-space.js'
export { AMAP_MAXSLOT } from './uvm-amap.js'
export { uvmOwnerDetach, uvmOwnerSetSlot, uvmOwnerSlot, uvmOwnerTrylock } from './uvm-owner.js'
export { EACCES, EAGAIN, EFAULT, EINVAL, ENOMEM } from './errno.js'
export { pglistFirst, pglistNext } from './pglist.js'
