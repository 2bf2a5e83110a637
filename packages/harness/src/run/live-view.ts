import type { RunningMachine } from '@holdfast/cpu'
import {
  CI_CURLWP,
  CI_IDLELWP,
  CI_IDLING,
  CI_IPENDING,
  CI_NSWITCHES,
  IPI_CLOCK,
  IPI_DISK,
  IPI_HALT,
  IPI_KPREEMPT,
  IPI_RESCHED,
  IPI_TLB,
  L_KCPU,
  L_LID,
  L_PROC,
  P_PID,
} from '@holdfast/kernel'
import { UVMEXP_FREE, UVMEXP_FREEMIN, UVMEXP_FREETARG, UVMEXP_SWAPINS, UVMEXP_SWAPOUTS } from '@holdfast/mm'
import { bar } from '../report/bar.js'
import { count, plural, rate, table } from '../report/table.js'
import { operationCounts } from './counts.js'
import { LockSamples } from './lock-samples.js'
import type { Prepared } from './prepare.js'

/** How often locks are looked at, in ms. */
const SAMPLE_MS = 20
const HOTTEST = 3
/** Characters of what stands at the left of the lines below the CPUs, and of most names of locks. */
const LABEL = 12
const LOCK_NAME = 20
/** CPUs that have a line; the others are summed up. */
const MOST_CPUS = 12

interface Totals {
  readonly atMs: number
  readonly operations: readonly number[]
  readonly switches: readonly number[]
  readonly swapins: number
  readonly swapouts: number
}

interface CpuRow {
  readonly cpu: number
  readonly lwp: string
  readonly state: string
  readonly ipl: string
  readonly pending: number
  readonly operations: number
  readonly switches: number
}

/**
 * A machine that runs, as one looks at it: a line for each CPU, free pages against the marks of the pagedaemon, the hottest locks, findings. It is read
 * from shared memory and may mix moments. Locks are sampled from the first look on, until {@link LiveView.close}.
 */
export class LiveView {
  private readonly prepared: Prepared
  private readonly machine: RunningMachine
  private readonly seconds: number
  private readonly findings: () => number
  private samples: LockSamples | undefined
  private sampling: NodeJS.Timeout | undefined
  private last: Totals | undefined
  private rows: readonly CpuRow[] = []

  constructor(
    prepared: Prepared,
    machine: RunningMachine,
    { seconds, findings }: { readonly seconds: number; readonly findings: () => number },
  ) {
    this.prepared = prepared
    this.machine = machine
    this.seconds = seconds
    this.findings = findings
  }

  /** The view after the machine has run so long. */
  look(ranMs: number): string {
    this.sample()
    const now = this.totals(ranMs)
    const before = this.last ?? { ...now, atMs: 0, operations: [], switches: [], swapins: 0, swapouts: 0 }
    this.last = now
    const span = Math.max(1, now.atMs - before.atMs) / 1_000
    const { mem } = this.machine
    this.rows = this.cpuRows(now, before, span)
    const { scenario, machine } = this.prepared
    const { ticks } = this.machine.stats()
    const ran = Math.min(ranMs / 1_000, this.seconds)
    const swaps = (what: 'swapins' | 'swapouts'): string =>
      `${count(now[what])} (${rate((now[what] - before[what]) / span)}/s)`
    return [
      `${scenario.name}  ${bar(ran / this.seconds)}  ${ran.toFixed(1)} of ${this.seconds} s, ${count(ticks / machine.hz)} simulated`,
      '',
      ...this.cpuTable(),
      '',
      `Free pages  ${count(mem.load(UVMEXP_FREE))} of ${count(machine.memory)}; the pagedaemon wakes below ${count(mem.load(UVMEXP_FREEMIN))} and stops at ${count(mem.load(UVMEXP_FREETARG))}`,
      `Swapped     out ${swaps('swapouts')}, in ${swaps('swapins')}`,
      ...this.hotLocks(),
      `Found       ${this.findings() === 0 ? 'nothing' : plural(this.findings(), 'finding')} so far`,
    ].join('\n')
  }

  close(): void {
    clearInterval(this.sampling)
  }

  private sample(): void {
    this.samples ??= new LockSamples(this.machine.mem, this.machine.image)
    this.sampling ??= setInterval(() => this.samples?.look(), SAMPLE_MS).unref()
    this.samples.look()
  }

  private totals(atMs: number): Totals {
    const { machine } = this
    const { mem } = machine
    const cpus = Array.from({ length: machine.image.config.ncpu }, (_, cpu) => cpu)
    return {
      atMs,
      operations: cpus.map((cpu) =>
        Object.values(operationCounts(machine.counts(cpu).kernel)).reduce((sum, each) => sum + each, 0),
      ),
      switches: cpus.map((cpu) => mem.load(this.cpuInfo(cpu) + CI_NSWITCHES)),
      swapins: mem.load(UVMEXP_SWAPINS),
      swapouts: mem.load(UVMEXP_SWAPOUTS),
    }
  }

  private cpuRows(now: Totals, before: Totals, span: number): CpuRow[] {
    const { mem } = this.machine
    return now.operations.map((operations, cpu) => {
      const info = this.cpuInfo(cpu)
      const lwp = mem.load(info + CI_CURLWP)
      const isIdle = lwp === mem.load(info + CI_IDLELWP)
      return {
        cpu,
        lwp: isIdle ? '-' : this.lwpName(lwp),
        state: isIdle ? 'idle' : mem.load(lwp + L_KCPU) === 0 ? 'user' : 'kernel',
        ipl: this.machine.spinDepth(cpu) === 0 || mem.load(info + CI_IDLING) !== 0 ? 'none' : 'sched',
        pending: mem.load(info + CI_IPENDING),
        operations: (operations - (before.operations[cpu] ?? 0)) / span,
        switches: ((now.switches[cpu] as number) - (before.switches[cpu] ?? 0)) / span,
      }
    })
  }

  private cpuTable(): string[] {
    const { rows } = this
    const lines = table<CpuRow>(
      [
        { title: 'CPU', align: 'right', cell: ({ cpu }) => String(cpu) },
        { title: 'LWP       ', align: 'left', cell: ({ lwp }) => lwp },
        { title: 'State ', align: 'left', cell: ({ state }) => state },
        { title: 'IPL  ', align: 'left', cell: ({ ipl }) => ipl },
        { title: 'Pending     ', align: 'left', cell: ({ pending }) => pendingText(pending) },
        { title: 'Operations/s', align: 'right', cell: ({ operations }) => rate(operations) },
        { title: 'Switches/s', align: 'right', cell: ({ switches }) => rate(switches) },
      ],
      rows.slice(0, MOST_CPUS),
    )
    const others = rows.slice(MOST_CPUS)
    if (others.length === 0) return lines
    const idle = others.filter(({ state }) => state === 'idle').length
    return [...lines, `and ${plural(others.length, 'CPU')} more, ${idle} of them idle`]
  }

  /** A line for each, and as many lines if there are fewer: what is below stays where it is. */
  private hotLocks(): string[] {
    const hot = this.samples?.hottest(HOTTEST) ?? []
    const share = (part: number): string => `${Math.round(100 * part)}%`
    return Array.from({ length: HOTTEST }, (_, n) => {
      const lock = hot[n]
      const what = n > 0 ? '' : 'Locks'
      if (lock === undefined) return n > 0 ? '' : `${what.padEnd(LABEL)}none was seen held`
      const waited = lock.waited > 0 ? `, waited for ${share(lock.waited)}` : ''
      return `${what.padEnd(LABEL)}${lock.name.padEnd(LOCK_NAME)} held ${share(lock.held)}${waited}`
    })
  }

  private cpuInfo(cpu: number): number {
    const { cpuInfos, cpuInfoWords } = this.machine.image.config
    return cpuInfos + cpu * cpuInfoWords
  }

  private lwpName(lwp: number): string {
    const { mem, image } = this.machine
    const { lwp0, pagedaemonLwp, softclockLwp } = image.config
    if (lwp === lwp0) return 'swapper'
    if (lwp === pagedaemonLwp) return 'pagedaemon'
    if (lwp === softclockLwp) return 'softclock'
    const proc = mem.load(lwp + L_PROC)
    return proc === 0 ? '-' : `${mem.load(proc + P_PID)}.${mem.load(lwp + L_LID)}`
  }
}

const INTERRUPTS: readonly (readonly [number, string])[] = [
  [IPI_RESCHED, 'resched'],
  [IPI_TLB, 'tlb'],
  [IPI_HALT, 'halt'],
  [IPI_CLOCK, 'clock'],
  [IPI_DISK, 'disk'],
  [IPI_KPREEMPT, 'kpreempt'],
]

/** Interrupts that a CPU has yet to take, by their names. */
function pendingText(pending: number): string {
  const names = INTERRUPTS.filter(([bit]) => (pending & bit) !== 0).map(([, name]) => name)
  return names.length === 0 ? '-' : names.join('+')
}
