/** That a lock of class `to` was waited for while one of class `from` was held, with the places that did so first. */
export interface OrderEdge {
  readonly from: string
  readonly to: string
  /** Where the held one was taken. */
  readonly fromSite: number
  /** Where the other one was taken. */
  readonly toSite: number
}

/** Cycles that a new edge closes are sought up to this length, and at most so many of them. */
const LONGEST = 8
const MOST = 16

/** The order in which locks are taken, by class. Edges are only ever added. */
export class LockGraph {
  private readonly from = new Map<string, Map<string, OrderEdge>>()

  /** Adds an edge; false: it was there. */
  add(edge: OrderEdge): boolean {
    let edges = this.from.get(edge.from)
    if (edges === undefined) {
      edges = new Map()
      this.from.set(edge.from, edges)
    }
    if (edges.has(edge.to)) return false
    edges.set(edge.to, edge)
    return true
  }

  /** Replaces an edge that is there by one that says more. */
  amend(edge: OrderEdge): void {
    this.from.get(edge.from)?.set(edge.to, edge)
  }

  /** Whether that edge is there. */
  has(from: string, to: string): boolean {
    return this.from.get(from)?.has(to) === true
  }

  /** That edge, if it is there. */
  edge(from: string, to: string): OrderEdge | undefined {
    return this.from.get(from)?.get(to)
  }

  /** Every class that has an edge, in the order of names. */
  nodes(): readonly string[] {
    const names = new Set<string>()
    for (const { from, to } of this.edges()) names.add(from).add(to)
    return [...names].sort()
  }

  /** Every edge, those of the same class first come first. */
  edges(): readonly OrderEdge[] {
    return [...this.from.values()].flatMap((edges) => [...edges.values()])
  }

  /** The simple cycles through an edge, each from its least class on: the shortest first. */
  cycles(from: string, to: string): readonly (readonly string[])[] {
    const found: string[][] = []
    const path = [from, to]
    for (let length = 2; length <= LONGEST && found.length < MOST; length++)
      this.seek(path, from, length, found)
    return found.map(fromLeast)
  }

  /** Completes `path` to cycles of exactly `length` classes. */
  private seek(path: string[], goal: string, length: number, found: string[][]): void {
    const last = path[path.length - 1] as string
    if (path.length === length) {
      if (this.has(last, goal)) found.push([...path])
      return
    }
    for (const next of this.from.get(last)?.keys() ?? []) {
      if (found.length >= MOST) return
      if (path.includes(next)) continue
      path.push(next)
      this.seek(path, goal, length, found)
      path.pop()
    }
  }
}

function fromLeast(cycle: readonly string[]): readonly string[] {
  let least = 0
  for (let i = 1; i < cycle.length; i++) if ((cycle[i] as string) < (cycle[least] as string)) least = i
  return [...cycle.slice(least), ...cycle.slice(0, least)]
}
