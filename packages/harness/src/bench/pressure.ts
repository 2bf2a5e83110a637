import { prepare } from '../run/prepare.js'
import { run } from '../run/run.js'
import { memoryPressure } from '../scenarios/memory-pressure.js'

const SECONDS = 5

/** What the default scenario reached, a second. */
export interface PressureFigures {
  readonly cpus: number
  readonly swapoutsPerSecond: number
  readonly holdsPerSecond: number
  readonly switchesPerSecond: number
}

/** What the default scenario reaches on really parallel CPUs, statistics of locks included. Throws if it finds a fault. */
export async function pressureFigures(): Promise<PressureFigures> {
  const prepared = prepare(memoryPressure, {}, 1)
  const result = await run(prepared, {
    seconds: SECONDS,
    signal: new AbortController().signal,
    repeat: '',
    onProgress: () => {},
  })
  if (result.findings.length > 0)
    throw new Error(`the default scenario found: ${result.findings[0]?.message}`)
  return {
    cpus: result.cpus,
    swapoutsPerSecond: result.swapouts / result.seconds,
    holdsPerSecond: (result.operations['hold'] ?? 0) / result.seconds,
    switchesPerSecond: result.switches / result.seconds,
  }
}
