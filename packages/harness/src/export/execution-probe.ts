import { LockOrder, LockTracker, cycleIn, waitsOf } from '@holdfast/explorer'
import type { LockListener, Observer, SeenEdge, Subject, Wait, World } from '@holdfast/explorer'
import { SPC_COUNT } from '@holdfast/kernel'
import { UVMEXP_ACTIVE, UVMEXP_FREE, UVMEXP_INACTIVE } from '@holdfast/mm'
import { MachineTarget } from '../explore/machine-target.js'
import { WaitGraph } from '../explore/wait-graph.js'

/** A lock, from the step that took it to the one that released it. */
export interface LockHold {
  readonly lock: string
  readonly holder: string
  /** Number of the actor that took it, and step. */
  readonly actor: number
  readonly from: number
  /** Taken by one that was not running then: it was handed over. */
  readonly handed: boolean
  /** Actor that released it, and step; undefined: it was held at the end. */
  released: { readonly actor: number; readonly step: number } | undefined
}

/** A counter of the machine has changed. */
export interface CounterChange {
  readonly step: number
  readonly counter: string
  readonly value: number
}

/** Who waits for whom at the end. `cycle`: those that wait for one another. */
export interface WaitPicture {
  readonly waits: readonly Wait[]
  readonly cycle: readonly Wait[]
  /** How others are called that are waited for. */
  readonly names: ReadonlyMap<number, string>
}

interface Counter {
  readonly name: string
  readonly addr: number
  value: number | undefined
}

/**
 * Notes what a picture of an execution shows besides its steps: locks held, counters, the order of locks, and who waits for whom at the end. It
 * stands after the checkers of its subject, which it asks.
 */
export class ExecutionProbe implements Observer, LockListener {
  readonly name = 'execution probe'
  readonly holds: LockHold[] = []
  readonly counters: CounterChange[] = []
  waiting: WaitPicture = { waits: [], cycle: [], names: new Map() }
  private readonly subject: Subject
  private readonly open = new Map<string, LockHold>()
  private watched: Counter[] = []
  private locks: LockTracker | undefined
  private order: LockOrder | undefined

  constructor(subject: Subject) {
    this.subject = subject
  }

  /** The subject, watched by this. */
  watching(): Subject {
    const { subject } = this
    return {
      ...subject,
      observers: () => {
        const own = subject.observers()
        this.locks = own.find((each) => each instanceof LockTracker)
        this.order = own.find((each) => each instanceof LockOrder)
        this.locks?.listen(this)
        return [...own, this]
      },
    }
  }

  /** The order in which locks were taken, as far as this execution shows it; undefined: nobody watches that. */
  get lockOrder(): readonly SeenEdge[] | undefined {
    return this.order?.seen
  }

  reset(): void {
    this.holds.length = 0
    this.counters.length = 0
    this.open.clear()
    this.waiting = { waits: [], cycle: [], names: new Map() }
    this.watched = countersOf(this.subject)
  }

  event(world: World): void {
    for (const counter of this.watched) {
      const value = world.words[counter.addr] as number
      if (value === counter.value) continue
      counter.value = value
      this.counters.push({ step: Math.max(0, world.steps - 1), counter: counter.name, value })
    }
  }

  finish(world: World): void {
    if (world.outcome === 'blocked') this.waiting = this.waitsAtEnd(world)
  }

  acquired(world: World, held: Parameters<NonNullable<LockListener['acquired']>>[1]): void {
    const hold: LockHold = {
      lock: wordName(world, held.lock),
      holder: this.holderName(world, held),
      actor: held.actor,
      from: held.step,
      handed: held.how === 'handed',
      released: undefined,
    }
    this.holds.push(hold)
    this.open.set(`${held.lock} ${held.holder}`, hold)
  }

  released(world: World, held: Parameters<NonNullable<LockListener['acquired']>>[1]): void {
    const key = `${held.lock} ${held.holder}`
    const hold = this.open.get(key)
    if (hold !== undefined) hold.released = { actor: world.evActor, step: Math.max(0, world.steps - 1) }
    this.open.delete(key)
  }

  private holderName(
    world: World,
    { actor, holder, spin }: Parameters<NonNullable<LockListener['acquired']>>[1],
  ): string {
    const { target } = this.subject
    if (target instanceof MachineTarget && holder > 0 && !spin) return target.lwpName(world, holder)
    return target.actorName?.(world, actor) ?? `actor ${actor}`
  }

  private waitsAtEnd(world: World): WaitPicture {
    const { target, sites } = this.subject
    const name = (who: number): string =>
      target instanceof MachineTarget
        ? target.lwpName(world, who)
        : (target.actorName?.(world, who) ?? `actor ${who}`)
    const waits =
      target instanceof MachineTarget
        ? new WaitGraph(target, sites).waits(world)
        : waitsOf(world, this.locks ?? new LockTracker(), name)
    const all = waits.flatMap((wait) => [wait.who, ...wait.for])
    return {
      waits,
      cycle: cycleIn(waits) ?? [],
      names: new Map(all.map((who) => [who, name(who)])),
    }
  }
}

function countersOf({ target }: Subject): Counter[] {
  if (!(target instanceof MachineTarget)) return []
  const { cpuInfos, cpuInfoWords, ncpu } = target.machine.config
  const pages: readonly (readonly [string, number])[] = [
    ['free pages', UVMEXP_FREE],
    ['active pages', UVMEXP_ACTIVE],
    ['inactive pages', UVMEXP_INACTIVE],
  ]
  const queues = Array.from(
    { length: ncpu },
    (_, cpu) => [`run queue of CPU${cpu}`, cpuInfos + cpu * cpuInfoWords + SPC_COUNT] as const,
  )
  return [...pages, ...queues].map(([name, addr]) => ({ name, addr, value: undefined }))
}

function wordName(world: World, addr: number): string {
  return world.target.nameOf?.(addr, world.words) ?? `word ${addr}`
}
