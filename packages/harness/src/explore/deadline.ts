import { runInNewContext } from 'node:vm'
import { UsageError } from '../scenario/problem.js'

/** A replay takes less, by far; and so much more for each step. */
const SECONDS = 60
const SECONDS_A_STEP = 1e-4

/** What a replay of so many steps may take at most. */
export function secondsFor(steps: number): number {
  return SECONDS + SECONDS_A_STEP * steps
}

/**
 * Runs something on this thread that may loop without end, for so many seconds at most. Throws UsageError, which names `what`, when they are over;
 * what `run` throws passes through.
 */
export function within<T>(seconds: number, what: string, run: () => T): T {
  try {
    return runInNewContext('run()', { run }, { timeout: Math.ceil(1000 * seconds) }) as T
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error
    const message = `has not ended after ${seconds} s: there is a loop without an operation (holdfast explore tells where)`
    throw new UsageError([{ path: what, message }])
  }
}
