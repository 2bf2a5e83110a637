import { Arena, Mem, NULL, mutexInit, operations } from '@holdfast/atomics-sync'
import type { Addr, InterruptOps, Sleeps } from '@holdfast/atomics-sync'
import {
  CI_CURLWP,
  CI_IDLELWP,
  CI_INDEX,
  CI_IPENDING,
  CI_ONPROC,
  CPU_INFO_WORDS,
  SPC_LWPLOCK,
  SPC_MUTEX,
  cpuInfo,
} from '../cpu.js'
import type { Cpu, CpuInfoRef, KernelConfig, MachdepOps } from '../cpu.js'
import { ALLLWP, ALLPROC, PROC_LOCK } from '../globals.js'
import { lwpLock, lwpUnlock } from '../kern-lwp-lock.js'
import { schedCurcpuRunnableP, schedEnqueue, schedIdle } from '../kern-runq.js'
import { kernelSleepOps } from '../kern-sleepq.js'
import { kernelTurnstileOps } from '../kern-turnstile.js'
import { kpreempt } from '../kpreempt.js'
import { listInsertHead } from '../list.js'
import {
  LWP_WORDS,
  L_CLASS,
  L_CPU,
  L_FLAG,
  L_KCPU,
  L_LID,
  L_LIST_NEXT,
  L_MUTEX,
  L_PFLAG,
  L_PRIORITY,
  L_PROC,
  L_SIBLING_NEXT,
  L_STAT,
  L_SWAPLOCK,
} from '../lwp.js'
import type { LwpRef } from '../lwp.js'
import { lwpExitSwitchaway, lwpSwitched, miSwitch } from '../mi-switch.js'
import {
  IPI_KPREEMPT,
  LP_BOUND,
  LP_RUNNING,
  LSIDL,
  LSONPROC,
  LSRUN,
  LSZOMB,
  LW_IDLE,
  LW_INMEM,
  LW_SYSTEM,
  NZERO,
  SACTIVE,
  SCHED_OTHER,
} from '../param.js'
import { PROC_WORDS, P_LIST_NEXT, P_LOCK, P_LWPS, P_NICE, P_STAT } from '../proc.js'
import type { ProcRef } from '../proc.js'
import { allocSched, bootSched } from '../sched-init.js'

/**
 * A machine for tests on one thread: CPUs, processes and LWPs, but no memory system and no user mode.
 *
 * An LWP's body is a generator of the test's. Its CPU runs it until it blocks or ends, or until a bare `yield` in
 * the body, at which the next CPU has its turn. A test that imports this must stand in for `pcb.js`, `lwp-pmap.js`
 * and `uvm-glue/scheduler.js` (vi.mock), which need the memory system.
 */
export type Body = (cpu: Cpu) => Sleeps<void>

export interface Options {
  readonly ncpu?: number
  readonly nlwps?: number
  readonly kpreempt?: boolean
  /** Makes the word space; for tests that change words behind the kernel's back. */
  readonly makeMem?: (buffer: SharedArrayBuffer) => Mem
}

export interface LwpOptions {
  readonly priority?: number
  readonly class?: number
  readonly flag?: number
  readonly pflag?: number
  readonly cpu?: number
  readonly proc?: ProcRef
}

/** Addresses below this are globals. */
const RESERVED = 640

export class TestMachine {
  readonly mem: Mem
  readonly config: KernelConfig
  readonly cpus: Cpu[] = []
  /** What the CPUs recorded, in order: [CPU number, kind, a, b]. */
  readonly events: number[][] = []
  /** Words for the test's own use. */
  readonly scratch: Addr
  readonly bodies = new Map<LwpRef, Body>()
  readonly coroutines: Map<LwpRef, Sleeps<void>>[] = []
  private nextLwp = 0
  private nextProc = 0

  constructor(options: Options = {}) {
    const ncpu = options.ncpu ?? 1
    const nlwps = (options.nlwps ?? 16) + ncpu
    const nprocs = 4
    const arena = new Arena(RESERVED)
    const kern = allocSched(arena, { nlwps })
    const lwps = arena.array('lwps', 'lwp', LWP_WORDS, nlwps)
    const procs = arena.array('procs', 'proc', PROC_WORDS, nprocs)
    const cpuInfos = arena.array('cpus', 'cpu_info', CPU_INFO_WORDS, ncpu)
    this.scratch = arena.words('scratch', 1024)
    const buffer = new SharedArrayBuffer(arena.size * 4)
    this.mem = options.makeMem?.(buffer) ?? new Mem(buffer, { spinDeadlineMs: 2000 })
    this.config = {
      ncpu,
      cpuInfos,
      cpuInfoWords: CPU_INFO_WORDS,
      lwps,
      nlwps,
      procs,
      nprocs,
      lwp0: lwps,
      proc0: procs,
      hz: 100,
      rrticks: 10,
      maxslp: 20,
      upages: 2,
      kpreempt: options.kpreempt ?? false,
      kpreemptPri: 128,
      debug: false,
      kern,
    } as unknown as KernelConfig
    for (let id = 0; id < ncpu; id++) this.cpus.push(this.makeCpu(id))
    bootMachine(this.cpu(0))
    this.proc() // proc0
    for (let id = 0; id < ncpu; id++) this.startCpu(id)
  }

  cpu(id: number): Cpu {
    return this.cpus[id] as Cpu
  }

  /** A new process. */
  proc(): ProcRef {
    const p = this.config.procs + this.nextProc++ * PROC_WORDS
    bootProc(this.mem, p)
    return p
  }

  /** A new LWP in LSIDL, on its lists, of user priority 40 unless told otherwise. */
  lwp(body: Body, options: LwpOptions = {}): LwpRef {
    const lwp = this.config.lwps + this.nextLwp * LWP_WORDS
    this.nextLwp++
    this.bodies.set(lwp, body)
    bootLwp(this.mem, lwp, this.nextLwp, cpuInfo(this.cpu(0), options.cpu ?? 0), {
      priority: 40,
      class: SCHED_OTHER,
      flag: 0,
      pflag: 0,
      cpu: 0,
      proc: this.config.proc0,
      ...options,
    })
    return lwp
  }

  /** A new LWP, put on the run queue. */
  start(body: Body, options: LwpOptions = {}): LwpRef {
    const lwp = this.lwp(body, options)
    runLwp(this.cpu(0), lwp)
    return lwp
  }

  /** Lets CPU `id` run until it has nothing to do, or its LWP yields. Returns whether it did anything. */
  step(id: number): boolean {
    const cpu = this.cpu(id)
    const coroutines = this.coroutines[id] as Map<LwpRef, Sleeps<void>>
    for (;;) {
      const { self } = cpu
      let coroutine = coroutines.get(self)
      if (coroutine === undefined) {
        coroutine = lwpBody(cpu, this.bodies.get(self) as Body)
        coroutines.set(self, coroutine)
      }
      const step = coroutine.next()
      if (step.done === true || cpu.dropCoroutine) coroutines.delete(self)
      cpu.dropCoroutine = false
      // Having switched, go on at once: others may be spinning on l_ctxswtch.
      if (cpu.self === self) return !isIdle(cpu)
    }
  }

  /** Runs all CPUs in turn until none has anything to do; throws after `limit` rounds. */
  run(limit = 10_000): void {
    for (let round = 0; round < limit; round++) {
      let busy = false
      for (const cpu of this.cpus) if (this.step(cpu.id)) busy = true
      if (!busy) return
    }
    throw new Error(`still busy after ${limit} rounds`)
  }

  private makeCpu(id: number): Cpu {
    return {
      mem: this.mem,
      id,
      ci: this.config.cpuInfos + id * CPU_INFO_WORDS,
      self: 0,
      spinDepth: 0,
      preemptWanted: false,
      mmuBusy: false,
      prevlwp: NULL,
      dropCoroutine: false,
      config: this.config,
      turnstile: kernelTurnstileOps,
      sleepq: kernelSleepOps,
      interrupts: testInterrupts,
      lockstat: null,
      machdep: testMachdep,
      vmops: {} as never,
      events: {
        record: (kind: number, a: number, b: number) => void this.events.push([id, kind, a, b]),
        count: () => {},
        print: () => {},
      },
    }
  }

  private startCpu(id: number): void {
    const cpu = this.cpu(id)
    const idle = this.lwp(idleBody, { priority: 0, flag: LW_IDLE | LW_SYSTEM, pflag: LP_BOUND, cpu: id })
    bootIdle(cpu, idle)
    cpu.self = idle
    this.coroutines.push(new Map())
  }
}

/** A bare yield: lets the other CPUs have a turn. */
export function* pause(): Sleeps<void> {
  yield
}

function bootMachine(cpu: Cpu): void {
  const { mem, config } = cpu
  bootSched(cpu)
  mutexInit(mem, PROC_LOCK)
  for (let i = 0; i < config.ncpu; i++) mem.write(cpuInfo(cpu, i) + CI_INDEX, i)
}

function bootProc(mem: Mem, p: ProcRef): void {
  mem.write(p + P_STAT, SACTIVE)
  mem.write(p + P_NICE, NZERO)
  mutexInit(mem, p + P_LOCK)
  listInsertHead(mem, ALLPROC, p, P_LIST_NEXT)
}

function bootLwp(mem: Mem, lwp: LwpRef, lid: number, ci: CpuInfoRef, options: Required<LwpOptions>): void {
  mem.write(lwp + L_PROC, options.proc)
  mem.write(lwp + L_LID, lid)
  mem.write(lwp + L_STAT, LSIDL)
  mem.write(lwp + L_FLAG, LW_INMEM | options.flag)
  mem.write(lwp + L_PFLAG, options.pflag)
  mem.write(lwp + L_CLASS, options.class)
  mem.write(lwp + L_PRIORITY, options.priority)
  mem.write(lwp + L_CPU, ci)
  mem.write(lwp + L_MUTEX, ci + SPC_MUTEX)
  mutexInit(mem, lwp + L_SWAPLOCK)
  listInsertHead(mem, ALLLWP, lwp, L_LIST_NEXT)
  listInsertHead(mem, options.proc + P_LWPS, lwp, L_SIBLING_NEXT)
}

function bootIdle(cpu: Cpu, idle: LwpRef): void {
  const { mem, ci } = cpu
  mem.write(ci + CI_IDLELWP, idle)
  mem.write(ci + CI_CURLWP, idle)
  mem.write(ci + CI_ONPROC, idle)
  mem.write(idle + L_STAT, LSONPROC)
  mem.write(idle + L_PFLAG, mem.read(idle + L_PFLAG) | LP_RUNNING)
  mem.write(idle + L_MUTEX, ci + SPC_LWPLOCK)
  mem.write(idle + L_KCPU, cpu.id + 1)
}

function runLwp(cpu: Cpu, lwp: LwpRef): void {
  const { mem } = cpu
  lwpLock(cpu, lwp)
  mem.write(lwp + L_STAT, LSRUN)
  schedEnqueue(cpu, lwp, false)
  lwpUnlock(cpu, lwp)
}

function isIdle(cpu: Cpu): boolean {
  const { mem } = cpu
  return cpu.self === mem.read(cpu.ci + CI_IDLELWP) && !schedCurcpuRunnableP(cpu)
}

/** A coroutine: the body, and the LWP's death. */
function* lwpBody(cpu: Cpu, body: Body): Sleeps<void> {
  const { mem } = cpu
  lwpSwitched(cpu)
  yield* body(cpu)
  const lwp = cpu.self
  lwpLock(cpu, lwp)
  mem.write(lwp + L_STAT, LSZOMB)
  lwpUnlock(cpu, lwp)
  yield* lwpExitSwitchaway(cpu, lwp)
}

/** As the idle loop, but yields where that waits for an interrupt. */
function* idleBody(cpu: Cpu): Sleeps<void> {
  for (;;) {
    schedIdle(cpu)
    if (schedCurcpuRunnableP(cpu)) {
      lwpLock(cpu, cpu.self)
      yield* miSwitch(cpu, cpu.self)
    } else yield
  }
}

function testPoll(cpu: Cpu): void {
  const { mem } = cpu
  if (cpu.spinDepth !== 0) return
  const bits = mem.exchange(cpu.ci + CI_IPENDING, 0)
  if ((bits & IPI_KPREEMPT) !== 0) cpu.preemptWanted = true
}

function testIpi(cpu: Cpu, target: CpuInfoRef, bits: number): void {
  const { mem } = cpu
  mem.or(target + CI_IPENDING, bits)
}

function testIdle(): void {}
function testCompute(): void {}

const testInterrupts = operations<InterruptOps>({ poll: testPoll, preempt: kpreempt })
const testMachdep = operations<MachdepOps>({ ipi: testIpi, idle: testIdle, compute: testCompute })
