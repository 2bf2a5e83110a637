import type { Report } from '../engine/observer.js'
import { LockGraph } from './lock-graph.js'
import type { OrderEdge } from './lock-graph.js'

/** An edge, or a nesting of two locks of one class, and the execution that showed it first. Plain data. */
export interface SeenEdge extends OrderEdge {
  /** Of two locks of one class: whether the address goes up or down. */
  readonly order?: 'up' | 'down'
  /** For reports: `a -> b (queue.ts:3 (put), then queue.ts:4 (put))`. */
  readonly text: string
  /** Steps at which the two were taken. */
  readonly steps: readonly [number, number]
  /** Addresses of the two locks. */
  readonly locks: readonly [number, number]
  /** Number of the execution, from 0, among those that its checker has watched. */
  readonly execution: number
  /** The choices of that execution: who runs those of all edges of a cycle in turn sees the cycle. */
  readonly schedule: Uint16Array
}

/** A report that edges of several executions make together. */
export interface OrderFault {
  readonly report: Report
  /** All edges, in the order in which they were added; the last of them made it one. */
  readonly edges: readonly SeenEdge[]
}

/**
 * The order of locks as far as it is known: edges put together from executions, parts of a campaign, worker threads.
 *
 * Each cycle of classes, and each class of which two locks were taken in both orders, is reported once, when the edge that completes
 * it is added. So what is reported depends on the order in which edges are added, and on nothing else.
 */
export class LockCycles {
  private readonly graph = new LockGraph()
  private readonly edges = new Map<string, { readonly edge: SeenEdge; readonly number: number }>()
  private readonly reported = new Set<string>()

  /** Adds edges that were seen; what they complete. Those that are known already are left alone. */
  add(edges: readonly SeenEdge[]): readonly OrderFault[] {
    return edges.flatMap((edge) => this.addOne(edge))
  }

  private addOne(edge: SeenEdge): OrderFault[] {
    const key = keyOf(edge.from, edge.to, edge.order)
    if (this.edges.has(key)) return []
    this.edges.set(key, { edge, number: this.edges.size })
    if (edge.order !== undefined) {
      const other = this.edges.get(keyOf(edge.from, edge.to, edge.order === 'up' ? 'down' : 'up'))?.edge
      return other === undefined ? [] : [{ report: nestingReport(other, edge), edges: [other, edge] }]
    }
    this.graph.add(edge)
    return this.graph.cycles(edge.from, edge.to).flatMap((cycle) => this.cycleFault(cycle))
  }

  private cycleFault(cycle: readonly string[]): OrderFault[] {
    const name = cycle.join(' -> ')
    if (this.reported.has(name)) return []
    this.reported.add(name)
    const known = cycle.map((from, i) => {
      const to = cycle[(i + 1) % cycle.length] as string
      return this.edges.get(keyOf(from, to)) as { edge: SeenEdge; number: number }
    })
    const inOrder = known.toSorted((one, other) => one.number - other.number)
    return [{ report: cycleReport(known.map(({ edge }) => edge)), edges: inOrder.map(({ edge }) => edge) }]
  }
}

function keyOf(from: string, to: string, order = ''): string {
  return `${from} -> ${to} ${order}`
}

function cycleReport(edges: readonly SeenEdge[]): Report {
  return {
    verdict: 'lockOrder',
    message: `locks are taken in a cycle: ${edges.map(({ text }) => text).join('; ')}`,
    sites: edges.flatMap(({ fromSite, toSite }) => [fromSite, toSite]),
  }
}

function nestingReport(one: SeenEdge, other: SeenEdge): Report {
  return {
    verdict: 'lockOrder',
    message: `two locks of class ${one.from} are taken in both orders of their addresses: ${one.text}, and ${other.text}`,
    sites: [one, other].flatMap(({ fromSite, toSite }) => [fromSite, toSite]),
    steps: other.steps,
    words: other.locks,
  }
}
