import { DRAIN, outerSite } from '@holdfast/explorer'
import type { Observer, Verdict, World } from '@holdfast/explorer'
import { eventKinds, L_FLAG, L_SWTIME, LW_INMEM, LWP_WORDS, UVM_SCHEDULER_KICKED } from '@holdfast/kernel'
import type { MachineListener, MachineTarget } from '../machine/machine-target.js'

/**
 * The marks that swapping leaves for those who look later: when an LWP was swapped last, and that the swapper has been kicked.
 *
 * Verifies   M1  whoever swaps an LWP in or out sets its l_swtime to 0, after LW_INMEM and before it lets go of the LWP: it is the time since,
 *                by which uvm_scheduler and uvm_swapout_threads choose
 *            M2  the swapper finds itself kicked once for a kick, or for several: one that finds the same kick again never sleeps
 * Does not   look at what is chosen by these marks: SwapChoice does.
 */
export class SwapMarks implements Observer, MachineListener {
  readonly name = 'swap marks'
  private readonly target: MachineTarget
  /** LWPs whose l_swtime was set to 0 since LW_INMEM changed. */
  private readonly stamped = new Set<number>()
  /** Whether somebody has kicked the swapper since it has found that out last. */
  private kicked = true

  constructor(target: MachineTarget) {
    this.target = target
    target.listen(this)
  }

  reset(): void {
    this.stamped.clear()
    this.kicked = true // the machine boots before an execution begins
  }

  event(world: World): void {
    if (world.evKind === DRAIN || world.evWords !== 1) return
    if (world.evAddr === UVM_SCHEDULER_KICKED) this.flag(world)
    else if (world.evWrote) this.field(world)
  }

  /** M2 */
  private flag(world: World): void {
    if (world.evWrote) {
      if (world.evNew !== 0) this.kicked = true
    } else if (world.evOld !== 0) {
      if (!this.kicked) {
        const message = 'the swapper finds itself kicked, and nobody has kicked it since it found that last'
        this.report(world, 'livelock', message, UVM_SCHEDULER_KICKED)
      }
      this.kicked = false
    }
  }

  private field(world: World): void {
    const { lwps, nlwps } = this.target.machine.config
    const from = world.evAddr - lwps
    if (from < 0 || from >= nlwps * LWP_WORDS) return
    const field = from % LWP_WORDS
    const lwp = world.evAddr - field
    if (field === L_SWTIME && world.evNew === 0) this.stamped.add(lwp)
    else if (field === L_FLAG && ((world.evOld ^ world.evNew) & LW_INMEM) !== 0) this.stamped.delete(lwp)
  }

  /** M1 */
  note(world: World, _actor: number, kind: number, lwp: number): void {
    const event = eventKinds[kind]?.name
    if ((event !== 'swapin' && event !== 'swapout') || this.stamped.has(lwp)) return
    const done = event === 'swapin' ? 'brought in' : 'thrown out'
    const message = `${this.target.lwpName(world, lwp)} is ${done}, and its l_swtime counts on`
    this.report(world, 'invariant', message, lwp + L_SWTIME)
  }

  finish(): void {}

  /** Once an execution for each word. */
  private report(world: World, verdict: Verdict, message: string, word: number): void {
    if (world.reports.some((known) => known.words?.[0] === word)) return
    const step = Math.max(0, world.steps - 1)
    world.report({ verdict, message, sites: [outerSite(world)], steps: [step], words: [word] })
  }
}
