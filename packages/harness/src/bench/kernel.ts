import { type Mem, type Sleeps, mutexEnter, mutexExit, runToEnd } from '@holdfast/atomics-sync'
import { attachCpu, buildMachine, netbsdTables, type MachineCpu, type MachineImage } from '@holdfast/cpu'
import {
  ALLLWP,
  type Cpu,
  L_FLAG,
  L_HOLDCNT,
  L_LIST_NEXT,
  L_SWAPLOCK,
  LW_IDLE,
  LW_INMEM,
  LW_SYSTEM,
  type LwpRef,
  uvmLwpHold,
  uvmLwpRele,
  uvmSwapin,
  uvmSwapout,
} from '@holdfast/kernel'
import { compare } from './measure.js'

const PAIRS = 20_000
const CYCLES = 500
const SPIN_DEADLINE_MS = 10_000

/** A booted machine of one CPU on the calling thread, and one LWP of it to hold and to swap. Nothing else runs. */
export interface BenchKernel {
  readonly cpu: MachineCpu
  readonly target: LwpRef
}

/** Boots that machine, with its CPU on the calling thread. Nothing of it runs by itself. */
export function benchKernel(attach = attachPlain): BenchKernel {
  const program = [0, 0, 0, 0]
  const image = buildMachine(
    { ncpu: 1, physmem: 256, swapPages: 256, diskTicks: 0 },
    {
      seed: 1,
      programs: [program],
      processes: [{ nice: 20, pages: 1, lwps: [{ program: 0, class: 0, priority: 0 }] }],
    },
  )
  const cpu = attach(image)
  return { cpu, target: firstUserLwp(cpu) }
}

function attachPlain(image: MachineImage): MachineCpu {
  return attachCpu(image, 0, netbsdTables, null, SPIN_DEADLINE_MS)
}

function firstUserLwp(cpu: MachineCpu): LwpRef {
  const { mem } = cpu
  for (let l = mem.read(ALLLWP); l !== 0; l = mem.read(l + L_LIST_NEXT)) {
    if ((mem.read(l + L_FLAG) & (LW_SYSTEM | LW_IDLE | LW_INMEM)) === LW_INMEM) return l
  }
  throw new Error('the workload has no LWP in memory')
}

function* holdRele(cpu: Cpu, target: LwpRef): Sleeps<void> {
  for (let pair = 0; pair < PAIRS; pair++) {
    yield* uvmLwpHold(cpu, target)
    uvmLwpRele(cpu, target)
  }
}

/** The atomic operations that a hold and a release of another LWP cannot do without: take, count, release, uncount. */
function holdAtomics(mem: Mem, self: number, target: LwpRef): void {
  for (let pair = 0; pair < PAIRS; pair++) {
    mem.cas(target + L_SWAPLOCK, 0, self)
    mem.add(target + L_HOLDCNT, 1)
    mem.store(target + L_SWAPLOCK, 0)
    mem.sub(target + L_HOLDCNT, 1)
  }
}

function* swapOutAndIn(cpu: Cpu, target: LwpRef): Sleeps<void> {
  for (let cycle = 0; cycle < CYCLES; cycle++) {
    yield* mutexEnter(cpu, target + L_SWAPLOCK)
    yield* uvmSwapout(cpu, target)
    yield* uvmSwapin(cpu, target)
    mutexExit(cpu, target + L_SWAPLOCK)
  }
}

/** Median ns of a pair, and of the bare atomic operations. */
export interface HoldFigures {
  readonly holdReleNs: number
  readonly atomicsNs: number
}

/** One pair of uvm_lwp_hold and uvm_lwp_rele, and one cycle of uvm_swapout and uvm_swapin, timed once: ns each. */
export function timeOnce({ cpu, target }: BenchKernel): { readonly holdNs: number; readonly swapNs: number } {
  const began = performance.now()
  runToEnd(holdRele(cpu, target))
  const held = performance.now()
  runToEnd(swapOutAndIn(cpu, target))
  const ended = performance.now()
  return { holdNs: ((held - began) * 1e6) / PAIRS, swapNs: ((ended - held) * 1e6) / CYCLES }
}

/** An uncontended uvm_lwp_hold and uvm_lwp_rele of another LWP, against the bare atomic operations it must make. */
export async function holdFigures({ cpu, target }: BenchKernel): Promise<HoldFigures> {
  const { hold, atomics } = await compare(PAIRS, {
    hold: () => runToEnd(holdRele(cpu, target)),
    atomics: () => holdAtomics(cpu.mem, cpu.self, target),
  })
  return { holdReleNs: hold ?? Number.NaN, atomicsNs: atomics ?? Number.NaN }
}

/** One uvm_swapout and one uvm_swapin of an LWP whose pages stay resident, ns. */
export async function swapFigures({ cpu, target }: BenchKernel): Promise<number> {
  const { swap } = await compare(CYCLES, { swap: () => runToEnd(swapOutAndIn(cpu, target)) })
  return swap ?? Number.NaN
}
