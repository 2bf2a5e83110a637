import {
  CV_SYNCOBJ,
  MUTEX_BIT_SPIN,
  MUTEX_BIT_WAITERS,
  MUTEX_DESTROYED,
  MUTEX_FLAGS,
  MUTEX_SYNCOBJ,
  RW_HAS_WAITERS,
  RW_SYNCOBJ,
  RW_THREAD,
  RW_WRITE_LOCKED,
} from '@holdfast/atomics-sync'
import type { Addr } from '@holdfast/atomics-sync'
import {
  LP_BOUND,
  LP_RUNNING,
  LSIDL,
  LSONPROC,
  LSRUN,
  LSSLEEP,
  LSSTOP,
  LSSUSPENDED,
  LSZOMB,
  LW_CANCELLED,
  LW_IDLE,
  LW_INMEM,
  LW_PENDSIG,
  LW_SINTR,
  LW_SYSTEM,
  LW_WCORE,
  LW_WEXIT,
  LW_WSUSPEND,
  L_PROC,
  L_STAT,
  P_STAT,
  SACTIVE,
  SCHED_FIFO,
  SCHED_OTHER,
  SCHED_RR,
  SCHED_SYNCOBJ,
  SDEAD,
  SDYING,
  SIDL,
  SLEEP_SYNCOBJ,
  SSTOP,
  SZOMB,
  wmesgText,
} from '@holdfast/kernel'
import type { AddressNames } from '../../run/address-names.js'
import type { AddressTable } from './address-table.js'

/** Fields that are reader/writer locks; the other locks are mutexes of either kind. */
const RWLOCKS: readonly string[] = ['P_REFLOCK', 'VM_MAP_LOCK']

/** Readers of a reader/writer lock are counted from this bit on; its owner's address is shifted by one. */
const READERS_SHIFT = 3
const WRITER_SHIFT = 1

const STATES: Readonly<Record<string, ReadonlyMap<number, string>>> = {
  L_STAT: byValue({ LSIDL, LSRUN, LSSLEEP, LSSTOP, LSZOMB, LSONPROC, LSSUSPENDED }),
  P_STAT: byValue({ SIDL, SACTIVE, SDYING, SSTOP, SZOMB, SDEAD }),
  L_CLASS: byValue({ SCHED_OTHER, SCHED_FIFO, SCHED_RR }),
}

const FLAGS: Readonly<Record<string, ReadonlyMap<number, string>>> = {
  L_FLAG: byValue({
    LW_IDLE,
    LW_INMEM,
    LW_SINTR,
    LW_SYSTEM,
    LW_WSUSPEND,
    LW_WCORE,
    LW_WEXIT,
    LW_PENDSIG,
    LW_CANCELLED,
  }),
  L_PFLAG: byValue({ LP_RUNNING, LP_BOUND }),
}

const SYNCOBJS: ReadonlyMap<number, string> = new Map([
  [MUTEX_SYNCOBJ, 'mutex_syncobj'],
  [RW_SYNCOBJ, 'rw_syncobj'],
  [CV_SYNCOBJ, 'cv_syncobj'],
  [SLEEP_SYNCOBJ, 'sleep_syncobj'],
  [SCHED_SYNCOBJ, 'sched_syncobj'],
])

/** Fields that name a word, an LWP, a CPU. */
const WORDS = /^(L_MUTEX|L_WCHAN|L_SLEEPQ|TS_OBJ)$/
const LWPS = /(NEXT|PREV|CURLWP|ONPROC|IDLELWP|LWPS|QUEUES|INHERITOR|ALLLWP|FREELWP)$/
const CPUS = /^(L_CPU|L_TARGET_CPU)$/

/** Words of a machine, and what they hold, as who knows the kernel would write them. */
export class WordTexts {
  private readonly names: AddressNames
  private readonly table: AddressTable
  private readonly lwpName: (words: Int32Array, lwp: Addr) => string
  private readonly procName: (words: Int32Array, proc: Addr) => string

  constructor(
    names: AddressNames,
    table: AddressTable,
    lwpName: (words: Int32Array, lwp: Addr) => string,
    procName: (words: Int32Array, proc: Addr) => string,
  ) {
    this.names = names
    this.table = table
    this.lwpName = lwpName
    this.procName = procName
  }

  /** `target (2.1).l_flag`; `lwp[6].l_flag` where the LWP has no name in this memory. */
  name(addr: Addr, words?: Int32Array): string {
    const plain = this.plain(addr)
    if (words === undefined) return plain
    const base = this.table.base(addr)
    const field = plain.indexOf('.')
    const rest = field < 0 ? '' : plain.slice(field)
    switch (this.table.at(addr)?.layout.name) {
      case 'lwp':
        return words[base + L_STAT] === 0 || words[base + L_PROC] === 0
          ? plain
          : this.lwpName(words, base) + rest
      case 'proc':
        return words[base + P_STAT] === 0 ? plain : this.procName(words, base) + rest
      default:
        return plain
    }
  }

  /** A lock that is the first word of its record is not called as that is. */
  private plain(addr: Addr): string {
    const name = this.names.name(addr)
    const field = this.table.at(addr)?.field
    return field?.isLock === true &&
      field.offset === 0 &&
      this.table.base(addr) === addr &&
      name.endsWith(']')
      ? `${name}.${field.name.toLowerCase()}`
      : name
  }

  /** What a value of a word means: `LW_INMEM|LW_SINTR`, `held by holder (4.1)`; undefined: only itself. */
  value(addr: Addr, value: number, words: Int32Array): string | undefined {
    const placed = this.table.at(addr)
    if (placed === undefined) return undefined
    const { field } = placed
    if (field.isLock) {
      const isFirst = this.table.base(addr) + field.offset === addr
      return isFirst ? this.lock(field.name, value, words) : undefined
    }
    const states = STATES[field.name]
    if (states !== undefined) return states.get(value)
    const flags = FLAGS[field.name]
    if (flags !== undefined) return flagsText(flags, value)
    if (field.name === 'L_SYNCOBJ') return SYNCOBJS.get(value)
    if (field.name === 'L_WMESG') return value === 0 ? 'none' : wmesgText(value)
    if (CPUS.test(field.name)) return value === 0 ? 'none' : this.names.name(value)
    if (WORDS.test(field.name)) return value === 0 ? 'NULL' : this.name(value, words)
    if (LWPS.test(field.name) && this.isLwp(value)) return this.lwpName(words, value)
    return undefined
  }

  /** The flags of a word of flags that are set in `value`, by name; undefined: the word holds none. */
  flags(addr: Addr, value: number): string | undefined {
    const flags = FLAGS[this.table.at(addr)?.field.name ?? '']
    return flags === undefined ? undefined : flagsText(flags, value)
  }

  /** The LWP that holds a lock for itself, or 0. */
  owner(addr: Addr, value: number): Addr {
    const name = this.table.at(addr)?.field.name ?? ''
    if (RWLOCKS.includes(name))
      return (value & RW_WRITE_LOCKED) === 0 ? 0 : (value & RW_THREAD) >> WRITER_SHIFT
    return value === MUTEX_DESTROYED ? 0 : value & ~MUTEX_FLAGS
  }

  /** How many hold a reader/writer lock for reading. */
  readers(addr: Addr, value: number): number {
    const name = this.table.at(addr)?.field.name ?? ''
    if (!RWLOCKS.includes(name) || (value & RW_WRITE_LOCKED) !== 0) return 0
    return (value & RW_THREAD) >> READERS_SHIFT
  }

  /** Whether a word is that of a lock. */
  isLock(addr: Addr): boolean {
    return this.table.at(addr)?.field.isLock === true
  }

  isSpin(value: number): boolean {
    return value !== MUTEX_DESTROYED && (value & MUTEX_BIT_SPIN) !== 0
  }

  isLwp(value: number): boolean {
    return this.table.at(value)?.layout.name === 'lwp' && this.table.base(value) === value
  }

  private lock(field: string, value: number, words: Int32Array): string {
    const isRw = RWLOCKS.includes(field)
    if (!isRw && value === MUTEX_DESTROYED) return 'destroyed'
    const owner = isRw
      ? (value & RW_WRITE_LOCKED) === 0
        ? 0
        : (value & RW_THREAD) >> WRITER_SHIFT
      : value & ~MUTEX_FLAGS
    const hasWaiters = isRw
      ? (value & RW_HAS_WAITERS) !== 0
      : (value & MUTEX_BIT_SPIN) === 0 && (value & MUTEX_BIT_WAITERS) !== 0
    const waiters = hasWaiters ? ', with waiters' : ''
    if (owner !== 0) {
      const who = this.isLwp(owner) ? this.lwpName(words, owner) : this.names.name(owner)
      return `held by ${who}${waiters}`
    }
    const readers = isRw ? (value & RW_THREAD) >> READERS_SHIFT : 0
    return readers > 0 ? `held by ${readers} reader${readers === 1 ? '' : 's'}${waiters}` : `free${waiters}`
  }
}

function byValue(constants: Readonly<Record<string, number>>): ReadonlyMap<number, string> {
  return new Map(Object.entries(constants).map(([name, value]) => [value, name]))
}

function flagsText(flags: ReadonlyMap<number, string>, value: number): string {
  const known: string[] = []
  let rest = value
  for (const [bit, name] of flags) {
    if ((value & bit) === 0) continue
    known.push(name)
    rest &= ~bit
  }
  if (rest !== 0) known.push(`0x${(rest >>> 0).toString(16)}`)
  return known.length === 0 ? '0' : known.join('|')
}
