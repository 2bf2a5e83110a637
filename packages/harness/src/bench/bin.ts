/**
 * `pnpm bench`: the figures of this host, each beside the host's own limits measured in the same run. Shared machines are
 * noisy: the ratios mean something, single times little.
 */
import { availableParallelism, cpus } from 'node:os'
import { type Column, count, rate, table } from '../report/table.js'
import { explorerLines } from './explorer.js'
import { benchKernel, holdFigures, swapFigures } from './kernel.js'
import { measureLimits } from './limits.js'
import { contendedMutex } from './mutex.js'
import { recordingCost } from './recording.js'
import type { Cost } from './recording.js'
import { pageFigures } from './page.js'
import { pressureFigures } from './pressure.js'
import { sanitizeFigures } from './sanitize.js'
import { switchFigures } from './switch.js'

const MUTEX_WORKERS = [2, 4, 8]

interface Line {
  readonly what: string
  readonly figure: string
  readonly beside: string
}

const COLUMNS: Column<Line>[] = [
  { title: 'What', align: 'left', cell: ({ what }) => what },
  { title: 'Figure', align: 'right', cell: ({ figure }) => figure },
  { title: 'Beside', align: 'left', cell: ({ beside }) => beside },
]

const ns = (value: number): string => `${rate(value)} ns`
const perSecond = (value: number): string => `${count(value)}/s`

const lines: Line[] = []
const add = (what: string, figure: string, beside = ''): void => {
  lines.push({ what, figure, beside })
}

const limits = await measureLimits()
add('host: compare-and-swap, uncontended', ns(limits.casNs))
add('host: atomic add', ns(limits.addNs))
add('host: atomic store', ns(limits.storeNs))
add('host: plain load', ns(limits.readNs))
add('host: generator resumed', ns(limits.generatorNs))
add('host: wait and notify, there and back', ns(limits.roundTripNs))

const kernel = benchKernel()
const hold = await holdFigures(kernel)
add(
  'uvm_lwp_hold + uvm_lwp_rele of another LWP',
  ns(hold.holdReleNs),
  `${(hold.holdReleNs / hold.atomicsNs).toFixed(2)} times its four atomic operations (${ns(hold.atomicsNs)}); aim: 3`,
)
const cycleNs = await swapFigures(kernel)
add('swap-out + swap-in, pages resident', perSecond(1e9 / cycleNs), `${ns(cycleNs)} a cycle, one thread`)

const switches = await switchFigures()
add(
  'context switches, two LWPs that yield',
  perSecond(switches),
  `${ns(1e9 / switches)} each, ${(1e9 / switches / limits.generatorNs).toFixed(0)} times a generator's resumption`,
)

for (const { workers, kernel: ours, bare } of await contendedMutex(MUTEX_WORKERS)) {
  add(
    `contended mutex, ${workers} workers`,
    perSecond(ours),
    `${(ours / bare).toFixed(2)} times a bare spin-then-wait mutex (${perSecond(bare)})`,
  )
}

const recording = recordingCost()
const costs = (what: string, { plainNs, recordedNs, ratio }: Cost): void =>
  add(`recorded: ${what}`, ns(recordedNs), `${ratio.toFixed(2)} times plain (${ns(plainNs)}); aim: 3`)
costs('uvm_lwp_hold + uvm_lwp_rele', recording.hold)
costs('swap-out + swap-in', recording.swap)

const pressure = await pressureFigures()
add(
  `memory-pressure, ${pressure.cpus} CPUs`,
  perSecond(pressure.swapoutsPerSecond),
  `u-areas swapped out, with ${perSecond(pressure.holdsPerSecond)} holds and ${perSecond(pressure.switchesPerSecond)} context switches`,
)

const sanitized = await sanitizeFigures()
add(
  'memory-pressure, sanitized: user operations',
  perSecond(sanitized.rate),
  `${sanitized.slowdown.toFixed(1)} times slower than plain in turns with it (${perSecond(sanitized.plainRate)}); aim: 5`,
)

const PAGE_EVENTS = 100_000
const page = await pageFigures(PAGE_EVENTS)
if (page !== undefined)
  add(
    `the page of a trace of ${count(PAGE_EVENTS)} events: opened`,
    `${page.openMs.toFixed(0)} ms`,
    `aim: 2,000 ms; the longest frame while it is moved: ${page.frameMs.toFixed(0)} ms`,
  )

console.log(`Node ${process.version}, ${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'})\n`)
console.log(table(COLUMNS, lines).join('\n'))

lines.length = 0
await explorerLines(add)
console.log('\nExplorer, by seconds of CPU time\n')
console.log(table(COLUMNS, lines).join('\n'))
