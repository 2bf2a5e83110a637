import { LockOrder, LockTracker, cycleIn, waitsOf } from '@holdfast/explorer'
import type { Observer, SeenEdge, Subject, Wait, World } from '@holdfast/explorer'
import { MachineTarget } from '../explore/machine/machine-target.js'
import { WaitGraph } from '../explore/machine/wait-graph.js'

/** Who waits for whom at the end. `cycle`: those that wait for one another. */
export interface WaitPicture {
  readonly waits: readonly Wait[]
  readonly cycle: readonly Wait[]
  /** How others are called that are waited for. */
  readonly names: ReadonlyMap<number, string>
}

/**
 * Notes what graphs of an execution show: the order of its locks, and who waits for whom at its end. It stands after the checkers of its
 * subject, which it asks.
 */
export class ExecutionProbe implements Observer {
  readonly name = 'execution probe'
  waiting: WaitPicture = { waits: [], cycle: [], names: new Map() }
  private readonly subject: Subject
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
        return [...own, this]
      },
    }
  }

  /** The order in which locks were taken, as far as this execution shows it; undefined: nobody watches that. */
  get lockOrder(): readonly SeenEdge[] | undefined {
    return this.order?.seen
  }

  reset(): void {
    this.waiting = { waits: [], cycle: [], names: new Map() }
  }

  finish(world: World): void {
    if (world.outcome === 'blocked') this.waiting = this.waitsAtEnd(world)
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
