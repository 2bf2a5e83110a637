import { strategyNames } from '@holdfast/explorer'
import type { EngineOptions } from '@holdfast/explorer'

/** How a program is explored by the matcher. With none of these: dpor, until it has visited all. */
export interface HoldOptions {
  /** Parameters of the program. */
  readonly params?: Readonly<Record<string, number>>
  /** Every interleaving with at most so many preemptions. */
  readonly preemptions?: number
  /** Every interleaving with at most so many delays of a round robin. */
  readonly delays?: number
  /** Name of a strategy, as of `holdfast explore --strategy`. */
  readonly strategy?: string
  /** Of strategies that choose by chance; default 1. */
  readonly seed?: number
  /** Of pct; default 3. */
  readonly depth?: number
  /** Most executions: what it has not visited by then is not asked for. */
  readonly executions?: number
  /** Most seconds, likewise. */
  readonly seconds?: number
  /** What an execution may do: see `holdfast explore --help`. */
  readonly engine?: Partial<EngineOptions>
}

const KNOWN: Record<keyof HoldOptions, 'number' | 'string' | 'object'> = {
  params: 'object',
  preemptions: 'number',
  delays: 'number',
  strategy: 'string',
  seed: 'number',
  depth: 'number',
  executions: 'number',
  seconds: 'number',
  engine: 'object',
}

/** Throws TypeError naming the option, its value and what is allowed. */
export function checkOptions(options: HoldOptions): void {
  for (const [name, value] of Object.entries(options)) {
    const wanted = KNOWN[name as keyof HoldOptions] as string | undefined
    if (wanted === undefined)
      throw new TypeError(`option ${name} is not known; there are ${Object.keys(KNOWN).join(', ')}`)
    if (value === undefined) continue
    if (typeof value !== wanted || value === null)
      throw new TypeError(`option ${name} is ${String(value)}; ${wanted} is expected`)
    if (wanted === 'number' && !(Number(value) >= 0))
      throw new TypeError(`option ${name} is ${String(value)}; 0 or more is allowed`)
  }
  const { strategy, preemptions, delays } = options
  if (strategy !== undefined && (strategy === 'replay' || !strategyNames().includes(strategy)))
    throw new TypeError(
      `strategy is '${strategy}'; there are ${strategyNames()
        .filter((name) => name !== 'replay')
        .join(', ')}`,
    )
  if (preemptions !== undefined && delays !== undefined)
    throw new TypeError('preemptions and delays: one of them is allowed')
  const bounded =
    preemptions !== undefined ? 'preemption-bound' : delays !== undefined ? 'delay-bound' : undefined
  if (strategy !== undefined && bounded !== undefined && strategy !== bounded)
    throw new TypeError(`strategy is '${strategy}', and a bound is given that means '${bounded}'`)
}
