import type { Arena } from '@holdfast/atomics-sync'
import {
  PCG_SIZE,
  VM_MAX_KERNEL_ADDRESS,
  VM_MIN_KERNEL_ADDRESS,
  allocMm,
  poolCacheAlloc,
  ptoa,
} from '@holdfast/mm'
import type { MmParams } from '@holdfast/mm'
import { CPU_INFO_WORDS } from './cpu.js'
import type { KernelConfig } from './cpu.js'
import { LWP_WORDS } from './lwp.js'
import { PRI_USER_RT } from './param.js'
import { PROC_WORDS } from './proc.js'
import { CHANNELS, INSTRUCTION_WORDS, OP_COUNT, PROGRAM_WORDS, programWords } from './program.js'
import type { Workload } from './program.js'
import { allocSched } from './sched-init.js'

/** What a machine is, as far as the kernel is concerned. All numbers are whole ones. */
export interface KernelParams {
  /** CPUs, from 1. */
  readonly ncpu: number
  /** Page frames. */
  readonly physmem: number
  /** Slots of the swap device, in pages. */
  readonly swapPages: number
  /** Clock ticks that a disk transfer takes, 0: completed at once. */
  readonly diskTicks: number
  /** Processes and LWPs that there can be at a time, system ones included. Default: what the workload begins with, and 16 more. */
  readonly maxproc?: number
  readonly maxlwp?: number
  /** Pages of a u-area, 2 to 4. Default 2, as i386. */
  readonly upages?: number
  /** vm.maxslp in seconds, from 0. Default 20. */
  readonly maxslp?: number
  /** Clock ticks in a second. Default 100. */
  readonly hz?: number
  /** Kernel preemption. Default true. */
  readonly kpreempt?: boolean
  /** options DEBUG. Default false. */
  readonly debug?: boolean
  /** KDASSERT. Default false. */
  readonly kdassert?: boolean
  /** Ticks of a time slice. Default 10. */
  readonly rrticks?: number
  /** Further parameters of the memory system (freemin, swapout, maxEntries, maxAnons). */
  readonly mm?: Partial<MmParams>
  readonly workload: Workload
}

/** Page frames below which the machine of `params` cannot boot, and what they are for. */
export interface KernelNeeds {
  readonly minPages: number
  /** U-areas of the LWPs that exist after boot, all in memory. */
  readonly uareas: number
  /** Page directories and page tables, the kernel's included. */
  readonly pageTables: number
  /** Pages that the kernel and the pagedaemon keep for themselves. */
  readonly reserves: number
  /** LWPs of the system: the swapper, an idle one a CPU, pagedaemon, softclock, init. */
  readonly systemLwps: number
  /** Processes of the system: proc0 and init. */
  readonly systemProcs: number
}

/** Page tables of 64 MB of kernel map, and the page directory. */
const KERNEL_PAGE_TABLES = 17
/** A page directory and a page table. */
const PAGES_PER_PMAP = 2
const RESERVE_PER_CPU = 5
const RESERVE_PAGEDAEMON = 1
/** Left over after boot, so that somebody can begin to free memory. */
const HEADROOM = 16
const SPARE_PROCS = 16
const SPARE_LWPS = 16

function initialLwps(workload: Workload): number {
  let lwps = 0
  for (const process of workload.processes) lwps += process.lwps.length
  return lwps
}

/** What the machine of `params` needs at least. */
export function kernelNeeds(params: KernelParams): KernelNeeds {
  const { ncpu, workload } = params
  const systemLwps = ncpu + 4
  const uareas = (systemLwps + initialLwps(workload)) * (params.upages ?? 2)
  const pageTables = KERNEL_PAGE_TABLES + (workload.processes.length + 2) * PAGES_PER_PMAP
  const reserves = ncpu * RESERVE_PER_CPU + RESERVE_PAGEDAEMON
  return {
    minPages: uareas + pageTables + reserves + HEADROOM,
    uareas,
    pageTables,
    reserves,
    systemLwps,
    systemProcs: 2,
  }
}

function check(field: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return
  throw new RangeError(`${field} is ${value}; a whole number from ${least} to ${most} is allowed`)
}

function checkWorkload(workload: Workload): void {
  check('workload.processes.length', workload.processes.length, 1, 65_536)
  for (const [n, program] of workload.programs.entries()) {
    check(`workload.programs[${n}].length`, program.length % INSTRUCTION_WORDS, 0, 0)
    for (let at = 0; at < program.length; at += INSTRUCTION_WORDS) {
      check(`workload.programs[${n}][${at}]`, program[at] as number, 0, OP_COUNT - 1)
    }
  }
  for (const [n, process] of workload.processes.entries()) {
    check(`workload.processes[${n}].nice`, process.nice, 0, 39)
    check(`workload.processes[${n}].pages`, process.pages, 1, 65_536)
    check(`workload.processes[${n}].lwps.length`, process.lwps.length, 1, 65_536)
    for (const [m, lwp] of process.lwps.entries()) {
      check(`workload.processes[${n}].lwps[${m}].program`, lwp.program, 0, workload.programs.length - 1)
    }
  }
}

/**
 * Reserves all that the kernel and the memory system need, and says where it is. Run once, on the main thread,
 * before the words exist. Throws RangeError, naming the field, its value and what is allowed, if `params` are impossible.
 */
export function allocKernel(arena: Arena, params: KernelParams): KernelConfig {
  const { ncpu, workload } = params
  check('ncpu', ncpu, 1, 256)
  const upages = params.upages ?? 2
  check('upages', upages, 2, 4)
  checkWorkload(workload)
  const needs = kernelNeeds(params)
  check('physmem', params.physmem, needs.minPages, 0x4_0000)
  const firstProcs = needs.systemProcs + workload.processes.length
  const firstLwps = needs.systemLwps + initialLwps(workload)
  const nprocs = params.maxproc ?? firstProcs + SPARE_PROCS
  const nlwps = params.maxlwp ?? firstLwps + SPARE_LWPS
  check('maxproc', nprocs, firstProcs, 65_536)
  // Every LWP has a u-area in the kernel's map, and each CPU caches some that nobody has.
  const cachedUareas = (2 * ncpu + 1) * PCG_SIZE
  const maxUareas = Math.floor((VM_MAX_KERNEL_ADDRESS - VM_MIN_KERNEL_ADDRESS) / ptoa(upages))
  check('maxlwp', nlwps, firstLwps, maxUareas - cachedUareas)
  const hz = params.hz ?? 100
  check('hz', hz, 8, 100_000)
  check('maxslp', params.maxslp ?? 20, 0, 1_000_000)
  check('rrticks', params.rrticks ?? 10, 1, 1_000_000)

  const cpuInfos = arena.array('cpus', 'cpu_info', CPU_INFO_WORDS, ncpu)
  const lwps = arena.array('lwps', 'lwp', LWP_WORDS, nlwps)
  const procs = arena.array('procs', 'proc', PROC_WORDS, nprocs)
  const sched = allocSched(arena, { nlwps })
  const uareaCache = poolCacheAlloc(arena, 'uarea', ncpu, nlwps + cachedUareas)
  const scenarioProcs = arena.words('scenario processes', workload.processes.length)
  const channels = arena.words('channels', CHANNELS)
  const programs = arena.words('programs', PROGRAM_WORDS * workload.programs.length)
  const text = arena.words('program text', programWords(workload))
  const mm = allocMm(arena, {
    ...params.mm,
    ncpu,
    physmem: params.physmem,
    swapPages: params.swapPages,
    diskTicks: params.diskTicks,
    hz,
    maxproc: nprocs,
    maxlwp: nlwps,
    debug: params.debug === true ? 1 : 0,
  })
  return {
    ...mm,
    cpuInfos,
    cpuInfoWords: CPU_INFO_WORDS,
    lwps,
    nlwps,
    procs,
    nprocs,
    // In the order in which bootKernel makes them.
    lwp0: lwps,
    proc0: procs,
    pagedaemonLwp: lwps + (1 + ncpu) * LWP_WORDS,
    softclockLwp: lwps + (2 + ncpu) * LWP_WORDS,
    initproc: procs + PROC_WORDS,
    upages,
    maxslp: params.maxslp ?? 20,
    hz,
    kpreempt: params.kpreempt ?? true,
    debug: params.debug ?? false,
    kdassert: params.kdassert ?? false,
    kpreemptPri: PRI_USER_RT,
    rrticks: params.rrticks ?? 10,
    kern: {
      ...sched,
      uareaCache,
      scenarioProcs,
      nscenario: workload.processes.length,
      channels,
      programs,
      nprograms: workload.programs.length,
      text,
    },
  }
}
