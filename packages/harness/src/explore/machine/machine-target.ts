import type { CpuEvents, MachineCpu, MachineImage } from '@holdfast/cpu'
import { Context } from '@holdfast/explorer'
import type { ActorMem, Coroutine, FieldAt, Narrator, Target, World } from '@holdfast/explorer'
import {
  CI_CURLWP,
  L_FLAG,
  L_LID,
  L_PROC,
  L_PROGRAM,
  LW_IDLE,
  NPROCS,
  P_PID,
  P_SCENARIO,
  P_STAT,
} from '@holdfast/kernel'
import type { Scenario } from '../../scenario/types.js'
import { AddressNames } from '../../run/address-names.js'
import { AddressTable } from './address-table.js'
import type { KernelBuild, KernelModule } from './kernel-build.js'
import { KernelNarrator } from './kernel-narrator.js'
import { callKinds } from './call-kinds.js'
import { innerSites } from './machinery.js'
import { MachineInterrupts } from './machine-interrupts.js'
import type { MachineTime } from './machine-time.js'
import { ThrownReports } from './thrown-report.js'
import { WaitGraph } from './wait-graph.js'
import { WordTexts } from './word-texts.js'

/** What the machine's checkers want to hear of besides accesses. */
export interface MachineListener {
  /** An execution begins. */
  reset?(world: World): void
  /** A CPU noted an event of the kernel (EV_*). */
  note(world: World, actor: number, kind: number, a: number, b: number): void
  /** A CPU counted an operation of a program, or what it failed with (OP_*, OPC_*): the LWP that it runs is done with it. */
  counted?(world: World, actor: number, counter: number): void
  /** Every CPU idles: time is about to pass. */
  idle?(world: World): void
  /** What it has gathered in this execution and judges by, as one number, if that does not follow from the state of the machine. Left out: nothing. */
  gathered?(): number
}

/** A machine under the explorer's control: its CPUs are the actors. */
export class MachineTarget implements Target {
  readonly name: string
  readonly data: Scenario
  readonly image: Int32Array
  readonly pure = false
  readonly interruptsAtRest: boolean
  readonly local: Uint8Array
  readonly calls: { readonly site: number }
  readonly frames: Uint8Array
  readonly machine: MachineImage
  /** The CPUs of the execution at hand, by actor. */
  readonly cpus: MachineCpu[] = []
  /** What the kernel printed in this execution. */
  readonly lines: string[] = []
  readonly listeners: MachineListener[] = []
  private readonly build: KernelBuild
  private readonly table: AddressTable
  private readonly texts: WordTexts
  private told: MachineListener | undefined
  /** Names of the scenario's processes, in the order in which the kernel has them. */
  private readonly processes: readonly string[]
  private readonly inner: Uint8Array
  private readonly waits: WaitGraph
  private readonly thrown: ThrownReports
  private readonly incoming: MachineInterrupts
  /** Processes that remain when all that the scenario started are gone. */
  private readonly systemProcs: number
  /** Coroutines of LWPs that are in the kernel, by CPU and LWP. */
  private readonly asleep: Map<number, Context>[] = []
  private readonly running: number[] = []

  /** `during`: where ticks are free and transfers early; default everywhere. */
  constructor(
    scenario: Scenario,
    machine: MachineImage,
    build: KernelBuild,
    time: MachineTime,
    during?: (world: World) => boolean,
  ) {
    this.name = scenario.name
    this.data = scenario
    this.processes = scenario.processes.flatMap(({ name, count = 1 }) =>
      Array.from({ length: count }, (_, n) => (count === 1 ? name : `${name}${n + 1}`)),
    )
    this.inner = innerSites(build.compiled.sites)
    this.frames = callKinds(build.compiled.sites)
    this.machine = machine
    this.build = build
    this.waits = new WaitGraph(this, build.compiled.sites)
    this.interruptsAtRest = time.interrupts === 'polled'
    this.incoming = new MachineInterrupts(this, build.module, time, during)
    this.image = new Int32Array(machine.buffer.byteLength / 4)
    this.table = new AddressTable(machine.regions, this.image.length)
    this.texts = new WordTexts(
      new AddressNames(machine.regions),
      this.table,
      (words, lwp) => this.lwpName({ words }, lwp),
      (words, proc) => this.procName(words, proc),
    )
    this.thrown = new ThrownReports(this, this.texts, build.compiled)
    this.image.set(new Int32Array(machine.buffer))
    this.calls = build.module.$calls
    this.local = localWords(this.table, this.image.length)
    this.systemProcs = (this.image[NPROCS] as number) - this.processes.length
  }

  start(world: World): void {
    this.cpus.length = 0
    this.asleep.length = 0
    this.lines.length = 0
    this.incoming.start()
    // Also those that are not among the observers of this execution.
    for (const listener of this.listeners) listener.reset?.(world)
    for (let id = 0; id < this.machine.machine.ncpu; id++) {
      this.asleep.push(new Map())
      world.addActor((mem) => this.boot(world, mem, id))
    }
  }

  /** cpu_switchto has made another LWP current: goes on with its coroutine, or a fresh one. */
  switched(world: World, actor: number): void {
    const cpu = this.cpus[actor] as MachineCpu
    const asleep = this.asleep[actor] as Map<number, Context>
    const left = world.contexts[actor] as Context
    if (cpu.dropCoroutine) left.stack.length = 0
    else asleep.set(this.running[actor] as number, left)
    cpu.dropCoroutine = false
    const lwp = cpu.self
    let context = asleep.get(lwp)
    if (context === undefined) {
      context = new Context(lwp * 16 + actor)
      context.stack.push(this.build.module.lwpCoroutine(cpu, lwp))
      context.calls.push(-1)
    } else asleep.delete(lwp)
    this.running[actor] = lwp
    world.contexts[actor] = context
    if (world.words[lwp + L_PROGRAM] !== 0) this.incoming.time.ran()
  }

  interrupts(world: World, actor: number): number {
    return this.incoming.of(world, actor)
  }

  isSpontaneous(world: World, source: number): boolean {
    return this.incoming.isSpontaneous(world, source)
  }

  hidden(): number {
    return this.incoming.time.taken
  }

  rest(world: World): number {
    let rest = this.incoming.time.standing(world)
    for (const listener of this.listeners) rest = Math.imul(rest, 0x01000193) ^ (listener.gathered?.() ?? 0)
    return rest
  }

  /** What a CPU keeps outside memory. */
  registers(_world: World, actor: number): number {
    const cpu = this.cpus[actor] as MachineCpu
    const { mmuBusy, preemptWanted, dropCoroutine, spinDepth, prevlwp, self } = cpu
    const flags =
      (mmuBusy ? 1 : 0) |
      (preemptWanted ? 2 : 0) |
      (dropCoroutine ? 4 : 0) |
      this.incoming.handlingOf(actor, self)
    return (Math.imul(Math.imul(self, 0x9e3779b1) + prevlwp, 0x85ebca6b) + (spinDepth << 8) + flags) | 0
  }

  /** A CPU; with kernel preemption an LWP, which may be put off anywhere for another of the same CPU. Interrupts are flows of their own. */
  flow(world: World, actor: number): number {
    const cpu = this.cpus[actor] as MachineCpu
    const whose = cpu.config.kpreempt ? cpu.self : actor
    return whose * 2 + ((world.contexts[actor] as Context).saved.length > 0 ? 1 : 0)
  }

  handler(world: World, actor: number, source: number): Coroutine {
    return this.incoming.handler(world, actor, source)
  }

  /** Nothing moves: time passes, unless the work is done or nothing has come of it for long. */
  idle(world: World): boolean {
    if (this.finished(world)) return true
    if (!this.incoming.idle()) return false
    this.tellIdle(world)
    return true
  }

  tellIdle(world: World): void {
    for (const listener of this.listeners) listener.idle?.(world)
  }

  /** Every process of the scenario has ended and been waited for. */
  finished(world: World): boolean {
    return (world.words[NPROCS] as number) <= this.systemProcs
  }

  finish(world: World): void {
    if (world.outcome === 'blocked') world.report(this.waits.judge(world))
  }

  threw(world: World, actor: number, error: unknown): boolean {
    world.report(this.thrown.of(world, actor, error))
    return true
  }

  actorName(_world: World, actor: number): string {
    return `CPU${actor}`
  }

  /** `CPU0 (the swapper)`. */
  actorText(world: World, actor: number): string {
    const cpu = this.cpus[actor]
    return cpu === undefined ? `CPU${actor}` : `CPU${actor} (${this.lwpName(world, cpu.self)})`
  }

  /** Whoever wants to hear of the kernel's events. */
  listen(listener: MachineListener): void {
    this.listeners.push(listener)
  }

  isInner(site: number): boolean {
    return this.inner[site] === 1
  }

  nameOf(addr: number, words?: Int32Array): string {
    return this.texts.name(addr, words)
  }

  fieldAt(addr: number): FieldAt | undefined {
    const placed = this.table.at(addr)
    if (placed === undefined) return undefined
    return { record: placed.layout.name, field: placed.field.name, base: this.table.base(addr) }
  }

  valueText(addr: number, value: number, words?: Int32Array): string | undefined {
    return this.texts.value(addr, value, words ?? this.image)
  }

  narrator(): Narrator {
    const narrator = new KernelNarrator(this, this.table, this.texts, this.build.compiled.sites)
    const known = this.told === undefined ? -1 : this.listeners.indexOf(this.told)
    if (known >= 0) this.listeners.splice(known, 1)
    this.told = narrator
    this.listen(narrator)
    return narrator
  }

  /** `target`, or `process 2` where it has no name. */
  procName(words: Int32Array, proc: number): string {
    const { initproc } = this.machine.config
    const name = proc === initproc ? 'init' : this.processes[words[proc + P_SCENARIO] as number]
    return name === undefined || words[proc + P_STAT] === 0 ? `process ${words[proc + P_PID]}` : name
  }

  /** `6.1`, or what the system's own LWPs are called. */
  lwpName({ words }: Pick<World, 'words'>, lwp: number): string {
    const { lwp0, pagedaemonLwp, softclockLwp, initproc } = this.machine.config
    if (lwp === lwp0) return 'the swapper'
    if (lwp === pagedaemonLwp) return 'the pagedaemon'
    if (lwp === softclockLwp) return 'softclock'
    const proc = words[lwp + L_PROC] as number
    if (proc === initproc) return 'init'
    if (((words[lwp + L_FLAG] as number) & LW_IDLE) !== 0) return 'an idle LWP'
    const name = this.processes[words[proc + P_SCENARIO] as number]
    const id = `${words[proc + P_PID]}.${words[lwp + L_LID]}`
    return name === undefined || words[proc + P_STAT] === 0 ? id : `${name} (${id})`
  }

  /** Sites of the calls that `lwp` is in, innermost last; empty if it is in user mode. */
  callsOf(world: World, lwp: number): readonly number[] {
    const actor = this.running.indexOf(lwp)
    if (actor >= 0) return (world.contexts[actor] as Context).calls
    for (const contexts of this.asleep) {
      const context = contexts.get(lwp)
      if (context !== undefined) return context.calls
    }
    return []
  }

  /** Where `lwp` stands: the place of its next operation if it is on a CPU, and those of the calls it is in, innermost first. */
  placesOf(world: World, lwp: number): readonly number[] {
    const actor = this.running.indexOf(lwp)
    const own = actor < 0 ? [] : [world.site[actor] as number]
    const calls = this.callsOf(world, lwp).toReversed()
    const end = calls.indexOf(-1)
    return [...own, ...(end < 0 ? calls : calls.slice(0, end))]
  }

  /** A CPU begins: others may wait for its answers from now on; it runs the LWP that its cpu_info names. */
  private boot(world: World, mem: ActorMem, id: number): Coroutine {
    const { module } = this.build
    const { config, machine } = this.machine
    const parts = {
      config,
      machine,
      tables: module.netbsdTables,
      clock: NO_CLOCK,
      events: this.events(world, id),
      lockstat: null,
    }
    const self = world.words[config.cpuInfos + id * config.cpuInfoWords + CI_CURLWP] as number
    const polled = this.interruptsAtRest
    const cpu = Object.assign(module.makeCpu(mem, id, self, parts), {
      interrupts: polled ? module.machineInterrupts : module.controlledInterrupts,
      machdep: polled ? module.polledMachdep : module.controlledMachdep,
      // No local timer is looked at.
      pollsToTimer: Infinity,
    })
    this.cpus[id] = cpu
    this.running[id] = cpu.self
    return bootCpu(module, cpu)
  }

  private events(world: World, actor: number): CpuEvents {
    return {
      record: (kind, a, b) => {
        for (const listener of this.listeners) listener.note(world, actor, kind, a, b)
      },
      count: (counter) => {
        for (const listener of this.listeners) listener.counted?.(world, actor, counter)
      },
      print: (line) => this.lines.push(line),
      setTick: () => {},
      bump: () => {},
      messages: () => this.lines,
    }
  }
}

/** The words that the layouts call private, without exception, or stable. */
function localWords(table: AddressTable, size: number): Uint8Array {
  const local = new Uint8Array(size)
  for (let addr = 0; addr < size; addr++) {
    const field = table.at(addr)?.field
    if (field === undefined || field.unlocked !== undefined) continue
    if (field.lock === 'private' || field.lock === 'stable') local[addr] = 1
  }
  return local
}

function* bootCpu(module: KernelModule, cpu: MachineCpu): Coroutine {
  // Called by the machine, not by the code that called last.
  module.$calls.site = -1
  yield module.tlbOnline(cpu)
  module.$calls.site = -1
  yield module.lwpCoroutine(cpu, cpu.self)
}

const NO_CLOCK = { ticksDue: () => 0, idleMs: () => 0 }
