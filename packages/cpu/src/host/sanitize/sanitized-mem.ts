import type { Addr, MemOptions } from '@holdfast/atomics-sync'
import type { KernelConfig } from '@holdfast/kernel'
import { AuditedMem } from '../audited-mem.js'
import type { HeldLocks } from './held-locks.js'
import type { LockTaker } from './lock-debug.js'
import { Random } from './random.js'
import { type AccessKind, type Report, stackHere } from './report.js'
import {
  type SanitizeOptions,
  WORD_IGNORED,
  WORD_KIND,
  WORD_LOCK,
  WORD_POOL_LINK,
  WORD_READ_UNLOCKED,
  WORD_UNLOCKED,
} from './options.js'
import { Watchpoints, watchedWord, watchedWrite } from './watchpoints.js'

/** Looks at an access of its own CPU, one in some. */
export interface AccessCheck {
  /** Whose accesses they are, and the spin locks of that CPU: before it runs. */
  attach(taker: LockTaker, spins: HeldLocks): void
  /** The CPU is about to access the word plainly. True, of a write only: {@link again} is to be called when it has. */
  look(addr: Addr, write: boolean): boolean
  /** The CPU has written the word. */
  again(addr: Addr): void
  /** An item of a pool is handed out or taken back. */
  pooled(addr: Addr, value: number): void
}

/** Is told of plain stores to the words of locks: their release, or that they are made or destroyed. */
export interface LockWords {
  /** Whether its CPU has a spin lock. */
  readonly spinning: boolean
  /** A plain store of `value` to the word of `lock` is about to be made. */
  storing(lock: Addr, value: number): void
}

/** A CPU looks at one plain access in so many, on average. */
const LOOK_EVERY = 64
/** A CPU watches a word whose field was watched oftener than others only if nothing better came by in so many looks. */
const PATIENCE = 12
/**
 * Longest stall at a watchpoint, in ms. Mostly it is busy, so that the CPU keeps its core and whatever waits for its locks does not
 * wait for the host's scheduler; one in so many gives the core up, for CPUs that share it; one of those in so many for long.
 */
const BUSY_MS = 0.02
const SLEEP_EVERY = 8
const SLEEP_MS = 0.1
const LONG_EVERY = 16
const LONG_MS = 2
/** Races of one field that one CPU tells of: then it looks elsewhere. */
const RACES_EACH = 8
const MIN_GAP = 1
const MAX_GAP = 100_000

/**
 * The seam of the sanitize build: data races caught while the CPUs are really parallel, in the manner of KCSAN. Every access
 * looks whether another CPU watches the word; now and then a plain one sets a watchpoint itself and waits a random while before
 * it is made.
 *
 * Verifies   nothing, but what it reports is a race: while a CPU stands before an access, another makes one that conflicts, so
 *            nothing orders the two. A write is involved, and a plain access: a plain write against any write or plain read,
 *            a plain read against a plain write. With `all` also plain reads against atomic writes, which the kernel makes
 *            everywhere (as C's volatile reads), and plain writes against atomic reads.
 * Does not   see races of words outside all records, of words accessed atomically alone, of a CPU with itself (interrupts).
 *
 * How often it watches adapts itself, so that a CPU spends the share `stallShare` of its time at watchpoints; fields that were
 * watched seldom go first.
 */
export class SanitizedMem extends AuditedMem {
  private readonly points: Watchpoints
  private readonly kinds: Uint8Array
  private readonly fields: Uint16Array
  private readonly changed: Uint8Array
  private readonly all: boolean
  private readonly stallShare: number
  private readonly random: Random
  private readonly cpu: number
  private readonly report: Report
  private readonly check: AccessCheck | null
  private readonly total: Float64Array
  private readonly watchCounts: Uint32Array
  private readonly raceCounts: Uint8Array
  private watches = 0
  private fieldsWatched = 1
  /** Of a watchpoint: no two of a run have the same, however long it is. */
  private nextId: number
  /** Plain accesses to the next look; looks to the next watchpoint, and for how many more it may be choosy. */
  private left = LOOK_EVERY
  private looks = 1
  private patience = PATIENCE
  private gap = 64
  private lastEnd = 0
  private suspect: Addr = 0
  /** Set once the CPU is there that has the locks. */
  locks: LockWords | null = null
  /** Called where CPUs meet: at cas, at wakeups and where interrupts are posted and taken (or, and). */
  atPoint: (() => void) | null = null

  constructor(
    buffer: SharedArrayBuffer,
    config: Pick<KernelConfig, 'lwps' | 'nlwps'>,
    options: MemOptions,
    cpu: number,
    sanitize: Pick<
      SanitizeOptions,
      'watchpoints' | 'watches' | 'words' | 'fields' | 'changed' | 'all' | 'seed' | 'stallShare'
    >,
    report: Report,
    check: AccessCheck | null = null,
  ) {
    super(buffer, config, options)
    this.points = new Watchpoints(sanitize.watchpoints)
    this.kinds = sanitize.words
    this.fields = sanitize.fields
    this.changed = sanitize.changed
    this.all = sanitize.all
    this.stallShare = sanitize.stallShare
    this.random = new Random(sanitize.seed * 257 + cpu)
    this.cpu = cpu
    this.report = report
    this.check = check
    this.total = sanitize.watches
    this.watchCounts = new Uint32Array(0x1_0000)
    this.raceCounts = new Uint8Array(0x1_0000)
    this.nextId = cpu + 1
  }

  override read(addr: Addr): number {
    if (--this.left < 0) this.look(addr, false)
    const key = this.points.at(addr)
    if (key !== 0) this.meet(key, addr, 'reads')
    return super.read(addr)
  }

  override write(addr: Addr, value: number): void {
    if (--this.left < 0) this.look(addr, true)
    const key = this.points.at(addr)
    if (key !== 0) this.meet(key, addr, 'writes')
    if (((this.kinds[addr] as number) & WORD_POOL_LINK) !== 0) this.check?.pooled(addr, value)
    super.write(addr, value)
    if (this.suspect !== 0) this.lookAgain()
  }

  override fill(addr: Addr, words: number, value: number): void {
    this.meetRange(addr, words, 'writes')
    super.fill(addr, words, value)
  }

  override copy(to: Addr, from: Addr, words: number): void {
    this.meetRange(from, words, 'reads')
    this.meetRange(to, words, 'writes')
    super.copy(to, from, words)
  }

  override load(addr: Addr): number {
    if (this.all) this.atomic(addr, 'reads (atomic)')
    return super.load(addr)
  }

  override store(addr: Addr, value: number): void {
    this.atomic(addr, 'changes (atomic)')
    if (((this.kinds[addr] as number) & WORD_LOCK) !== 0) this.locks?.storing(addr, value)
    super.store(addr, value)
  }

  override add(addr: Addr, value: number): number {
    this.atomic(addr, 'changes (atomic)')
    return super.add(addr, value)
  }

  override sub(addr: Addr, value: number): number {
    this.atomic(addr, 'changes (atomic)')
    return super.sub(addr, value)
  }

  override or(addr: Addr, value: number): number {
    this.atomic(addr, 'changes (atomic)')
    this.atPoint?.()
    return super.or(addr, value)
  }

  override and(addr: Addr, value: number): number {
    this.atomic(addr, 'changes (atomic)')
    this.atPoint?.()
    return super.and(addr, value)
  }

  override exchange(addr: Addr, value: number): number {
    this.atomic(addr, 'changes (atomic)')
    return super.exchange(addr, value)
  }

  override cas(addr: Addr, expected: number, value: number): number {
    this.atomic(addr, 'changes (atomic)')
    this.atPoint?.()
    return super.cas(addr, expected, value)
  }

  override notify(addr: Addr, count?: number): number {
    this.atPoint?.()
    return super.notify(addr, count)
  }

  private atomic(addr: Addr, access: AccessKind): void {
    if (this.changed[addr] === 0 && access !== 'reads (atomic)') this.changed[addr] = 1
    const key = this.points.at(addr)
    if (key !== 0) this.meet(key, addr, access)
  }

  /** Somebody watches a word of this slot. */
  private meet(key: number, addr: Addr, access: AccessKind): void {
    if (key < 0 || watchedWord(key) !== addr || !this.conflicts(key, access)) return
    const id = this.points.hit(key)
    if (id === 0) return
    this.report({ type: 'race', id, cpu: this.cpu, lwp: this.self(), addr, access, stack: stackHere() })
  }

  private meetRange(from: Addr, words: number, access: AccessKind): void {
    for (const key of this.points.within(from, from + words)) this.meet(key, watchedWord(key), access)
  }

  /** Whether an access makes a race with the plain one that waits at a watchpoint. */
  private conflicts(key: number, access: AccessKind): boolean {
    const kind = (this.kinds[watchedWord(key)] as number) & WORD_KIND
    if (watchedWrite(key)) {
      if (access === 'reads') return this.all || kind !== WORD_READ_UNLOCKED
      return access !== 'reads (atomic)' || this.all
    }
    if (access === 'writes') return this.all || kind !== WORD_READ_UNLOCKED
    return access === 'changes (atomic)' && this.all
  }

  /** One plain access in {@link LOOK_EVERY}, the caller's next. */
  private look(addr: Addr, write: boolean): void {
    this.left = LOOK_EVERY / 2 + this.random.below(LOOK_EVERY)
    const kind = (this.kinds[addr] as number) & WORD_KIND
    if (kind === WORD_IGNORED) {
      this.left = 0
      return
    }
    if (this.check?.look(addr, write) === true) this.suspect = addr
    if (--this.looks > 0 || (kind === WORD_UNLOCKED && !this.all)) return
    const field = this.fields[addr] as number
    if ((this.raceCounts[field] as number) >= RACES_EACH) return
    const count = this.watchCounts[field] as number
    if (count * this.fieldsWatched > 2 * this.watches && --this.patience > 0) return
    if (count === 0) this.fieldsWatched++
    this.watchCounts[field] = count + 1
    this.watches++
    this.total[this.cpu] = this.watches
    this.patience = PATIENCE
    this.watch(addr, write)
  }

  private lookAgain(): void {
    const addr = this.suspect
    this.suspect = 0
    this.check?.again(addr)
  }

  /** Watches a word that this CPU is about to access, for a while. */
  private watch(addr: Addr, write: boolean): void {
    const { points } = this
    const id = this.nextId
    this.nextId = (id + this.total.length) | 0
    if (!points.set(addr, write, id)) return
    const began = performance.now()
    const before = super.load(addr)
    this.stall(addr, write, began)
    const after = super.load(addr)
    const hit = !points.clear(addr, write)
    const ended = performance.now()
    this.adapt(began - this.lastEnd, ended - began)
    this.lastEnd = ended
    if (!hit && (before === after || this.explained(addr, write))) return
    const field = this.fields[addr] as number
    this.raceCounts[field] = (this.raceCounts[field] as number) + 1
    this.report({
      type: 'race',
      id,
      cpu: this.cpu,
      lwp: this.self(),
      addr,
      access: write ? 'writes' : 'reads',
      stack: stackHere(),
      watched: { hit, before, after },
    })
  }

  /** Waits a random while, or until the watchpoint is hit. Who holds a spin lock stays on its core. */
  private stall(addr: Addr, write: boolean, began: number): void {
    const { points, random } = this
    const share = (1 + random.below(1_000)) / 1_000
    if (this.locks?.spinning !== true && random.below(SLEEP_EVERY) === 0) {
      points.wait(addr, write, share * (random.below(LONG_EVERY) === 0 ? LONG_MS : SLEEP_MS))
      return
    }
    const until = began + share * BUSY_MS
    while (points.isSet(addr, write) && performance.now() < until);
  }

  /** Whether somebody may have changed the word without being in a race with this access, and without being seen. */
  private explained(addr: Addr, write: boolean): boolean {
    if (this.all) return false
    if (this.changed[addr] !== 0) return true
    return !write && ((this.kinds[addr] as number) & WORD_KIND) === WORD_READ_UNLOCKED
  }

  /** Makes the watchpoints rarer or more frequent, after `ran` ms of running and `stalled` of waiting. */
  private adapt(ran: number, stalled: number): void {
    const wanted = stalled * (1 / this.stallShare - 1)
    this.gap *= Math.min(1.5, Math.max(0.7, wanted / Math.max(ran, 0.001)))
    this.gap = Math.min(MAX_GAP, Math.max(MIN_GAP, this.gap))
    this.looks = 1 + this.random.below(Math.ceil(2 * this.gap))
  }
}
