import { notAllowed, UsageError } from '../scenario/problem.js'
import type { ProcessSpec, Scenario } from '../scenario/types.js'
import { lwpsEach, lwpsTotal } from '../scenario/walk.js'

/**
 * The scenario with exactly `lwps` user LWPs: every kind of process stays, and their numbers keep their
 * proportions as far as whole processes allow; what is left over joins one process as further LWPs.
 * Throws UsageError if that is fewer than one of each.
 */
export function resize(scenario: Scenario, lwps: number): Scenario {
  const { processes } = scenario
  const each = processes.map(lwpsEach)
  const least = each.reduce((sum, size) => sum + size, 0)
  if (lwps < least) {
    const allowed = `at least ${least}, for one of each process of '${scenario.name}'`
    throw new UsageError([notAllowed('--lwps', lwps, allowed)])
  }
  const scale = lwps / lwpsTotal(scenario)
  const wanted = processes.map(({ count = 1 }) => count * scale)
  const counts = wanted.map((count) => Math.max(1, Math.floor(count)))
  let left = lwps - dot(counts, each)
  // One of each kind may already be too many: take back where most was given.
  while (left < 0) {
    const most = best(counts, (count, index) => (count > 1 ? count - (wanted[index] as number) : -Infinity))
    counts[most] = (counts[most] as number) - 1
    left += each[most] as number
  }
  for (;;) {
    const next = best(counts, (count, index) =>
      (each[index] as number) <= left ? (wanted[index] as number) - count : -Infinity,
    )
    if ((each[next] as number) > left) break
    counts[next] = (counts[next] as number) + 1
    left -= each[next] as number
  }
  const sized = processes.map((process, index) => ({ ...process, count: counts[index] as number }))
  return { ...scenario, processes: left === 0 ? sized : withExtra(sized, left) }
}

/** One process of the first kind gets `extra` more LWPs like its first; it keeps its name if it stands alone. */
function withExtra(processes: readonly (ProcessSpec & { count: number })[], extra: number): ProcessSpec[] {
  const [first, ...rest] = processes
  if (first === undefined) return []
  const [lwp, ...lwps] = first.lwps
  if (lwp === undefined) return [...processes]
  const larger = { ...first, count: 1, lwps: [{ ...lwp, count: (lwp.count ?? 1) + extra }, ...lwps] }
  if (first.count === 1) return [larger, ...rest]
  return [{ ...first, count: first.count - 1 }, ...rest, { ...larger, name: `${first.name}-more` }]
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, index) => sum + value * (b[index] as number), 0)
}

/** Index of the highest score; the first of equals. */
function best(values: readonly number[], score: (value: number, index: number) => number): number {
  let found = 0
  let highest = -Infinity
  for (const [index, value] of values.entries()) {
    const its = score(value, index)
    if (its > highest) {
      found = index
      highest = its
    }
  }
  return found
}
