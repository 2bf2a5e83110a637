import { Mem } from '@holdfast/atomics-sync'
import { OP_NAMES, SPIN_WHILE, SPIN_WHILE_BOTH } from '@holdfast/compiler'
import type { MachineCpu, MachineImage } from '@holdfast/cpu'
import { CI_CURLWP, CI_IPENDING, HARDCLOCK_TICKS } from '@holdfast/kernel'
import { UVMEXP_SWAPOUTS } from '@holdfast/mm'
import { expect, test } from 'vitest'
import { bootMachine, prepare } from '../../run/prepare.js'
import type { Scenario } from '../../scenario/types.js'
import { defineScenario } from '../../scenario/define.js'
import { SCENARIOS } from '../../scenarios/index.js'
import { type KernelModule, kernelBuild } from './kernel-build.js'

/**
 * The same kernel built plain and compiled, each run by the same host under the same schedule: one CPU; what is pending
 * is taken before an access as soon as the level permits, and the clock before every so many accesses, or while the CPU
 * idles. Both hosts hear of every access before it happens, so the runs can be compared access by access.
 */
const ACCESSES = 60_000
const ACCESSES_TIGHT = 500_000
const ACCESSES_IN_TICK = 300

/** The run has had its accesses. */
class Done extends Error {}

type Access = readonly [kind: number, a: number, b: number, c: number, d: number]

/** The CPU, its schedule, and a record of what it did. */
abstract class Host {
  readonly words: Int32Array
  cpu!: MachineCpu
  accesses = 0
  switches = 0
  /** Of every access with its operands and its result, in order. */
  digest = 0
  protected readonly module: KernelModule
  private readonly mem: Mem
  private readonly image: MachineImage
  private readonly limit: number
  private handling = false
  private sinceTick = 0

  constructor(image: MachineImage, module: KernelModule, limit: number) {
    this.limit = limit
    const buffer = image.buffer.slice(0)
    this.words = new Int32Array(buffer)
    this.mem = new Mem(buffer)
    this.module = module
    this.image = image
  }

  /** What the kernel gets as its `mem`. */
  protected abstract actorMem(): object

  /** Runs to its end what a function of the kernel's returned. */
  protected abstract finish(body: unknown): void

  /** Runs until the CPU has another LWP: true if the coroutine has ended. */
  protected abstract resume(lwp: number): boolean

  protected abstract drop(lwp: number): void

  run(): void {
    this.start()
    try {
      this.finish(this.module.tlbOnline(this.cpu))
      for (;;) {
        const lwp = this.cpu.self
        const ended = this.resume(lwp)
        if (ended || this.cpu.dropCoroutine) this.drop(lwp)
        this.cpu.dropCoroutine = false
        this.switches++
      }
    } catch (error) {
      if (!(error instanceof Done)) throw error
    }
  }

  private start(): void {
    const { config, machine } = this.image
    const self = this.words[config.cpuInfos + CI_CURLWP] as number
    const parts = {
      config,
      machine,
      tables: this.module.netbsdTables,
      clock: { ticksDue: () => 0, idleMs: () => 0 },
      events: {
        record: () => {},
        count: () => {},
        print: () => {},
        setTick: () => {},
        bump: () => {},
        messages: () => [],
      },
      lockstat: null,
    }
    const { controlledInterrupts: interrupts, controlledMachdep: machdep } = this.module
    this.cpu = Object.assign(this.module.makeCpu(this.actorMem(), 0, self, parts), { interrupts, machdep })
  }

  /** Takes what has to be taken before an access. */
  protected interrupt(): void {
    const { cpu, words } = this
    if (this.handling || cpu.spinDepth !== 0 || cpu.mmuBusy) return
    if ((words[cpu.ci + CI_IPENDING] as number) !== 0) this.handle('takeMailbox')
    if (this.sinceTick >= ACCESSES_IN_TICK) this.handle('takeClock')
  }

  protected isInterrupted(): boolean {
    const { cpu, words } = this
    if (this.handling || cpu.spinDepth !== 0 || cpu.mmuBusy) return false
    return (words[cpu.ci + CI_IPENDING] as number) !== 0 || this.sinceTick >= ACCESSES_IN_TICK
  }

  private handle(what: 'takeMailbox' | 'takeClock'): void {
    this.handling = true
    if (what === 'takeClock') this.sinceTick = 0
    this.finish(this.module[what](this.cpu))
    if (what === 'takeClock') this.finish(this.module.takeDisk(this.cpu, false))
    this.handling = false
  }

  /** Performs an access, for which everything has been taken. A wait that does not end reads the clock on. */
  protected perform([kind, a, b, c, d]: Access): unknown {
    if (++this.accesses > this.limit) throw new Done()
    this.sinceTick++
    if (kind === SPIN_WHILE || kind === SPIN_WHILE_BOTH) {
      const { words } = this
      while (words[a] === b && (kind === SPIN_WHILE || words[c] === d)) {
        if (this.handling || this.cpu.spinDepth !== 0) throw new Error(`word ${a} stays ${b} with one CPU`)
        this.handle('takeClock')
      }
      this.note(kind, a, b, words[a])
      return undefined
    }
    const op = OP_NAMES[kind] as 'cas'
    const result = this.mem[op](a, b, c)
    this.note(kind, a, b, result)
    return result
  }

  private note(...numbers: (number | undefined)[]): void {
    for (const n of numbers) this.digest = (Math.imul(this.digest, 31) + (n ?? 0)) | 0
  }
}

class PlainHost extends Host {
  private readonly coroutines = new Map<number, Generator<void, void, void>>()

  protected actorMem(): object {
    return Object.fromEntries(
      OP_NAMES.map((name, kind) => [
        name,
        (a = 0, b = 0, c = 0, d = 0) => {
          this.interrupt()
          return this.perform([kind, a, b, c, d])
        },
      ]),
    )
  }

  /** A plain function has run to its end already. */
  protected finish(): void {}

  protected resume(lwp: number): boolean {
    let coroutine = this.coroutines.get(lwp)
    if (coroutine === undefined) {
      coroutine = this.module.lwpCoroutine(this.cpu, lwp) as unknown as Generator<void, void, void>
      this.coroutines.set(lwp, coroutine)
    }
    return coroutine.next().done === true
  }

  protected drop(lwp: number): void {
    this.coroutines.delete(lwp)
  }
}

type Frame = Generator<Frame | null | undefined, unknown, unknown>

/** The compiled kernel: `stay` performs an access at once unless an interrupt comes first; else every access suspends. */
class CompiledHost extends Host {
  private readonly stacks = new Map<number, Frame[]>()
  private readonly stay: boolean
  private pending: Access | undefined
  private readonly actor: { v: unknown } = { v: 0 }

  constructor(image: MachineImage, module: KernelModule, limit: number, stay: boolean) {
    super(image, module, limit)
    this.stay = stay
  }

  protected actorMem(): object {
    return Object.assign(this.actor, { $: (...access: number[]) => this.access(access) })
  }

  private access([kind, , a, b, c, d]: readonly number[]): boolean {
    const access = [kind, a, b, c, d] as unknown as Access
    if (!this.stay || this.isInterrupted()) {
      this.pending = access
      return true
    }
    this.actor.v = this.perform(access)
    return false
  }

  protected finish(body: unknown): void {
    if (!this.trampoline([body as Frame])) throw new Error('a handler gave up its CPU')
  }

  protected resume(lwp: number): boolean {
    let stack = this.stacks.get(lwp)
    if (stack === undefined) {
      stack = [this.module.lwpCoroutine(this.cpu, lwp) as unknown as Frame]
      this.stacks.set(lwp, stack)
    }
    return this.trampoline(stack)
  }

  protected drop(lwp: number): void {
    this.stacks.delete(lwp)
  }

  /** Runs a coroutine until it ends (true) or switches (false). Nothing in the kernel catches what it throws. */
  private trampoline(stack: Frame[]): boolean {
    let sent: unknown
    for (;;) {
      const step = (stack.at(-1) as Frame).next(sent)
      sent = undefined
      if (step.done === true) {
        stack.pop()
        if (stack.length === 0) return true
        sent = step.value
      } else if (step.value === null) return false
      else if (step.value === undefined) {
        const access = this.pending as Access
        this.interrupt()
        this.actor.v = this.perform(access)
      } else stack.push(step.value)
    }
  }
}

/** So little memory that LWPs which sleep are swapped out, and come back, within a few thousand accesses. */
const TIGHT = defineScenario({
  name: 'tight',
  description: 'Two read more pages than there are while others sleep longer than maxslp.',
  machine: { cpus: 1, memory: 110, freemin: 12, maxslp: 1, hz: 8, swapPages: 512, diskTicks: 1 },
  processes: [
    {
      name: 'sleeper',
      count: 3,
      pages: 1,
      lwps: [
        {
          count: 3,
          program: [
            {
              op: 'loop',
              count: 'forever',
              body: [
                { op: 'sleep', seconds: 3 },
                { op: 'touch', page: 'any' },
              ],
            },
          ],
        },
      ],
    },
    {
      name: 'eater',
      count: 2,
      pages: 64,
      lwps: [{ program: [{ op: 'loop', count: 'forever', body: [{ op: 'touch', page: 'any' }] }] }],
    },
  ],
})

/** The modules that are compiled, as vitest loads them: types stripped, nothing else. */
async function plainModule(): Promise<KernelModule> {
  const load = (file: string): Promise<object> =>
    import(/* @vite-ignore */ new URL(`../../../../cpu/src/${file}`, import.meta.url).href) as Promise<object>
  return { ...(await load('compiled.ts')), ...(await load('controlled.ts')) } as KernelModule
}

test(`both builds leave the same memory after the same ${ACCESSES} accesses of every built-in scenario, and ${ACCESSES_TIGHT} of one that swaps: one CPU, access by access`, async () => {
  const plain = await plainModule()
  const { module } = await kernelBuild()
  let switches = 0
  let swapouts = 0
  for (const scenario of [...SCENARIOS, TIGHT] as Scenario[]) {
    const limit = scenario === TIGHT ? ACCESSES_TIGHT : ACCESSES
    const image = bootMachine(prepare(scenario, { cpus: 1, preempt: false }, 3))
    const expected = new PlainHost(image, plain, limit)
    expected.run()
    expect(expected.accesses, scenario.name).toBe(limit + 1)
    for (const stay of [true, false]) {
      const host = new CompiledHost(image, module, limit, stay)
      host.run()
      expect([host.digest, host.switches, host.words[HARDCLOCK_TICKS]], scenario.name).toEqual([
        expected.digest,
        expected.switches,
        expected.words[HARDCLOCK_TICKS],
      ])
      expect(Buffer.compare(Buffer.from(host.words.buffer), Buffer.from(expected.words.buffer))).toBe(0)
    }
    swapouts += expected.words[UVMEXP_SWAPOUTS] as number
    switches += expected.switches
  }
  expect(switches).toBeGreaterThan(1000)
  expect(swapouts).toBeGreaterThan(0)
})

test('the comparison is no formality: a kernel with one access less, or one constant other, differs', async () => {
  const plain = await plainModule()
  const image = bootMachine(prepare(SCENARIOS[0] as Scenario, { cpus: 1, preempt: false }, 3))
  const expected = new PlainHost(image, plain, ACCESSES)
  expected.run()
  for (const patch of [
    { file: 'kernel/src/kern-timeout.ts', find: 'Math.max(ticks, 1)', replace: '(1 + Math.max(ticks, 1))' },
    {
      file: 'kernel/src/mi-switch.ts',
      find: '  mem.fence()\n  mem.store(cpu.ci',
      replace: '  mem.store(cpu.ci',
    },
  ]) {
    const { module } = await kernelBuild([patch])
    const host = new CompiledHost(image, module, ACCESSES, true)
    host.run()
    expect(host.digest, patch.file).not.toBe(expected.digest)
  }
})
