import { layout } from '@holdfast/atomics-sync'
import type { Addr } from '@holdfast/atomics-sync'

/** Address of a `struct vm_map`. */
export type VmMapRef = Addr
/** Address of a `struct vm_map_entry`. */
export type VmMapEntryRef = Addr

/**
 * struct vm_map_entry (uvm_map.h): a range of pages with one backing and one set of rights.
 * `map` is the lock of the map that holds it.
 */
export const {
  ME_PREV,
  ME_NEXT,
  ME_START,
  ME_END,
  ME_OBJECT,
  ME_OFFSET,
  ME_ETYPE,
  ME_PROTECTION,
  ME_MAX_PROTECTION,
  ME_INHERITANCE,
  ME_WIRED_COUNT,
  ME_AMAP,
  ME_PAGEOFF,
  VM_MAP_ENTRY_WORDS,
} = layout('vm_map_entry', {
  ME_PREV: 'map',
  ME_NEXT: 'map',
  ME_START: 'map', // bytes
  ME_END: 'map', // bytes, exclusive
  ME_OBJECT: 'map', // uvm_object, or 0
  ME_OFFSET: 'map', // bytes into the object
  ME_ETYPE: 'map', // UVM_ET_*
  ME_PROTECTION: 'map',
  ME_MAX_PROTECTION: 'map',
  ME_INHERITANCE: 'map',
  ME_WIRED_COUNT: 'map',
  ME_AMAP: 'map', // aref.ar_amap
  ME_PAGEOFF: 'map', // aref.ar_pageoff: first slot of the amap that is this entry's
})

export const UVM_ET_OBJ = 0x01
export const UVM_ET_COPYONWRITE = 0x04
export const UVM_ET_NEEDSCOPY = 0x08

/** Words of the header entry inside a map: ME_PREV to ME_END. */
const HEADER_WORDS = 4

/** The fields of a vm_map; `struct vmspace` begins with them. */
const vmMapFields = {
  VM_MAP_LOCK: { lock: 'atomic', words: 2, isLock: true },
  VM_MAP_BUSY: {
    lock: 'vm_map_lock',
    unlocked: 'its owner clears it, under misc_lock, without the map lock',
  },
  VM_MAP_TIMESTAMP: 'vm_map_lock',
  VM_MAP_PMAP: 'stable',
  VM_MAP_NENTRIES: 'vm_map_lock',
  VM_MAP_HINT: { lock: 'atomic', unlocked: 'a hint, changed with the read lock held' },
  VM_MAP_FLAGS: 'vm_map_misc_lock', // VM_MAP_WANTVA
  VM_MAP_HEADER: { lock: 'vm_map_lock', words: HEADER_WORDS },
  VM_MAP_MISC_LOCK: { lock: 'atomic', isLock: true },
  VM_MAP_CV: { lock: 'vm_map_misc_lock', words: 2 },
} as const

/**
 * struct vm_map (uvm_map.h). The list of entries is circular through the header, an entry that ends where the
 * map begins and starts where the map ends, so that the space before and after each entry is found alike.
 */
export const {
  VM_MAP_LOCK,
  VM_MAP_BUSY,
  VM_MAP_TIMESTAMP,
  VM_MAP_PMAP,
  VM_MAP_NENTRIES,
  VM_MAP_HINT,
  VM_MAP_FLAGS,
  VM_MAP_HEADER,
  VM_MAP_MISC_LOCK,
  VM_MAP_CV,
  VM_MAP_WORDS,
} = layout('vm_map', vmMapFields)

/** vm_map flags: somebody waits for address space. */
export const VM_MAP_WANTVA = 0x40

/** Offset of the map in a vmspace. */
export const VM_MAP = 0

/** struct vmspace (uvm_extern.h): the map, then the count of processes that share it. */
export const { VM_REFCNT, VMSPACE_WORDS } = layout('vmspace', { ...vmMapFields, VM_REFCNT: 'atomic' })

/** Inheritance of an entry at fork (`uvm_inherit`). */
export const MAP_INHERIT_SHARE = 0
export const MAP_INHERIT_COPY = 1
export const MAP_INHERIT_NONE = 2

/** uvm_map flags. The low ones have the values of UVM_KMF_*, as in C. */
export const UVM_FLAG_WAITVA = 0x08
export const UVM_FLAG_NOWAIT = 0x10
export const UVM_FLAG_TRYLOCK = 0x20
export const UVM_FLAG_FIXED = 0x010000
export const UVM_FLAG_NOMERGE = 0x040000
