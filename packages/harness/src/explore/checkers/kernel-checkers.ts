import { Mem, layouts, lockClasses } from '@holdfast/atomics-sync'
import type { Site } from '@holdfast/compiler'
import {
  EventLog,
  GuardedBy,
  Livelock,
  LockOrder,
  LockTracker,
  Races,
  References,
  UseAfterFree,
  issuedWords,
} from '@holdfast/explorer'
import type { LockClasses } from '@holdfast/atomics-sync'
import type { LockInfo, Observer, World } from '@holdfast/explorer'
import { LWP_WORDS, PROC_WORDS, turnstileChain } from '@holdfast/kernel'
import type { Cpu } from '@holdfast/kernel'
import { checkInvariants, newInvariantState } from '../../invariants/index.js'
import { AddressTable } from '../machine/address-table.js'
import { Conservation } from './conservation.js'
import { Guards } from './guards.js'
import { Lifetimes } from './lifetimes.js'
import { placeOf } from '../machine/machinery.js'
import { isPublished } from '../machine/published.js'
import { LwpLockWatch } from './lwp-lock-watch.js'
import { LwpWatch } from './lwp-watch.js'
import type { MachineTarget } from '../machine/machine-target.js'
import { NullPage } from './null-page.js'
import { OwnSpaces } from './own-spaces.js'
import { PreemptWatch } from './preempt-watch.js'
import { ProcessWatch } from './process-watch.js'
import { QueueWatch } from './queue-watch.js'
import { Scheduling } from './scheduling.js'
import { SleepResult } from './sleep-result.js'
import { StackUse } from './stack-use.js'
import { SwapChoice } from './swap-choice.js'
import { SwapMarks } from './swap-marks.js'
import { SwapWatch } from './swap-watch.js'
import { WireCounts } from './wire-counts.js'
import { WiredOnce } from './wired-once.js'

/**
 * Classes of which one may be taken while another is held, in any order. A fault that makes a copy of a page locks the new anon too, which nobody
 * else can wait for.
 */
export const NESTS: readonly string[] = ['an_lock']

/** Fields that are reader/writer locks; the other locks are mutexes of either kind. */
const RWLOCKS: readonly string[] = ['P_REFLOCK', 'VM_MAP_LOCK']

/**
 * All checkers of a machine under control, fresh. `all`: what is unlocked by design is reported too. `plainRelease`: a plain store to a word of a lock lets
 * go of it, see weak-variants.ts.
 */
export function kernelCheckers(
  target: MachineTarget,
  sites: readonly Site[],
  all: boolean,
  plainRelease = false,
): Observer[] {
  const table = new AddressTable(target.machine.regions, target.image.length)
  const guards = new Guards(table, (lock) => turnstileChain({ config: target.machine.config } as Cpu, lock))
  const names = {
    site: placeOf(sites),
    actor: (world: World, actor: number) => target.actorText(world, actor),
  }
  const log = new EventLog()
  const releases = (addr: number): boolean => plainRelease && table.at(addr)?.field.isLock === true
  const holderOf = (actor: number): number => target.cpus[actor]?.self ?? 0
  const classes = lockClasses(layouts(), target.machine.regions, target.image.length)
  const locks = new LockTracker({
    lockAt: (addr) => lockAt(table, classes, target, addr),
    holderOf: (_world, actor) => holderOf(actor),
    isTry: (site) => /try/i.test(sites[site]?.function ?? ''),
  })
  const { config, regions } = target.machine
  const { lwps, nlwps, procs, nprocs } = config
  const references = new References({
    tables: [
      { base: lwps, end: lwps + nlwps * LWP_WORDS, words: LWP_WORDS },
      { base: procs, end: procs + nprocs * PROC_WORDS, words: PROC_WORDS },
    ],
    holderOf,
  })
  const free: UseAfterFree = new UseAfterFree({
    ...names,
    locks,
    allowed: (_world, addr) => lives.isAllocator(addr),
    references,
  })
  const lives: Lifetimes = new Lifetimes(config, regions, target.image.length, free, holderOf)
  return [
    log,
    locks,
    new Races({
      ...names,
      log,
      all,
      mixed: false,
      unlockedReason: (addr) => unlocked(table, addr),
      ignore: (addr) => local(table, addr),
      releases,
    }),
    new GuardedBy({
      ...names,
      locks,
      all,
      covered: (addr) => table.at(addr) !== undefined,
      guardOf: (addr, world) =>
        releases(addr) ? undefined : guards.of(issuedWords(world), addr, writes(world, addr)),
      isPublished: (addr, world) =>
        !lives.isFresh(addr, world.evActor) && isPublished(target.machine.config, issuedWords(world), addr),
    }),
    new LockOrder({ ...names, locks, nests: (lockClass) => NESTS.includes(lockClass) }),
    free,
    lives,
    new WireCounts(target, table, names.site),
    new StackUse(target, names.site),
    new SwapWatch(target, names.site),
    new SwapChoice(target, sites),
    new SwapMarks(target),
    new NullPage(names.actor),
    new OwnSpaces(target),
    new QueueWatch(target),
    new SleepResult(target, sites),
    new Scheduling(target),
    new PreemptWatch(target),
    new ProcessWatch(target),
    new LwpLockWatch(target),
    new LwpWatch(target, sites),
    new Livelock({ ...names, log, cuts: false }),
    new AtRest(target),
    new WiredOnce(target),
    new Conservation(target),
  ]
}

/** Whether the event at hand writes the word, not only reads it. */
function writes(world: World, addr: number): boolean {
  return world.evWrote && addr >= world.evAddr && addr < world.evAddr + world.evWords
}

function lockAt(
  table: AddressTable,
  { names, classOf }: LockClasses,
  target: MachineTarget,
  addr: number,
): LockInfo | undefined {
  const placed = table.at(addr)
  if (placed === undefined || !placed.field.isLock || table.base(addr) + placed.field.offset !== addr)
    return undefined
  const kind = RWLOCKS.includes(placed.field.name) ? 'rw' : 'mutex'
  return { kind, class: names[classOf[addr] as number] as string, name: target.nameOf(addr) }
}

function unlocked(table: AddressTable, addr: number): string | undefined {
  return table.at(addr)?.field.unlocked
}

/** Words that are no business of the race checker: outside all records (pages, program text). */
function local(table: AddressTable, addr: number): boolean {
  return table.at(addr) === undefined
}

/** The invariants of a machine at rest, when an execution has come to its end. */
export class AtRest implements Observer {
  readonly name = 'invariants'
  readonly ofStates = true
  private readonly target: MachineTarget
  /** Where the invariants read a copy: fresh memory for each execution would take longer than the execution. */
  private readonly copy: Int32Array
  private readonly mem: Mem

  constructor(target: MachineTarget) {
    this.target = target
    const buffer = new SharedArrayBuffer(target.image.byteLength)
    this.copy = new Int32Array(buffer)
    this.mem = new Mem(buffer)
  }

  reset(): void {}

  finish(world: World): void {
    if (world.outcome !== 'done' || world.reports.length > 0) return
    this.copy.set(world.words)
    const inspection = { mem: this.mem, config: this.target.machine.config }
    for (const { verdict, invariant, message, words } of checkInvariants(inspection, newInvariantState())) {
      const known =
        verdict === undefined || verdict === 'stalled' || verdict === 'workerDied' ? 'invariant' : verdict
      world.report({
        verdict: known,
        message: `at the end, ${invariant}: ${message}`,
        sites: [],
        words: words.map(({ addr }) => addr),
      })
    }
  }
}
