import { Mem } from '@holdfast/atomics-sync'
import type { Site } from '@holdfast/compiler'
import {
  EventLog,
  GuardedBy,
  Livelock,
  LockOrder,
  LockTracker,
  Races,
  TraceHash,
  UseAfterFree,
} from '@holdfast/explorer'
import type { LockInfo, Observer, World } from '@holdfast/explorer'
import { L_STAT, LSIDL, LWP_WORDS } from '@holdfast/kernel'
import { checkInvariants, newInvariantState } from '../invariants/index.js'
import { AddressTable } from './address-table.js'
import { Guards } from './guards.js'
import { Lifetimes } from './lifetimes.js'
import type { MachineTarget } from './machine-target.js'
import { StackUse } from './stack-use.js'

/** Fields that are reader/writer locks; the other locks are mutexes of either kind. */
const RWLOCKS: readonly string[] = ['P_REFLOCK', 'VM_MAP_LOCK']

/** All checkers of a machine under control, fresh. `all`: what is unlocked by design is reported too. */
export function kernelCheckers(target: MachineTarget, sites: readonly Site[], all: boolean): Observer[] {
  const table = new AddressTable(target.machine.regions, target.image.length)
  const guards = new Guards(table)
  const names = {
    site: (number: number) => placeOf(sites, number),
    actor: (world: World, actor: number) => target.actorText(world, actor),
  }
  const log = new EventLog()
  const locks = new LockTracker({
    lockAt: (addr) => lockAt(table, target, addr),
    holderOf: (_world, actor) => target.cpus[actor]?.self ?? 0,
    isTry: (site) => /try/i.test(sites[site]?.function ?? ''),
  })
  const free: UseAfterFree = new UseAfterFree({
    ...names,
    locks,
    allowed: (world, addr) => lives.isAllocator(world, addr),
  })
  const lives = new Lifetimes(target.machine.config, free)
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
      guardOf: (addr, world) => guards.of(world.words, addr),
      isPublished: (addr, world) => isPublished(target, world, addr),
    }),
    new LockOrder({ ...names, locks }),
    free,
    lives,
    new StackUse(target, names.site),
    new Livelock({ ...names, log }),
    new AtRest(target),
    new TraceHash(),
  ]
}

function placeOf(sites: readonly Site[], number: number): string {
  const site = sites[number]
  return site === undefined ? 'boot' : `${site.cName} (${site.file.split('/').at(-1)}:${site.line})`
}

function lockAt(table: AddressTable, target: MachineTarget, addr: number): LockInfo | undefined {
  const placed = table.at(addr)
  if (placed === undefined || !placed.field.isLock || table.base(addr) + placed.field.offset !== addr)
    return undefined
  const kind = RWLOCKS.includes(placed.field.name) ? 'rw' : 'mutex'
  return { kind, class: placed.field.name.toLowerCase(), name: target.nameOf(addr) }
}

function unlocked(table: AddressTable, addr: number): string | undefined {
  return table.at(addr)?.field.unlocked
}

/** Words that are no business of the race checker: outside all records (pages, program text). */
function local(table: AddressTable, addr: number): boolean {
  return table.at(addr) === undefined
}

/** An LWP that is being made belongs to its maker. */
function isPublished({ machine }: MachineTarget, world: World, addr: number): boolean {
  const { lwps, nlwps } = machine.config
  if (addr < lwps || addr >= lwps + nlwps * LWP_WORDS) return true
  const lwp = addr - ((addr - lwps) % LWP_WORDS)
  return world.words[lwp + L_STAT] !== LSIDL && world.words[lwp + L_STAT] !== 0
}

/** The invariants of a machine at rest, when an execution has come to its end. */
class AtRest implements Observer {
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
