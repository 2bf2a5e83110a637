import { layoutOf } from '@holdfast/atomics-sync'
import type { Observer, World } from '@holdfast/explorer'
import { eventKinds } from '@holdfast/kernel'
import {
  DISK_NACTIVE,
  PG_BUSY,
  PG_FLAGS,
  PG_PAGEOUT,
  PG_UANON,
  PG_UOBJECT,
  UVMEXP_PAGING,
  UVMEXP_SWAPINS,
  UVMEXP_SWAPOUTS,
  UVMEXP_SWPGAVAIL,
  UVMEXP_SWPGINUSE,
  UVMEXP_SWPGONLY,
  VM_PAGE_WORDS,
} from '@holdfast/mm'
import type { MachineListener, MachineTarget } from '../machine/machine-target.js'
import { OUT, poolsOf } from '../machine/pools.js'
import type { Pool } from '../machine/pools.js'

/** A slot of the swap device that holds the only copy of its page (uvm-swap.ts); 0 is a free one. */
const SLOT_ONLY = 2
const AN_REF = offsetOf('vm_anon', 'AN_REF')
const AN_SWSLOT = offsetOf('vm_anon', 'AN_SWSLOT')
/** What processes alone use: as much must be there when they are gone as there was before. */
const OF_PROCESSES: readonly string[] = ['the anon', 'the amap', 'the address space']

/**
 * What memory is counted as, and what has become of it, when all processes are gone.
 *
 * Verifies   V1  slots of the swap device that are taken are as many as uvmexp.swpginuse, those with the only copy as uvmexp.swpgonly, and each is somebody's
 *            V2  anons, amaps and address spaces are as many as before the processes were
 *            V3  where no page that has an owner is busy the disk has nothing to do; where none is written, uvmexp.paging is 0
 *            V4  no more swap-ins and swap-outs are counted than there were (fewer may be: the counters are changed with no lock, as in C)
 * Does not   compare uvmexp.wired with the frames; look at executions that end otherwise, or with something else reported; nor tell who has kept or lost what is missing.
 */
export class Conservation implements Observer, MachineListener {
  readonly name = 'conservation'
  private readonly target: MachineTarget
  private readonly pools: readonly Pool[]
  private swapins = 0
  private swapouts = 0

  constructor(target: MachineTarget) {
    this.target = target
    this.pools = poolsOf(target.machine.regions)
    target.listen(this)
  }

  reset(): void {
    this.swapins = 0
    this.swapouts = 0
  }

  note(_world: World, _actor: number, kind: number): void {
    const event = eventKinds[kind]?.name
    if (event === 'swapin') this.swapins++
    else if (event === 'swapout') this.swapouts++
  }

  gathered(): number {
    return (Math.imul(this.swapins, 0x9e3779b1) + Math.imul(this.swapouts, 0x85ebca6b)) | 0
  }

  finish(world: World): void {
    if (world.outcome !== 'done' || world.reports.length > 0) return
    this.transfers(world)
    this.slots(world)
    this.items(world)
    const { image } = this.target
    const { words } = world
    for (const [name, word, there] of [
      ['swapins', UVMEXP_SWAPINS, this.swapins],
      ['swapouts', UVMEXP_SWAPOUTS, this.swapouts],
    ] as const) {
      const counted = (words[word] as number) - (image[word] as number)
      if (counted > there)
        this.report(world, `uvmexp.${name} has grown by ${counted}, and there were ${there}`, word)
    }
  }

  /** V3 */
  private transfers(world: World): void {
    const { words } = world
    const { vmPages, physmem } = this.target.machine.config
    let busy = 0
    let written = 0
    for (let frame = 0; frame < physmem; frame++) {
      const pg = vmPages + frame * VM_PAGE_WORDS
      const flags = words[pg + PG_FLAGS] as number
      // What was taken at boot has no owner, and is busy for ever.
      const owned = words[pg + PG_UANON] !== 0 || words[pg + PG_UOBJECT] !== 0
      if (owned && (flags & PG_BUSY) !== 0) busy++
      if ((flags & PG_PAGEOUT) !== 0) written++
    }
    if (busy === 0) this.equal(world, 'the number of transfers', DISK_NACTIVE, 0, 'pages are busy')
    if (written === 0) this.equal(world, 'uvmexp.paging', UVMEXP_PAGING, 0, 'pages are written')
  }

  /** V1 */
  private slots(world: World): void {
    const { words } = world
    const mm = this.target.machine.config.mm
    const [first, swapPages] = [mm['swapSlots'] as number, this.target.image[UVMEXP_SWPGAVAIL] as number]
    const owned = this.ownedSlots(world)
    const lost: number[] = []
    let taken = 0
    let only = 0
    for (let slot = 1; slot <= swapPages; slot++) {
      const state = words[first + slot] as number
      if (state === 0) continue
      taken++
      if (state === SLOT_ONLY) only++
      if (!owned.has(slot)) lost.push(slot)
    }
    const [slot] = lost
    if (slot !== undefined) this.report(world, `swap slot ${slot} is taken, and is nobody's`, first + slot)
    this.equal(world, 'uvmexp.swpginuse', UVMEXP_SWPGINUSE, taken, 'slots are taken')
    this.equal(world, 'uvmexp.swpgonly', UVMEXP_SWPGONLY, only, 'slots have the only copy')
  }

  private ownedSlots({ words }: World): Set<number> {
    const { mm } = this.target.machine.config
    const owned = new Set<number>()
    const slots = mm['kernelObjectSlots'] as number
    const end = this.target.machine.regions.find(({ base }) => base === slots)
    for (let at = slots; at < slots + (end?.words ?? 0); at++) owned.add(words[at] as number)
    for (const item of this.out(words, 'the anon')) owned.add(words[item + AN_SWSLOT] as number)
    return owned
  }

  /** V2 */
  private items(world: World): void {
    for (const name of OF_PROCESSES) {
      const before = this.inUse(this.target.image, name)
      const now = this.inUse(world.words, name)
      if (now > before)
        this.report(world, `${now - before} more of ${name} is in use than before`, this.pools[0]?.links ?? 0)
    }
  }

  /** A dead anon waits for the disk to give its page back. */
  private inUse(words: ArrayLike<number>, name: string): number {
    const out = this.out(words, name)
    return name === 'the anon' ? out.filter((item) => words[item + AN_REF] !== 0).length : out.length
  }

  private out(words: ArrayLike<number>, wanted: string): number[] {
    const found: number[] = []
    for (const { name, items, words: size, links, count } of this.pools)
      if (name === wanted)
        for (let i = 0; i < count; i++) if (words[links + i] === OUT) found.push(items + i * size)
    return found
  }

  private equal(world: World, counter: string, word: number, there: number, what: string): void {
    const counted = world.words[word] as number
    if (counted !== there) this.report(world, `${counter} is ${counted}, and ${there} ${what}`, word)
  }

  private report(world: World, message: string, word: number): void {
    world.report({ verdict: 'invariant', message: `at the end, ${message}`, sites: [], words: [word] })
  }
}

function offsetOf(record: string, field: string): number {
  return layoutOf(record).fields.find(({ name }) => name === field)?.offset ?? 0
}
