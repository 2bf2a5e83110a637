import type { Site } from '@holdfast/compiler'
import { issuedWords, outerSite } from '@holdfast/explorer'
import type { Observer, World } from '@holdfast/explorer'
import {
  L_FLAG,
  L_PROC,
  L_TIMEOUT_STATE,
  L_WCHAN,
  L_WMESG,
  LW_CANCELLED,
  LW_PENDSIG,
  LW_SINTR,
  LW_WCORE,
  LW_WEXIT,
  OPC_EAGAIN,
  OPC_EINTR,
  OPC_EOTHER,
  PS_SIGKILL,
  PS_STOPPING,
  P_SFLAG,
  eventKinds,
  wmesgText,
} from '@holdfast/kernel'
import { LwpFields } from './lwp-fields.js'
import type { MachineListener, MachineTarget } from '../machine/machine-target.js'

/** What ends a sleep in which signals are caught. */
const SIGNALLED = LW_CANCELLED | LW_WEXIT | LW_WCORE | LW_PENDSIG
/** The state of a timeout whose time has come (kern-timeout.ts). */
const TIMEOUT_FIRING = 2
/** Who takes an LWP off its sleep queue: out of turn, or because its channel was rung. */
const WAKERS: readonly string[] = ['sleepq_unsleep', 'sleepq_wake']
const UNSLEEP = 1
/** Wait messages of the sleeps in which signals are caught: of a program that sleeps, and of one that waits for a child. */
const INTERRUPTIBLE: readonly string[] = ['usleep', 'wait']

/** What has come to pass since an LWP went to sleep. */
interface Sleep {
  /** A signal was there. */
  signalled: boolean
  /** It was there when the LWP was woken: so it sees it. */
  seen: boolean
  /** Its time was over. */
  fired: boolean
}

/**
 * What a sleep returns that signals can end (sleepq_block), by what a program's operation returns thereupon.
 *
 * Verifies   R1  EINTR is returned only if a signal, or an exit, has come since the sleep began, or had come before: LW_PENDSIG alone is none if
 *                the process is neither to stop nor killed
 *            R2  a sleep whose time was over returns EWOULDBLOCK (the operation: 0), and not EINTR
 *            R3  one whose time was not returns EINTR, if a signal was there when the LWP was woken
 *            R4  a wait for a child, which has no timeout, does not return EWOULDBLOCK
 *            R5  LW_SINTR is set in such a sleep alone: who sleeps otherwise cannot be woken by a signal
 *            R6  a sleep that signals cannot end is ended by who rings its channel, or by its timeout: by no exit, stop or signal
 * Does not   know what a sleep returns whose caller looks at nothing: those in which signals are not caught.
 */
export class SleepResult implements Observer, MachineListener {
  readonly name = 'sleep results'
  private readonly target: MachineTarget
  private readonly fields: LwpFields
  /** By site: in which of WAKERS it is, from 1; 0: none. */
  private readonly wakers: Uint8Array
  /** Of the operation that an LWP is in: the last such sleep. */
  private readonly sleeps = new Map<number, Sleep>()

  constructor(target: MachineTarget, sites: readonly Site[]) {
    this.target = target
    this.wakers = Uint8Array.from(sites, ({ cName }) => WAKERS.indexOf(cName) + 1)
    this.fields = new LwpFields(target)
    target.listen(this)
  }

  reset(): void {
    this.sleeps.clear()
  }

  finish(): void {}

  event(world: World): void {
    const { fields } = this
    if (!fields.writes(world)) return
    const { lwp, field } = fields
    if (field === L_WCHAN && world.evNew === 0) this.endsOutOfTurn(world, lwp)
    const sleep = this.sleeps.get(lwp)
    if (field === L_FLAG) {
      if (sleep !== undefined && this.isMeant(world, lwp)) sleep.signalled = true
      if ((world.evNew & ~world.evOld & LW_SINTR) !== 0) this.sintr(world, lwp)
    } else if (field === L_TIMEOUT_STATE && sleep !== undefined && world.evNew === TIMEOUT_FIRING)
      sleep.fired = true
  }

  note(world: World, actor: number, kind: number, a: number, b: number): void {
    const event = eventKinds[kind]?.name
    if (event === 'sleep') this.begins(world, this.target.cpus[actor]?.self ?? 0, wmesgText(b))
    else if (event === 'wake') this.woken(world, a)
    else if (event === 'switch') this.woken(world, b)
  }

  counted(world: World, actor: number, counter: number): void {
    if (counter > OPC_EOTHER) return
    const lwp = this.target.cpus[actor]?.self ?? 0
    const sleep = this.sleeps.get(lwp)
    if (sleep === undefined) return
    this.sleeps.delete(lwp)
    if (counter === OPC_EAGAIN) this.report(world, lwp, 'is told that its time is over, and had no timeout') // R4
    this.ended(world, lwp, sleep, counter === OPC_EINTR)
  }

  private begins(world: World, lwp: number, wmesg: string): void {
    if (!INTERRUPTIBLE.includes(wmesg)) return
    const before = this.sleeps.get(lwp)
    // It waits for a child, and looks for one once more.
    if (before !== undefined) this.ended(world, lwp, before, false)
    const signalled = this.isSignalled(world, lwp)
    this.sleeps.set(lwp, { signalled, seen: false, fired: false })
  }

  private woken(world: World, lwp: number): void {
    const sleep = this.sleeps.get(lwp)
    if (sleep !== undefined && this.isSignalled(world, lwp)) sleep.seen = true
  }

  private ended(world: World, lwp: number, { signalled, seen, fired }: Sleep, interrupted: boolean): void {
    if (interrupted && fired)
      this.report(world, lwp, 'is told of a signal, and its time was over') // R2
    else if (interrupted && !signalled)
      this.report(world, lwp, 'is told of a signal, and there was none') // R1
    else if (!interrupted && seen && !fired)
      this.report(world, lwp, 'is not told of the signal that ended its sleep') // R3
  }

  /** R6: the wait channel is cleared before LW_SINTR is. */
  private endsOutOfTurn(world: World, lwp: number): void {
    const words = issuedWords(world)
    if (((words[lwp + L_FLAG] as number) & LW_SINTR) !== 0) return
    if (words[lwp + L_TIMEOUT_STATE] === TIMEOUT_FIRING) return
    if (!this.isOutOfTurn(world)) return
    const wmesg = wmesgText(words[lwp + L_WMESG] as number)
    this.report(world, lwp, `sleeps in '${wmesg}', which no signal may end, and is woken out of turn`)
  }

  /** Who ends the sleep is in sleepq_unsleep: the innermost call counts, since that kicks the swapper, which is woken by its channel. */
  private isOutOfTurn({ evActor, contexts }: World): boolean {
    const calls = contexts[evActor]?.calls ?? []
    for (let i = calls.length - 1; i >= 0; i--) {
      const by = this.wakers[calls[i] as number] as number
      if (by !== 0) return by === UNSLEEP
    }
    return false
  }

  /** R5 */
  private sintr(world: World, lwp: number): void {
    const wmesg = wmesgText(issuedWords(world)[lwp + L_WMESG] as number)
    if (!INTERRUPTIBLE.includes(wmesg))
      this.report(world, lwp, `sleeps in '${wmesg}', and signals are to end that`)
  }

  /** Whether the flag that the event has set is of a signal, or an exit, that is meant for `lwp`. */
  private isMeant(world: World, lwp: number): boolean {
    const set = world.evNew & ~world.evOld & SIGNALLED
    if (set !== LW_PENDSIG) return set !== 0
    const words = issuedWords(world)
    const p = words[lwp + L_PROC] as number
    return ((words[p + P_SFLAG] as number) & (PS_STOPPING | PS_SIGKILL)) !== 0
  }

  private isSignalled(world: World, lwp: number): boolean {
    return ((issuedWords(world)[lwp + L_FLAG] as number) & SIGNALLED) !== 0
  }

  private report(world: World, lwp: number, what: string): void {
    world.report({
      verdict: 'invariant',
      message: `${this.target.lwpName(world, lwp)} ${what}`,
      sites: [outerSite(world)],
      steps: [Math.max(0, world.steps - 1)],
      words: [lwp + L_FLAG],
    })
  }
}
