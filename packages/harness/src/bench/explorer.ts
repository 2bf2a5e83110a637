import { count } from '../report/table.js'
import { explorerFigures, pointCosts } from './explorer-process.js'
import type { ExplorerFigures, Watch } from './explorer-worker.js'
import { memoryModelLines } from './memory-models.js'

type Add = (what: string, figure: string, beside?: string) => void

/** Others' figures are from runs of their own on one core of a machine of this kind: they are not measured here. */
const WALKS: readonly (readonly [what: string, executions: number, peers: string])[] = [
  ['lockinc?n=2&k=1', 500_000, 'Relacy (C++) 2,350,000/s, Shuttle (Rust) 300,000/s on their own run'],
  ['reorder?s=4&c=1', 250_000, 'Relacy 840,000/s, Shuttle 60,000/s on their own run'],
  ['reorder?s=10&c=1', 100_000, 'no figure of others'],
]

const SEARCHES: readonly (readonly [what: string, rounds: number])[] = [
  ['lastzero?n=5', 500],
  ['lastzero?n=8', 50],
  ['lastzero?n=10', 10],
  ['lastzero?n=12', 3],
  ['lastzero?n=15', 1],
  ['reorder?s=4&c=1', 4],
  ['writers?n=7', 8],
]

const KERNEL: readonly (readonly [watch: Watch, text: string])[] = [
  ['nothing', 'nothing watches'],
  ['record', 'recording'],
  ['races', 'recording, races'],
  ['all', 'all checkers'],
]

const WALK_ROUNDS = 5
const GROWTH_ROUNDS = 3
/** Points of a round. */
const GROWTH_POINTS = 1_500_000

/** What the explorer does in a second of CPU time, each figure the best of a few rounds in a process of its own. */
export async function explorerLines(add: Add): Promise<void> {
  await walks(add)
  await growth(add)
  await searches(add)
  await kernel(add)
  await memoryModelLines(add)
  await memory(add)
  await points(add)
}

async function walks(add: Add): Promise<void> {
  for (const [what, executions, peers] of WALKS) {
    const figures = await walk(what, 'races', executions, WALK_ROUNDS)
    add(`random walk, race checking, ${named(what)}`, `${count(figures.executionsPerSecond)}/s`, peers)
  }
}

async function growth(add: Add): Promise<void> {
  const programs = [
    ...[2, 3, 4, 5, 6].map((n) => ({ what: `lockinc?n=${n}&k=1`, size: 4 * n })),
    ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((s) => ({ what: `reorder?s=${s}&c=1`, size: 2 * s + 2 })),
  ]
  for (const { what, size } of programs) {
    const figures = await walk(what, 'races', Math.round(GROWTH_POINTS / size), GROWTH_ROUNDS)
    add(
      `  growth: ${named(what)}, ${size} points`,
      `${count(figures.executionsPerSecond)}/s`,
      pointsText(figures),
    )
  }
}

async function searches(add: Add): Promise<void> {
  for (const [what, rounds] of SEARCHES) {
    const figures = await explorerFigures({
      what: `program:${what}`,
      strategy: 'dpor',
      watch: 'nothing',
      rounds,
    })
    add(
      `DPOR, ${named(what)}, ${count(figures.executions)} traces`,
      `${count(figures.executionsPerSecond)}/s`,
      `${pointsText(figures)}; GenMC 8,000 to 30,000/s, Nidhugg 2,000 to 8,000/s on their own run`,
    )
  }
}

async function kernel(add: Add): Promise<void> {
  for (const [watch, text] of KERNEL) {
    const figures = await explorerFigures({
      what: 'scenario:hold-vs-swapper',
      variant: 'recheck-inmem',
      strategy: 'random',
      watch,
      executions: 100,
      rounds: watch === 'all' ? 3 : 6,
    })
    const aim = watch === 'races' ? '; aim: 2,000,000' : ''
    add(
      `kernel, random walk, ${text}`,
      `${count(figures.pointsPerSecond)}/s`,
      `events, ${count(figures.pointsPerSecond * figures.asked)} of them choices; ${count(figures.points / figures.executions)} in an execution${aim}`,
    )
  }
}

/** In one process: two differ by more than one grows. */
async function memory(add: Add): Promise<void> {
  const [few, many] = [1_000_000, 10_000_000]
  for (const what of ['lockinc?n=2&k=1', 'reorder?s=4&c=1']) {
    const { early, memory: late } = await explorerFigures({
      what: `program:${what}`,
      strategy: 'random',
      watch: 'races',
      executions: many,
      rounds: 1,
      memoryAfter: few,
    })
    if (early === undefined)
      throw new Error(`${what}: memory was not measured after ${count(few)} executions`)
    add(
      `memory after ${count(many)} executions, ${named(what)}`,
      megabytes(late.rss),
      `heap ${megabytes(late.heap)}; after ${count(few)}: ${megabytes(early.rss)}, heap ${megabytes(early.heap)}`,
    )
  }
}

async function points(add: Add): Promise<void> {
  const costs = await pointCosts()
  for (const { calls, manner, loop, ns } of costs) {
    if (calls !== 'trampoline') continue
    const other = costs.find((cost) => cost.calls !== calls && cost.manner === manner && cost.loop === loop)
    const where = loop === 'inside' ? 'in the innermost of 5 functions' : 'one in each of 5 functions'
    const how = manner === 'stay' ? 'goes on with the thread' : 'suspends it'
    add(`point, ${where}, ${how}`, `${ns} ns`, `by the trampoline; ${other?.ns ?? '?'} ns by yield*`)
  }
}

function walk(what: string, watch: Watch, executions: number, rounds: number): Promise<ExplorerFigures> {
  return explorerFigures({ what: `program:${what}`, strategy: 'random', watch, executions, rounds })
}

/** `lockinc(2,1)`. */
function named(what: string): string {
  const [name = what, query = ''] = what.split('?')
  return `${name}(${[...query.matchAll(/=(\d+)/g)].map(([, value]) => value).join()})`
}

function pointsText({ pointsPerSecond }: ExplorerFigures): string {
  return `${(pointsPerSecond / 1e6).toFixed(1)} million points/s`
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MB`
}
