import { AWAIT, SPIN_WHILE, SPIN_WHILE_BOTH } from '@holdfast/compiler'
import { DISK_DUE } from '@holdfast/cpu'
import type { World } from '@holdfast/explorer'
import { HARDCLOCK_TICKS } from '@holdfast/kernel'
import { DISK_DONE_FIRST, DISK_FIRST, XF_DUE } from '@holdfast/mm'

/** How time passes in a machine under control, and how interrupts come. */
export interface MachineTime {
  /** Ticks that may pass without any program running, when every CPU idles or all have been busy for long: more, and the machine counts as blocked. */
  readonly idleTicks: number
  /** Ticks that an execution may have besides, at any point where the level of the primary CPU permits. */
  readonly freeTicks: number
  /**
   * When a transfer may complete: from the tick for which it is booked on; the same, but where nothing else can happen a free tick may come first, as on
   * workers, whose disk may be late; or at any point after it was started.
   */
  readonly disk: 'due' | 'overdue' | 'any'
  /**
   * When a CPU takes interrupts: at any point where its level permits, or where the kernel on workers looks for them: when its last spin
   * lock is released, at the user boundary, when it idles; and while it spins, but only when no CPU can go on otherwise. Then ticks
   * come, and the disk with them, when nothing else can happen, and at no other point.
   */
  readonly interrupts: 'any' | 'polled'
}

/** What passes if nothing else is said; docs/exploring.md tells why. */
export const DEFAULT_TIME: MachineTime = { idleTicks: 200, freeTicks: 2, disk: 'due', interrupts: 'any' }

/** How much less may happen then than in a machine, as the end of a sentence. */
export function boundText({ freeTicks, interrupts }: MachineTime): string {
  if (interrupts === 'polled')
    return 'interrupts being taken where CPUs poll, ticks when nothing else can happen'
  return `ticks coming when all idle${freeTicks === 0 ? '' : `, and ${freeTicks} at most at any other point`}`
}

/** Operations after which time passes although the machine does not idle. */
const BUSY_POINTS = 5_000

/** Why a tick comes. */
const IDLE = 0
const FREE = 1
const BUSY = 2
const NOT = 3

/** What a machine is asked about itself. */
export interface Rest {
  /** No CPU can go on, and none has an interrupt of another to take. */
  isQuiet(world: World): boolean
  /** All that it was to do is done. */
  finished(world: World): boolean
}

/**
 * The clock and the disk of a machine under control: what becomes of an execution besides what its CPUs do. Both interrupt the primary
 * CPU, each an event of its own at any point where its level permits; whoever asks has looked at that.
 *
 *     a tick of the clock     IDLE  when nothing else can happen
 *                             FREE  at any other point, a few times an execution
 *                             BUSY  when the machine has been busy for long
 *     the disk                pending when a transfer's tick has come, until it is taken; early, if `disk` is `any`, at any point
 *                             while one is under way: then time may pass too, when all idle
 *
 * Nothing waits for what is left out of this for ever: a transfer completes at the latest when nothing else can happen any more.
 */
export class Timekeeper {
  /** Free ticks taken. */
  taken = 0
  private readonly time: MachineTime
  /** Where ticks are free and transfers early. */
  private readonly during: (world: World) => boolean
  private readonly machine: Rest
  /** Ticks since a program last ran. */
  private ticks = 0
  private wanted = false
  /** Step of the last tick; and the tick at which the disk was last looked at. */
  private lastStep = 0
  private lastLook = -1

  constructor(time: MachineTime, machine: Rest, during: (world: World) => boolean = () => true) {
    this.time = time
    this.machine = machine
    this.during = during
  }

  /** An execution begins. */
  start(): void {
    this.taken = 0
    this.ticks = 0
    this.wanted = false
    this.lastStep = 0
    this.lastLook = -1
  }

  /** An LWP of the scenario runs. */
  ran(): void {
    this.ticks = 0
  }

  /**
   * What decides when time passes, besides the state of the machine and the free ticks taken: a number for it. Of how long it has been busy, no more than whether that is
   * too long: of states told apart by nothing else, one that will come to that later stands for all.
   */
  standing(world: World): number {
    const busy = world.steps - this.lastStep > BUSY_POINTS ? 2 : 0
    return this.ticks * 4 + busy + (nowIn(world) === this.lastLook ? 1 : 0)
  }

  /** Whether a tick may come. */
  mayTick(world: World): boolean {
    return this.reason(world) !== NOT
  }

  /** Whether the disk may interrupt. */
  mayComplete(world: World): boolean {
    return this.isDue(world) || this.isEarly(world)
  }

  /** Whether a tick that may come, or the disk, comes of itself, at nearly any point: not because it is time. */
  isTickFree(world: World): boolean {
    return this.reason(world) === FREE
  }

  isDiskEarly(world: World): boolean {
    return !this.isDue(world)
  }

  /** A tick is taken. Returns whether it is one of an idle machine that was not told so by {@link idle}. */
  tick(world: World): boolean {
    const reason = this.reason(world)
    const told = this.wanted
    this.wanted = false
    this.lastStep = world.steps
    if (reason === FREE) this.taken++
    else if (!told) this.ticks++
    return reason === IDLE && !told
  }

  /** The disk's interrupt is taken. Returns whether it is early. */
  complete(world: World): boolean {
    const early = this.isDiskEarly(world)
    this.lastLook = nowIn(world)
    return early
  }

  /** Nothing can happen: false, nothing will any more; else a tick may come now. */
  idle(): boolean {
    if (this.ticks >= this.time.idleTicks) return false
    this.ticks++
    this.wanted = true
    return true
  }

  private reason(world: World): number {
    if (this.wanted) return IDLE
    if (this.time.interrupts === 'polled') return NOT
    if (this.taken < this.time.freeTicks && this.during(world))
      return this.machine.isQuiet(world) && !this.isOverdue(world) ? this.instead(world) : FREE
    if (world.steps - this.lastStep > BUSY_POINTS && this.ticks < this.time.idleTicks) return BUSY
    return this.time.disk === 'any' && this.machine.isQuiet(world) ? this.instead(world) : NOT
  }

  /** All idle, but the disk may be early: time may pass as well. */
  private instead(world: World): number {
    if (this.ticks >= this.time.idleTicks || this.machine.finished(world)) return NOT
    return !this.isDue(world) && this.isEarly(world) ? IDLE : NOT
  }

  /** A transfer is due; or a page that could not be given back is tried again, a tick later. */
  private isDue(world: World): boolean {
    const { words } = world
    if (words[DISK_DUE] === 0) return false
    const first = words[DISK_FIRST] as number
    if (first !== 0 && (words[first + XF_DUE] as number) - nowIn(world) <= 0) return true
    return words[DISK_DONE_FIRST] !== 0 && nowIn(world) !== this.lastLook
  }

  /** A tick may pass before a transfer that is due. */
  private isOverdue(world: World): boolean {
    return this.time.disk === 'overdue' && this.isDue(world)
  }

  private isEarly(world: World): boolean {
    const { words } = world
    return this.time.disk === 'any' && words[DISK_DUE] !== 0 && words[DISK_FIRST] !== 0 && this.during(world)
  }
}

/** Whether the pending operation of an actor waits for another to change a word. */
export function isWaiting({ kind, words, a, b, c, d }: World, actor: number): boolean {
  const holds = words[a[actor] as number] === b[actor]
  switch (kind[actor]) {
    case SPIN_WHILE:
      return holds
    case SPIN_WHILE_BOTH:
      return holds && words[c[actor] as number] === d[actor]
    case AWAIT:
      return !holds
    default:
      return false
  }
}

function nowIn({ words }: World): number {
  return words[HARDCLOCK_TICKS] as number
}
