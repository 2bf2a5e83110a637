import { Mem, layouts, lockClasses } from '@holdfast/atomics-sync'
import type { Site } from '@holdfast/compiler'
import {
  EventLog,
  GuardedBy,
  Livelock,
  LockOrder,
  LockTracker,
  Races,
  UseAfterFree,
} from '@holdfast/explorer'
import type { LockClasses } from '@holdfast/atomics-sync'
import type { LockInfo, Observer, World } from '@holdfast/explorer'
import {
  CI_CURLWP,
  L_CPU,
  L_FLAG,
  L_PFLAG,
  L_STAT,
  LP_RUNNING,
  LSIDL,
  LSZOMB,
  LWP_WORDS,
  LW_IDLE,
  P_STAT,
  PROC_WORDS,
  SIDL,
  SZOMB,
  turnstileChain,
} from '@holdfast/kernel'
import type { Cpu } from '@holdfast/kernel'
import { checkInvariants, newInvariantState } from '../invariants/index.js'
import { AddressTable } from './address-table.js'
import { Guards } from './guards.js'
import { Lifetimes } from './lifetimes.js'
import { placeOf } from './machinery.js'
import type { MachineTarget } from './machine-target.js'
import { StackUse } from './stack-use.js'
import { SwapWatch } from './swap-watch.js'
import { WireCounts } from './wire-counts.js'

/**
 * Classes of which one may be taken while another is held, in any order. A fault that makes a copy of a page locks the new anon too, which nobody
 * else can wait for.
 */
const NESTS: readonly string[] = ['an_lock']

/** Fields that are reader/writer locks; the other locks are mutexes of either kind. */
const RWLOCKS: readonly string[] = ['P_REFLOCK', 'VM_MAP_LOCK']

/** All checkers of a machine under control, fresh. `all`: what is unlocked by design is reported too. */
export function kernelCheckers(target: MachineTarget, sites: readonly Site[], all: boolean): Observer[] {
  const table = new AddressTable(target.machine.regions, target.image.length)
  const guards = new Guards(table, (lock) => turnstileChain({ config: target.machine.config } as Cpu, lock))
  const names = {
    site: placeOf(sites),
    actor: (world: World, actor: number) => target.actorText(world, actor),
  }
  const log = new EventLog()
  const holderOf = (actor: number): number => target.cpus[actor]?.self ?? 0
  const classes = lockClasses(layouts(), target.machine.regions, target.image.length)
  const locks = new LockTracker({
    lockAt: (addr) => lockAt(table, classes, target, addr),
    holderOf: (_world, actor) => holderOf(actor),
    isTry: (site) => /try/i.test(sites[site]?.function ?? ''),
  })
  const free: UseAfterFree = new UseAfterFree({
    ...names,
    locks,
    allowed: (_world, addr) => lives.isAllocator(addr),
  })
  const { config, regions } = target.machine
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
    }),
    new GuardedBy({
      ...names,
      locks,
      all,
      covered: (addr) => table.at(addr) !== undefined,
      guardOf: (addr, world) => guards.of(world.words, addr, writes(world, addr)),
      isPublished: (addr, world) => !lives.isFresh(addr, world.evActor) && isPublished(target, world, addr),
    }),
    new LockOrder({ ...names, locks, nests: (lockClass) => NESTS.includes(lockClass) }),
    free,
    lives,
    new WireCounts(target, table, names.site),
    new StackUse(target, names.site),
    new SwapWatch(target, names.site),
    new Livelock({ ...names, log, cuts: false }),
    new AtRest(target),
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

/**
 * An LWP or a process that is being made belongs to its maker; one that is dead, and has left its CPU, to whoever collects it; an idle LWP to its
 * CPU.
 */
function isPublished({ machine }: MachineTarget, { words }: World, addr: number): boolean {
  const { lwps, nlwps, procs, nprocs } = machine.config
  if (addr >= lwps && addr < lwps + nlwps * LWP_WORDS) {
    const lwp = addr - ((addr - lwps) % LWP_WORDS)
    const stat = words[lwp + L_STAT]
    if (((words[lwp + L_FLAG] as number) & LW_IDLE) !== 0) return false
    if (stat === LSZOMB) {
      const onCpu = words[(words[lwp + L_CPU] as number) + CI_CURLWP] === lwp
      return onCpu || ((words[lwp + L_PFLAG] as number) & LP_RUNNING) !== 0
    }
    return stat !== LSIDL && stat !== 0
  }
  if (addr >= procs && addr < procs + nprocs * PROC_WORDS) {
    const stat = words[addr - ((addr - procs) % PROC_WORDS) + P_STAT]
    return stat !== SIDL && stat !== SZOMB && stat !== 0
  }
  return true
}

/** The invariants of a machine at rest, when an execution has come to its end. */
export class AtRest implements Observer {
  readonly name = 'invariants'
  private readonly target: MachineTarget

  constructor(target: MachineTarget) {
    this.target = target
  }

  reset(): void {}

  event(): void {}

  finish(world: World): void {
    if (world.outcome !== 'done' || world.reports.length > 0) return
    const buffer = new SharedArrayBuffer(world.words.byteLength)
    new Int32Array(buffer).set(world.words)
    const inspection = { mem: new Mem(buffer), config: this.target.machine.config }
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
