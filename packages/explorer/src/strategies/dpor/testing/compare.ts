import type { EngineOptions } from '../../../engine/options.js'
import type { Target } from '../../../engine/target.js'
import type { World } from '../../../engine/world.js'
import { explore } from '../../../explore.js'
import type { Explored } from '../../../explore.js'
import type { Strategy } from '../../strategy.js'
import { OptimalDpor } from '../optimal-dpor.js'
import { EveryInterleaving } from './every-interleaving.js'
import { TraceOf } from './trace-of.js'

/** The traces that a strategy visits, each with the number of its executions. */
export function traces(
  target: Target,
  strategy: Strategy,
  engine: Partial<EngineOptions>,
  executions?: number,
): { readonly result: Explored; readonly traces: Map<string, number> } {
  const found = new Map<string, number>()
  const trace = new TraceOf()
  const keep = {
    name: 'keep',
    reset: () => {},
    event: () => {},
    finish: (world: World) => {
      if (world.outcome === 'abandoned') return
      const form = trace.form()
      found.set(form, (found.get(form) ?? 0) + 1)
    },
  }
  const limit = executions === undefined ? {} : { executions }
  const result = explore(target, { strategy, observers: [trace, keep], engine, ...limit })
  return { result, traces: found }
}

/**
 * What is wrong with the traces that DPOR visits, compared with those of a reference that visits all; '' if nothing.
 * Null: too many to tell.
 */
export function wrongTraces(
  target: Target,
  engine: Partial<EngineOptions> = {},
  most = 20_000,
  reference: Strategy = new EveryInterleaving(),
): { readonly wrong: string; readonly traces: number; readonly blocked: number } | null {
  const all = traces(target, reference, engine, most)
  if (!all.result.complete) return null
  const strategy = new OptimalDpor()
  const visited = traces(target, strategy, engine, 2 * all.traces.size + 10)
  const missing = [...all.traces.keys()].filter((form) => !visited.traces.has(form))
  const unknown = [...visited.traces.keys()].filter((form) => !all.traces.has(form))
  const twice = [...visited.traces].filter(([, count]) => count > 1).map(([form]) => form)
  const wrong: string[] = []
  if (missing.length > 0) wrong.push(`missing ${missing.length} of ${all.traces.size}: ${missing[0]}`)
  if (unknown.length > 0) wrong.push(`unknown: ${unknown[0]}`)
  if (twice.length > 0) wrong.push(`more than once: ${twice[0]}`)
  if (strategy.blockedBySleep > 0) wrong.push(`${strategy.blockedBySleep} blocked by sleep`)
  if (visited.result.abandoned > 0) wrong.push(`${visited.result.abandoned} given up`)
  if (!visited.result.complete) wrong.push('not complete')
  return { wrong: wrong.join('; '), traces: all.traces.size, blocked: visited.result.blocked }
}
