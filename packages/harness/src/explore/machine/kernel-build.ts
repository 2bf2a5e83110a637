import { compile } from '@holdfast/compiler'
import type { Compiled, Patch } from '@holdfast/compiler'
import type { CpuEvents, KernelTables, MachineConfig, MachineCpu, ClockOps } from '@holdfast/cpu'
import type { InterruptOps, Lockstat } from '@holdfast/atomics-sync'
import type { Coroutine } from '@holdfast/explorer'
import type { KernelConfig, MachdepOps } from '@holdfast/kernel'
import { OF_PACKAGES, isSourceOf, packagePath } from '../../packages.js'

/** What the harness uses of the instrumented kernel. Functions that reach a shared word are generators there. */
export interface KernelModule {
  makeCpu(
    mem: object,
    id: number,
    self: number,
    parts: {
      config: KernelConfig
      machine: MachineConfig
      tables: KernelTables
      clock: ClockOps
      events: CpuEvents
      lockstat: Lockstat | null
    },
  ): MachineCpu
  /** The site of the call at hand; -1: of none. */
  readonly $calls: { site: number }
  readonly netbsdTables: KernelTables
  readonly controlledInterrupts: InterruptOps
  readonly controlledMachdep: MachdepOps
  readonly machineInterrupts: InterruptOps
  readonly polledMachdep: MachdepOps
  lwpCoroutine(cpu: MachineCpu, lwp: number): Coroutine
  tlbOnline(cpu: MachineCpu): Coroutine
  takeMailbox(cpu: MachineCpu): Coroutine
  takeShootdown(cpu: MachineCpu): Coroutine
  takeClock(cpu: MachineCpu): Coroutine
  takeDisk(cpu: MachineCpu, early: boolean): Coroutine
  takePreempt(cpu: MachineCpu): Coroutine
}

/** The kernel, instrumented. */
export interface KernelBuild {
  readonly compiled: Compiled
  readonly module: KernelModule
}

const ENTRIES = ['cpu/src/compiled.ts', 'cpu/src/controlled.ts']

/** Modules that never run under control: the seam itself, what blocks host threads, statistics, and workers. */
const PLAIN =
  /atomics-sync\/src\/(mem|sync|thread|parking[\w-]*|lockstat[\w-]*|call-site)\.ts$|cpu\/src\/host\/|\/testing\//
const INSTRUMENTED = ['atomics-sync', 'mm', 'kernel', 'cpu']

/** Compiles the kernel with `patches`, or finds it compiled in `cacheDir` (default: of OF_PACKAGES). Throws CompileError. */
export async function kernelBuild(patches: readonly Patch[] = [], cacheDir?: string): Promise<KernelBuild> {
  const compiled = await compile({
    ...OF_PACKAGES,
    entries: ENTRIES.map(packagePath),
    instrument: (path) => isSourceOf(INSTRUMENTED, path) && !PLAIN.test(path),
    patches,
    ...(cacheDir === undefined ? {} : { cacheDir }),
  })
  return { compiled, module: (await import(compiled.url)) as KernelModule }
}
