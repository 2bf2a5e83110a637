import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { ExplorerCase, ExplorerFigures } from './explorer-worker.js'

const run = promisify(execFile)
const WORKER = fileURLToPath(new URL('./explorer-worker.js', import.meta.url))
const DEADLINE_MS = 120_000

/** Measures in a fresh process: machine code that suits one campaign is not that of another. */
export async function explorerFigures(wanted: ExplorerCase): Promise<ExplorerFigures> {
  const { stdout } = await run(process.execPath, ['--expose-gc', WORKER, JSON.stringify(wanted)], {
    timeout: DEADLINE_MS,
  })
  return JSON.parse(stdout) as ExplorerFigures
}

/** What a point costs in ns where a function and those it calls do one each, five calls deep; by what is called how. */
export interface PointCost {
  readonly calls: string
  /** The engine goes on with the same thread; or it goes on with another each time. */
  readonly manner: string
  /** Where the operations are: in the innermost function, or one in each. */
  readonly loop: string
  readonly ns: number
}

const POINTS = 200_000
const ROUNDS = 3
/** The column of five calls deep, after the three that name the row. */
const DEPTH_5 = 5

/** What the compiler's own benchmark prints, `packages/compiler/src/bench/points.ts`. */
export async function pointCosts(): Promise<PointCost[]> {
  const script = fileURLToPath(new URL('./bench/points.js', import.meta.resolve('@holdfast/compiler')))
  const { stdout } = await run(process.execPath, [script, String(POINTS), String(ROUNDS)], {
    timeout: DEADLINE_MS,
  })
  return stdout
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t'))
    .map((cells) => ({
      calls: cells[0] as string,
      manner: cells[1] as string,
      loop: cells[2] as string,
      ns: Number(cells[DEPTH_5]),
    }))
}
