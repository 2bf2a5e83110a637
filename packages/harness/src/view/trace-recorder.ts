import type { Site } from '@holdfast/compiler'
import type { EventRow, Observer, World } from '@holdfast/explorer'
import { CI_IDLELWP } from '@holdfast/kernel'
import {
  ENDED,
  PREEMPTS,
  REPORTED,
  WROTE,
  type Trace,
  type TraceNote,
  type TraceWord,
} from '@holdfast/viewer'
import { MachineTarget } from '../explore/machine/machine-target.js'
import { Interned } from './intern.js'
import { lockEventsOf } from './lock-events.js'
import { PageTables } from './page-tables.js'
import { notesOf } from './step-notes.js'
import { GROUPS, WordGroups } from './word-groups.js'

/** A trace but for what is known only after it: what it is called, and its sources. */
export type Recorded = Pick<
  Trace,
  | 'actors'
  | 'tasks'
  | 'groups'
  | 'words'
  | 'ops'
  | 'stacks'
  | 'events'
  | 'changes'
  | 'locks'
  | 'meanings'
  | 'notes'
> & {
  /** The places of `stacks`. */
  readonly sites: readonly Site[]
  /** Address of each word. */
  readonly addresses: readonly number[]
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/**
 * Writes an execution down as a trace: what rows tell of each step ({@link row}), and what only who watches memory sees ({@link event}):
 * every word that changes, and which LWP a CPU runs.
 */
export class TraceRecorder implements Observer {
  readonly name = 'trace recorder'
  private shadow = new Int32Array(0)
  private groups: WordGroups | undefined
  private pageTables: PageTables | undefined
  /** Addresses of entries of page tables. */
  private readonly entries = new Set<number>()
  private world: World | undefined
  /** The task of each step. */
  private readonly taskOf: number[] = []
  private readonly changed: { event: number; addr: number; value: number }[] = []
  private readonly tasks = new Interned<string>()
  private readonly ops = new Interned<string>()
  private readonly places = new Interned<Site>()
  private readonly stacks = new Interned<number[]>()
  private readonly words = new Interned<Mutable<TraceWord> & { addr: number }>()
  private readonly meanings = new Interned<{ word: number; value: number; text: string }>()
  private readonly events = {
    actor: [] as number[],
    task: [] as number[],
    op: [] as number[],
    stack: [] as number[],
    inner: [] as number[],
    word: [] as number[],
    old: [] as number[],
    new: [] as number[],
    flags: [] as number[],
  }
  private readonly locks = { event: [] as number[], word: [] as number[], what: [] as number[] }
  private readonly notes: TraceNote[] = []

  reset(world: World): void {
    this.world = world
    this.shadow = Int32Array.from(world.target.image)
    const { target } = world
    if (target instanceof MachineTarget) {
      this.groups = new WordGroups(target.machine.regions, target.image.length)
      this.pageTables = new PageTables(target.machine.regions)
    }
  }

  event(world: World): void {
    const event = world.steps - 1
    this.taskOf[event] = this.task(world)
    this.compare(world, event, world.evAddr, world.evWords)
    this.compare(world, event, world.evAddr2, world.evWords2)
  }

  finish(): void {}

  /** A row is complete. */
  row(row: EventRow, world: World): void {
    const { events } = this
    const event = events.actor.length
    const faults = row.reports.filter((text) => !this.isByDesign(world, text))
    const word = row.addr === undefined ? -1 : this.word(world, row.addr, row.place?.file ?? '', row.word)
    events.actor.push(row.actor)
    events.task.push(this.taskOf[event] ?? -1)
    events.op.push(this.ops.number(row.op, () => row.op))
    events.stack.push(this.stack(row))
    events.inner.push(row.inner)
    events.word.push(word)
    events.old.push(row.old)
    events.new.push(row.new)
    events.flags.push(
      (row.preempts ? PREEMPTS : 0) |
        (row.wrote ? WROTE : 0) |
        (faults.length > 0 ? REPORTED : 0) |
        (row.left?.why === 'ended' ? ENDED : 0),
    )
    if (word >= 0 && row.meaning !== undefined) {
      this.mean(word, row.old, row.meaning.old)
      this.mean(word, row.new, row.meaning.new)
    }
    this.lock(world, row, event)
    this.notes.push(...notesOf(row, event, faults))
  }

  /** The trace, once the execution is over. `keys`: addresses of words that the fault is about. */
  recorded(keys: ReadonlySet<number>): Recorded {
    const { events, locks, notes } = this
    const found = this.changed.flatMap(({ event, addr, value }) => {
      const word = this.words.find(String(addr))
      return word === undefined ? [] : [{ event, word, value }]
    })
    this.meanEntries(found)
    const isChanged = new Set(found.map(({ word }) => word))
    const isKey = (addr: number, word: number): boolean =>
      keys.has(addr) ||
      this.groups?.isTelling(addr) !== false ||
      (this.entries.has(addr) && isChanged.has(word))
    return {
      actors: this.actors(),
      tasks: this.tasks.rows,
      groups: this.groups === undefined ? ['memory'] : GROUPS,
      words: this.words.rows.map(({ addr, ...word }, number) =>
        isKey(addr, number) ? { ...word, isKey: true } : word,
      ),
      addresses: this.words.rows.map(({ addr }) => addr),
      ops: this.ops.rows,
      stacks: this.stacks.rows,
      sites: this.places.rows,
      events,
      changes: {
        event: found.map(({ event }) => event),
        word: found.map(({ word }) => word),
        value: found.map(({ value }) => value),
      },
      locks,
      meanings: {
        word: this.meanings.rows.map(({ word }) => word),
        value: this.meanings.rows.map(({ value }) => value),
        text: this.meanings.rows.map(({ text }) => text),
      },
      notes,
    }
  }

  /** What entries of page tables say, which the kernel has no words for. */
  private meanEntries(changes: readonly { readonly word: number; readonly value: number }[]): void {
    const { pageTables, words } = this
    if (pageTables === undefined) return
    const initials = words.rows.map(({ initial }, word) => ({ word, value: initial }))
    for (const { word, value } of [...initials, ...changes])
      if (this.entries.has(words.rows[word]?.addr ?? 0)) this.mean(word, value, pageTables.text(value))
  }

  private actors(): string[] {
    const { world } = this
    if (world === undefined) return []
    const nameOfActor = (actor: number): string => world.target.actorName?.(world, actor) ?? `actor ${actor}`
    return Array.from({ length: world.n }, (_, actor) => nameOfActor(actor))
  }

  private compare({ words }: World, event: number, from: number, count: number): void {
    const { shadow } = this
    for (let addr = from; addr < from + count; addr++) {
      const value = words[addr] as number
      if (shadow[addr] === value) continue
      shadow[addr] = value
      this.changed.push({ event, addr, value })
    }
  }

  /** An LWP is known by its address and what it is called: both are used again, but not together. */
  private task(world: World): number {
    const { target, evActor } = world
    if (!(target instanceof MachineTarget)) return -1
    const lwp = target.cpus[evActor]?.self ?? 0
    const name = target.lwpName(world, lwp)
    return this.tasks.number(`${lwp} ${name}`, () => apart(world, lwp, name))
  }

  private word(world: World, addr: number, file: string, name?: string): number {
    const { groups } = this
    const number = this.words.number(String(addr), () => {
      const entry = this.pageTables?.name(addr, file)
      const group = entry !== undefined ? 'page tables' : groups?.group(addr)
      const initial = world.target.image[addr] as number
      const word = {
        addr,
        name: entry ?? '',
        group: group === undefined ? 0 : GROUPS.indexOf(group),
        initial,
      }
      if (entry !== undefined) this.entries.add(addr)
      return groups?.isLock(addr) === true ? { ...word, isLock: true } : word
    })
    const word = this.words.rows[number] as Mutable<TraceWord>
    // What a record is called may be known only later: `lwp[6].l_flag`, then `target (2.1).l_flag`.
    if (this.entries.has(addr)) return number
    if (word.name === '' || /\[\d+\]/.test(word.name))
      word.name = this.wordName(world, addr, name ?? nameOf(world, addr))
    if (word.initial !== 0 || this.meanings.find(`${number} 0`) === undefined) {
      const text = world.target.valueText?.(addr, word.initial, world.words)
      if (text !== undefined) this.mean(number, word.initial, text)
    }
    return number
  }

  private wordName(world: World, addr: number, name: string): string {
    const { groups } = this
    return groups === undefined
      ? name
      : apart(world, groups.record(addr), name) + groups.firstField(addr, name)
  }

  private mean(word: number, value: number, text: string): void {
    if (text !== String(value)) this.meanings.number(`${word} ${value}`, () => ({ word, value, text }))
  }

  private stack({ place, callers }: EventRow): number {
    const places = place === undefined ? [] : [place, ...callers]
    const rows = places.map((site) =>
      this.places.number(`${site.file}:${site.line}:${site.column}`, () => site),
    )
    return this.stacks.number(rows.join(' '), () => rows)
  }

  private lock(world: World, row: EventRow, event: number): void {
    const isMachine = this.groups !== undefined
    for (const { addr, what } of lockEventsOf(row, isMachine, (name) => addressOf(world, name))) {
      const word = this.word(world, addr, row.place?.file ?? '')
      ;(this.words.rows[word] as Mutable<TraceWord>).isLock = true
      this.locks.event.push(event)
      this.locks.word.push(word)
      this.locks.what.push(what)
    }
  }

  /** Accesses that are unlocked on purpose are no part of the picture. */
  private isByDesign({ reports }: World, text: string): boolean {
    return reports.find(({ message }) => message === text)?.byDesign !== undefined
  }
}

function nameOf(world: World, addr: number): string {
  return world.target.nameOf?.(addr, world.words) ?? `word ${addr}`
}

/** Each CPU has an LWP that idles, and the kernel calls them all the same: `idle of CPU0`. */
function apart({ target, words }: World, lwp: number, name: string): string {
  if (!(target instanceof MachineTarget) || !name.startsWith(IDLE)) return name
  const cpu = target.cpus.findIndex(({ ci }) => words[ci + CI_IDLELWP] === lwp)
  return `idle of CPU${cpu}${name.slice(IDLE.length)}`
}

const IDLE = 'an idle LWP'

/** Of a program, whose words are few. */
function addressOf(world: World, name: string): number | undefined {
  for (let addr = 1; addr < world.words.length; addr++) if (nameOf(world, addr) === name) return addr
  return undefined
}
