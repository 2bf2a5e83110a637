import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { ModelCase, ModelCosts } from './memory-model-worker.js'

const run = promisify(execFile)
const WORKER = fileURLToPath(new URL('./memory-model-worker.js', import.meta.url))
const DEADLINE_MS = 120_000

/** Programs with plain stores, and the kernel. */
const CASES: readonly ModelCase[] = [
  { what: 'program:mutex-exit', strategy: 'random', executions: 20_000, rounds: 6 },
  { what: 'program:filesystem', strategy: 'random', executions: 2_000, rounds: 6 },
  { what: 'program:filesystem', strategy: 'pos', executions: 1_000, rounds: 6 },
  { what: 'program:sync-mutex', strategy: 'dfs', executions: 4_000, rounds: 6 },
  { what: 'program:sync-mutex', strategy: 'dpor', executions: 2_000, rounds: 6 },
  { what: 'scenario:hold-vs-swapper', strategy: 'random', executions: 25, rounds: 4 },
]

const AIM = 3

/** What a point costs under tso, as a multiple of what it costs under sc: measured in turns in one process for each case. */
export async function memoryModelLines(
  add: (what: string, figure: string, beside?: string) => void,
): Promise<void> {
  for (const each of CASES) {
    const { stdout } = await run(process.execPath, [WORKER, JSON.stringify(each)], { timeout: DEADLINE_MS })
    const { sc, tso } = JSON.parse(stdout) as ModelCosts
    const ns = (seconds: number): string => `${Math.round(seconds * 1e9)} ns`
    add(
      `tso, ${each.what.replace(/^\w+:/, '')}, ${each.strategy}`,
      `${(tso / sc).toFixed(2)} times sc`,
      `${ns(tso)} a point against ${ns(sc)}; aim: at most ${AIM}`,
    )
  }
}
