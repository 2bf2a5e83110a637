import { CAS, READ } from '@holdfast/compiler'
import type { Site } from '@holdfast/compiler'
import { DRAIN } from '@holdfast/explorer'
import type { Narrator, Remark, World } from '@holdfast/explorer'
import {
  L_CPU,
  L_FLAG,
  L_HOLDCNT,
  L_LID,
  L_MUTEX,
  L_PFLAG,
  L_STAT,
  L_SWAPLOCK,
  LP_RUNNING,
  LW_IDLE,
  LW_INMEM,
  LW_WEXIT,
  UVM_SCHEDULER_KICKED,
} from '@holdfast/kernel'
import { PG_UANON, PG_UOBJECT, PG_WIRE_COUNT } from '@holdfast/mm'
import type { AddressTable } from './address-table.js'
import type { MachineListener, MachineTarget } from './machine-target.js'
import { isSleeping } from './machinery.js'
import { noteRemark } from './note-remark.js'
import type { WordTexts } from './word-texts.js'

/** Locks whose taking is part of the story by itself; of others only when they are what a fault is about. */
const LOCKS: Readonly<Record<string, Remark['weight']>> = {
  L_SWAPLOCK: 1,
  PROC_LOCK: 2,
  P_LOCK: 2,
  P_REFLOCK: 2,
  VM_MAP_LOCK: 2,
}
/** Fields of other records than LWPs that are part of the story when they change. */
const FIELDS: Readonly<Record<string, Remark['weight']>> = {
  P_STAT: 2,
  PG_WIRE_COUNT: 2,
  PG_UANON: 2,
  PG_UOBJECT: 2,
}
/** Records that a fault may be about. */
const RECORDS = new Set(['lwp', 'proc', 'vm_page'])
/** What the swapping of an LWP looks at. */
const LOOKED_AT = new Set(['L_FLAG', 'L_STAT', 'L_HOLDCNT', 'L_PFLAG', 'L_SYNCOBJ', 'P_STAT', 'L_ADDR'])
const PROTOCOL = /\/uvm-glue\//
const TRIES = /try/i
const NOTHING: readonly Remark[] = []
/** Between two steps. There are never so many unless nobody asks for them. */
const MOST_NOTES = 20

/**
 * Tells what the steps of the kernel mean: locks that are taken, waited for and released; the fields by which LWPs are swapped, run and
 * exit; and what the kernel itself notes (EV_*).
 */
export class KernelNarrator implements Narrator, MachineListener {
  private readonly target: MachineTarget
  private readonly table: AddressTable
  private readonly texts: WordTexts
  private readonly sites: readonly Site[]
  private noted: Remark[] = []

  constructor(target: MachineTarget, table: AddressTable, texts: WordTexts, sites: readonly Site[]) {
    this.target = target
    this.table = table
    this.texts = texts
    this.sites = sites
  }

  reset(): void {
    this.noted = []
  }

  note(world: World, actor: number, kind: number, a: number, b: number): void {
    if (this.noted.length >= MOST_NOTES) return
    const remark = noteRemark(this.target, this.texts, world, actor, kind, a, b)
    if (remark === undefined) return
    const about = [...remark.about, ...remark.about.map((each) => this.subjectOf(each))]
    this.noted.push({ ...remark, about: about.filter((each) => each > 0), ...this.callerOf(world, actor) })
  }

  /** The innermost call outside the code of sleeping and waking. */
  private callerOf(world: World, actor: number): { at?: string } {
    for (const call of (world.contexts[actor]?.calls ?? []).toReversed()) {
      if (call === -1) return {}
      const site = this.sites[call]
      if (site !== undefined && !isSleeping(site) && !this.target.isInner(call))
        return { at: `${site.cName}:${site.line}` }
    }
    return {}
  }

  after(): readonly Remark[] {
    if (this.noted.length === 0) return NOTHING
    const { noted } = this
    this.noted = []
    return noted
  }

  event(world: World): Remark | undefined {
    this.noted = []
    const { evAddr, evKind, evWords, evWrote, evOld, evNew, words } = world
    if (evWords !== 1 || evKind === DRAIN) return undefined
    const placed = this.table.at(evAddr)
    if (placed === undefined) return undefined
    const base = this.table.base(evAddr)
    if (placed.field.isLock)
      return base + placed.field.offset === evAddr ? this.lock(world, placed.field.name) : undefined
    if (!evWrote) return this.read(world, placed.field.name)
    if (evOld === evNew) return undefined
    const name = this.texts.name(evAddr, words)
    if (evAddr === UVM_SCHEDULER_KICKED)
      return { text: `${name} ${evOld} -> ${evNew}`, weight: 2, about: [evAddr] }
    if (placed.layout.name === 'lwp') return this.wroteLwp(world, base, evAddr - base, name)
    const weight = FIELDS[placed.field.name]
    return weight === undefined ? undefined : this.change(world, name, weight, [base])
  }

  /** The LWP, the process, the page, the lock; 0 for what belongs to many. */
  subjectOf(addr: number): number {
    const placed = this.table.at(addr)
    if (placed === undefined) return 0
    if (RECORDS.has(placed.layout.name)) return this.table.base(addr)
    return placed.field.isLock || placed.layout.base !== undefined ? addr : 0
  }

  stateOf(subject: number): readonly number[] {
    if (this.table.at(subject)?.layout.name === 'vm_page')
      return [PG_WIRE_COUNT, PG_UOBJECT, PG_UANON].map((field) => subject + field)
    if (!this.texts.isLwp(subject)) return []
    return [L_FLAG, L_STAT, L_HOLDCNT, L_SWAPLOCK, L_MUTEX, L_CPU].map((field) => subject + field)
  }

  private lock(world: World, field: string): Remark | undefined {
    const { evAddr, evActor, evKind, evSite, evWrote, evOld, evNew, words } = world
    const { texts } = this
    const weight = LOCKS[field] ?? 3
    const name = texts.name(evAddr, words)
    const self = this.self(evActor)
    const before = texts.owner(evAddr, evOld)
    const about = [evAddr, this.subjectOf(evAddr), self].filter((each) => each > 0)
    if (!evWrote) {
      if (evKind !== CAS || texts.isSpin(evOld) || before === 0 || before === self) return undefined
      const held = texts.value(evAddr, evOld, words) ?? String(evOld)
      const isTry = TRIES.test(this.sites[evSite]?.function ?? '')
      return { text: `${isTry ? 'tries' : 'waits for'} ${name}: ${held}`, weight, about }
    }
    const after = texts.owner(evAddr, evNew)
    const readers = texts.readers(evAddr, evNew) - texts.readers(evAddr, evOld)
    if (before === after && readers === 0) return undefined
    if (after === 0 && readers <= 0) return { text: `releases ${name}`, weight, about, closes: evAddr }
    if (readers > 0) return { text: `takes ${name} for reading`, weight, about, opens: evAddr }
    if (after === self) return { text: `takes ${name}`, weight, about, opens: evAddr }
    const to = texts.isLwp(after) ? this.target.lwpName(world, after) : 'another'
    return { text: `hands ${name} to ${to}`, weight, about }
  }

  private wroteLwp(world: World, lwp: number, field: number, name: string): Remark | undefined {
    const { evOld, evNew } = world
    const who = this.target.lwpName(world, lwp)
    const about = [lwp]
    switch (field) {
      case L_FLAG: {
        const weight = ((evOld ^ evNew) & (LW_INMEM | LW_WEXIT)) !== 0 ? 1 : 3
        const set = this.texts.flags(world.evAddr, evNew & ~evOld)
        const cleared = this.texts.flags(world.evAddr, evOld & ~evNew)
        const parts = [
          ...((evNew & ~evOld) === 0 ? [] : [`sets ${set}`]),
          ...((evOld & ~evNew) === 0 ? [] : [`clears ${cleared}`]),
        ]
        return { text: `${parts.join(', ')} of ${who}`, weight, about }
      }
      case L_PFLAG:
        if (((evOld ^ evNew) & LP_RUNNING) === 0) return undefined
        return {
          text: `${(evNew & LP_RUNNING) === 0 ? 'clears' : 'sets'} LP_RUNNING of ${who}`,
          weight: 3,
          about,
        }
      case L_STAT:
        if (((world.words[lwp + L_FLAG] as number) & LW_IDLE) !== 0) return undefined
        return this.change(world, name, 2, about)
      case L_HOLDCNT:
        return { text: `${name} ${evOld} -> ${evNew}`, weight: 1, about }
      case L_LID:
      case L_MUTEX:
      case L_CPU:
        return this.change(world, name, 3, about)
      default:
        return undefined
    }
  }

  private read(world: World, field: string): Remark | undefined {
    const { evAddr, evKind, evSite, evOld, words } = world
    if (evKind !== READ || !LOOKED_AT.has(field) || !PROTOCOL.test(this.sites[evSite]?.file ?? ''))
      return undefined
    const value = this.texts.value(evAddr, evOld, words) ?? String(evOld)
    return {
      text: `sees ${this.texts.name(evAddr, words)}: ${value}`,
      weight: 3,
      about: [this.subjectOf(evAddr)],
    }
  }

  private change(world: World, name: string, weight: Remark['weight'], about: readonly number[]): Remark {
    const { evAddr, evOld, evNew, words } = world
    const before = this.texts.value(evAddr, evOld, words) ?? String(evOld)
    const after = this.texts.value(evAddr, evNew, words) ?? String(evNew)
    return { text: `${name}: ${before} -> ${after}`, weight, about }
  }

  private self(actor: number): number {
    return this.target.cpus[actor]?.self ?? 0
  }
}
