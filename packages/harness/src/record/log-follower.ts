import { FILL, COPY, STORE, WRITE } from '@holdfast/compiler'
import { CHECK_EVERY, foldHash } from '@holdfast/cpu'
import type { CpuLog } from '@holdfast/cpu'
import { FIRST_INTERRUPT, WAY_SHIFT, nonpreemptive } from '@holdfast/explorer'
import type { Chooser, Observer, World } from '@holdfast/explorer'

/** Where an execution stops being the recorded one. */
export interface LogDrift {
  readonly cpu: number
  /** Number of the CPU's event, and of the step. */
  readonly event: number
  readonly step: number
  /** The events of the CPU from this one on, up to `event`, are not certain. */
  readonly since: number
  readonly why: 'values' | 'blocked' | 'order'
}

/** What is done when the logs have nothing more. */
export type AfterLog = 'stop' | 'nonpreemptive'

/**
 * Chooses as the logs of a parallel run say: at each point a CPU whose next event comes after none that has not been
 * executed, the one that ran last if it can; an interrupt where one was taken. So an execution has the recorded order of all
 * events that touch a stripe in common, and as few switches as this simple rule gives.
 *
 * Verifies that each CPU reads and writes the values it did, by their hashes; `drift` says from where on it does not.
 */
export class LogFollower implements Chooser, Observer {
  readonly name = 'order of the log'
  drift: LogDrift | undefined
  /** Steps up to where the logs go; -1: the execution ended before. What is done after them is a guess if a log was cut short. */
  end = -1
  private readonly logs: readonly CpuLog[]
  private readonly after: AfterLog
  private readonly count: number[]
  private readonly hash: number[]
  private readonly afterAt: number[]
  private readonly interruptAt: number[]
  private readonly checkAt: number[]

  constructor(logs: readonly CpuLog[], after: AfterLog = 'stop') {
    this.logs = logs
    this.after = after
    this.count = logs.map(() => 0)
    this.hash = logs.map(() => 0)
    this.afterAt = logs.map(() => 0)
    this.interruptAt = logs.map(() => 0)
    this.checkAt = logs.map(() => 0)
  }

  /** Events of each CPU that have been executed. */
  get events(): readonly number[] {
    return this.count
  }

  reset(): void {
    for (const each of [this.count, this.hash, this.afterAt, this.interruptAt, this.checkAt]) each.fill(0)
    this.drift = undefined
    this.end = -1
  }

  event(world: World): void {
    if (this.end >= 0) return
    const { evActor: cpu } = world
    const hash = foldHash(this.hash[cpu] as number, world.evAddr, valueOf(world))
    const count = (this.count[cpu] as number) + 1
    this.hash[cpu] = hash
    this.count[cpu] = count
    if (count % CHECK_EVERY === 0) this.check(world, cpu, hash)
    const log = this.logs[cpu] as CpuLog
    if (count === log.events && log.hash !== undefined && log.hash !== hash)
      this.drifted(world, cpu, 'values')
  }

  finish(): void {}

  choose(world: World): number {
    if (this.drift !== undefined) return -1
    if (this.end >= 0) return this.nobody(world)
    const { current, n } = world
    if (current >= 0) {
      const choice = this.next(world, current)
      if (choice >= 0) return choice
    }
    for (let cpu = 0; cpu < n; cpu++) {
      const choice = cpu === current ? -1 : this.next(world, cpu)
      if (choice >= 0) return choice
    }
    return this.nobody(world)
  }

  /** The choice with which `cpu` goes on as recorded, or -1: it has to wait, or has nothing left. */
  private next(world: World, cpu: number): number {
    const { events, after, interrupts } = this.logs[cpu] as CpuLog
    const event = this.count[cpu] as number
    if (event >= events) return -1
    let at = this.afterAt[cpu] as number
    for (; at < after.length; at++) {
      const edge = after[at] as CpuLog['after'][number]
      if (edge.event > event) break
      if ((this.count[edge.cpu] as number) <= edge.before) return -1
    }
    let taken = this.interruptAt[cpu] as number
    while (taken < interrupts.length && (interrupts[taken]?.event as number) < event) taken++
    this.interruptAt[cpu] = taken
    const interrupt = interrupts[taken]
    const isInterrupt = interrupt !== undefined && interrupt.event === event
    const choice = isInterrupt ? cpu | ((FIRST_INTERRUPT + interrupt.source) << WAY_SHIFT) : cpu
    if (!isEnabled(world, choice)) return -1
    this.afterAt[cpu] = at
    return choice
  }

  private nobody(world: World): number {
    const left = this.logs.findIndex(({ events }, cpu) => (this.count[cpu] as number) < events)
    // Where a log was cut short, others may have to wait for what is not in it.
    if (left >= 0 && this.end < 0 && this.logs.every(({ ended }) => ended)) {
      this.drifted(world, left, 'blocked')
      return -1
    }
    if (this.end < 0) this.end = world.steps
    return this.after === 'stop' ? -1 : nonpreemptive(world)
  }

  private check(world: World, cpu: number, hash: number): void {
    const { checks } = this.logs[cpu] as CpuLog
    const due = checks[this.checkAt[cpu] as number]
    if (due === undefined) return
    this.checkAt[cpu] = (this.checkAt[cpu] as number) + 1
    if (due.event !== this.count[cpu]) this.drifted(world, cpu, 'order')
    else if (due.hash !== hash) this.drifted(world, cpu, 'values')
  }

  private drifted(world: World, cpu: number, why: LogDrift['why']): void {
    const event = this.count[cpu] as number
    const since = why === 'values' ? Math.floor((event - 1) / CHECK_EVERY) * CHECK_EVERY : event
    this.drift ??= { cpu, event, step: world.steps, since, why }
  }
}

/** What the recording folds into its hash of an event. */
function valueOf({ evKind, evOld, evNew, evWords }: World): number {
  if (evKind === WRITE || evKind === STORE) return evNew
  return evKind === FILL || evKind === COPY ? evWords : evOld
}

function isEnabled({ choices, choiceCount }: World, choice: number): boolean {
  for (let i = 0; i < choiceCount; i++) if (choices[i] === choice) return true
  return false
}
