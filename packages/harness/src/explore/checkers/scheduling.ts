import { DRAIN, issuedWords, outerSite } from '@holdfast/explorer'
import type { Observer, World } from '@holdfast/explorer'
import {
  L_CPU,
  L_KPRIBASE,
  L_KPRIORITY,
  L_SLPTIME,
  L_SWTIME,
  PRI_KERNEL,
  SPC_QUEUES,
  eventKinds,
} from '@holdfast/kernel'
import { LwpFields } from './lwp-fields.js'
import type { MachineListener, MachineTarget } from '../machine/machine-target.js'

/**
 * What the scheduler keeps of an LWP: how long it has slept, the priority that the kernel lifts it to, and its turn among equals.
 *
 * Verifies   S1  whoever runs has an l_slptime of 0: both scans of uvm_glue.c choose by it
 *            S2  l_swtime and l_slptime count seconds: they are set to 0, or grow by 1
 *            S3  who goes to sleep has the priority of the kernel (l_kpriority)
 *            S4  when an operation of a program is through, the base of that priority is the ordinary one (l_kpribase): a lock that was waited for
 *                has lifted it for as long as that
 *            S5  who is put on a run queue comes after its equals
 * Does not   tell whether a second was counted at all, nor whether a CPU looks for what is more urgent than what it runs.
 */
export class Scheduling implements Observer, MachineListener {
  readonly name = 'scheduling'
  private readonly target: MachineTarget
  private readonly fields: LwpFields

  constructor(target: MachineTarget) {
    this.target = target
    this.fields = new LwpFields(target)
    target.listen(this)
  }

  reset(): void {}

  /** S2 */
  event(world: World): void {
    const { fields } = this
    if (world.evKind === DRAIN || !fields.writes(world)) return
    const { lwp, field } = fields
    if (field !== L_SWTIME && field !== L_SLPTIME) return
    if (world.evNew === 0 || world.evNew === world.evOld + 1) return
    const name = field === L_SWTIME ? 'l_swtime' : 'l_slptime'
    this.report(world, `has an ${name} of ${world.evNew}, a second after ${world.evOld}`, lwp, field)
  }

  note(world: World, actor: number, kind: number, a: number, b: number): void {
    const event = eventKinds[kind]?.name
    const words = issuedWords(world)
    if (event === 'switch') {
      const slept = words[b + L_SLPTIME] as number
      if (slept !== 0) this.report(world, `runs, and its l_slptime is ${slept}`, b, L_SLPTIME) // S1
    } else if (event === 'sleep') {
      const lwp = this.target.cpus[actor]?.self ?? 0
      if (lwp !== 0 && words[lwp + L_KPRIORITY] === 0)
        this.report(world, 'sleeps in the kernel with the priority of a user', lwp, L_KPRIORITY) // S3
    } else if (event === 'enqueue') {
      const last = words[(words[a + L_CPU] as number) + SPC_QUEUES + b * 2 + 1]
      if (last !== a) this.report(world, 'is put on a run queue before its equals', a, L_CPU) // S5
    }
  }

  /** S4 */
  counted(world: World, actor: number): void {
    const lwp = this.target.cpus[actor]?.self ?? 0
    const base = issuedWords(world)[lwp + L_KPRIBASE] as number
    if (lwp !== 0 && base !== PRI_KERNEL)
      this.report(world, `is through with an operation, and its l_kpribase is ${base}`, lwp, L_KPRIBASE)
  }

  finish(): void {}

  /** Once an execution for each word. */
  private report(world: World, what: string, lwp: number, field: number): void {
    const word = lwp + field
    if (world.reports.some((known) => known.words?.[0] === word)) return
    const step = Math.max(0, world.steps - 1)
    const message = `${this.target.lwpName(world, lwp)} ${what}`
    world.report({ verdict: 'invariant', message, sites: [outerSite(world)], steps: [step], words: [word] })
  }
}
