import { type Addr, Mem } from '@holdfast/atomics-sync'

/**
 * Watchpoints that the CPUs share, in a buffer of their own: who is about to access a word sets one and waits, whoever
 * accesses the word meanwhile finds it (as KCSAN, Linux kernel/kcsan). A slot is two words, chosen by the address:
 *
 *   key   0 free, BUSY being set or just hit, DONE hit, otherwise addr * 4 + write
 *   id    number of the report that will tell of a hit
 *
 *          set: cas 0 -> BUSY, id, store key         hit: cas key -> BUSY, read id, store DONE
 *   FREE ------------------------------------> SET -----------------------------------------> DONE
 *    ^                                          |                                              |
 *    '------- clear: cas key -> 0 --------------'              clear: store 0 -----------------'
 *
 * Rules   only who set a watchpoint frees its slot: were it freed by who hit it, the same word could be watched anew by then, and
 *         the first would take the second's watchpoint away for its own
 *         two words of one slot cannot be watched at once: the second is not
 *         a watchpoint is looked for by a plain load: one that is seen late is a race not seen, never a false one
 */
export class Watchpoints {
  private readonly mem: Mem

  constructor(buffer: SharedArrayBuffer) {
    this.mem = new Mem(buffer)
  }

  /** The key of the slot of `addr`; 0: nothing that shares it is watched. */
  at(addr: Addr): number {
    return this.mem.read((addr & SLOT_MASK) << 1)
  }

  /** Watches `addr`, which its CPU is about to read or write. False: the slot is taken. */
  set(addr: Addr, write: boolean, id: number): boolean {
    const { mem } = this
    const slot = (addr & SLOT_MASK) << 1
    if (mem.cas(slot, 0, BUSY) !== 0) return false
    mem.write(slot + 1, id)
    mem.store(slot, keyOf(addr, write))
    return true
  }

  /** Whether the watchpoint is there still: nobody has hit it. */
  isSet(addr: Addr, write: boolean): boolean {
    return this.mem.load((addr & SLOT_MASK) << 1) === keyOf(addr, write)
  }

  /** Waits at most `ms` for the watchpoint to be hit. */
  wait(addr: Addr, write: boolean, ms: number): void {
    this.mem.wait((addr & SLOT_MASK) << 1, keyOf(addr, write), ms)
  }

  /** Takes the watchpoint away. False: it was hit. */
  clear(addr: Addr, write: boolean): boolean {
    const { mem } = this
    const key = keyOf(addr, write)
    const slot = (addr & SLOT_MASK) << 1
    if (mem.cas(slot, key, 0) === key) return true
    mem.spinWhile(slot, BUSY)
    mem.store(slot, 0)
    return false
  }

  /** Claims the watchpoint `key` for a report; returns the report's number, or 0 if another was first. */
  hit(key: number): number {
    const { mem } = this
    const slot = (watchedWord(key) & SLOT_MASK) << 1
    if (mem.cas(slot, key, BUSY) !== key) return 0
    const id = mem.read(slot + 1)
    mem.store(slot, DONE)
    mem.notify(slot, 1)
    return id
  }

  /** The keys of words from `from` to `end` - 1 that are watched now. */
  within(from: Addr, end: Addr): number[] {
    const { mem } = this
    const keys: number[] = []
    const slots = Math.min(end - from, WATCH_SLOTS)
    for (let n = 0; n < slots; n++) {
      const key = mem.read(((from + n) & SLOT_MASK) << 1)
      if (key > 0 && watchedWord(key) >= from && watchedWord(key) < end) keys.push(key)
    }
    return keys
  }
}

/** At most one for each CPU is set at a time, so most slots are free. */
const WATCH_SLOTS = 512
const SLOT_MASK = WATCH_SLOTS - 1
const BUSY = -1
const DONE = -2

/** A buffer for the watchpoints of a machine. */
export function allocWatchpoints(): SharedArrayBuffer {
  return new SharedArrayBuffer(WATCH_SLOTS * 8)
}

function keyOf(addr: Addr, write: boolean): number {
  return addr * 4 + (write ? 1 : 0)
}

/** The word that a key watches. */
export function watchedWord(key: number): Addr {
  return key >> 2
}

/** Whether the access that waits there is a write. */
export function watchedWrite(key: number): boolean {
  return (key & 1) !== 0
}
