import { Bench } from 'tinybench'

const WARM_UPS = 3
const SAMPLES = 9

/** Median time of one of the `count` operations that `body` makes, ns. */
export function nsEach(count: number, body: () => unknown): number {
  for (let i = 0; i < WARM_UPS; i++) body()
  const samples: number[] = []
  for (let i = 0; i < SAMPLES; i++) {
    const started = performance.now()
    body()
    samples.push(performance.now() - started)
  }
  return (median(samples) * 1e6) / count
}

/** The middle one of `samples`, the upper of two; NaN if there are none. */
export function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? Number.NaN
}

/** Times bodies in turn, so that a drift of the machine touches all alike; returns median ns of one operation each. */
export async function compare(
  count: number,
  bodies: Readonly<Record<string, () => void>>,
): Promise<Readonly<Record<string, number>>> {
  const bench = new Bench({ time: 300, warmupTime: 100 })
  for (const [name, body] of Object.entries(bodies)) bench.add(name, body)
  await bench.run()
  return Object.fromEntries(
    bench.tasks.map((task) => {
      const { result } = task
      if (!('latency' in result)) throw new Error(`benchmark '${task.name}' did not finish: ${result.state}`)
      return [task.name, (result.latency.p50 * 1e6) / count]
    }),
  )
}
