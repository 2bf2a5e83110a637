import type { OrderSeen } from '@holdfast/cpu'
import { LockGraph } from '@holdfast/explorer'
import { type Places, lockPlacesOf } from './places.js'

/** One lock waited for while another was held. */
interface Step {
  readonly seen: OrderSeen
  /** Where the held one was taken; empty: nobody looked. */
  readonly heldPlaces: Places
  readonly takenPlaces: Places
}

/** Locks that are waited for in a cycle, though no run need have met it. */
export interface OrderCycle {
  readonly message: string
  /** The acquisition that closed it, and the one before. */
  readonly cpu: number
  readonly locks: readonly number[]
  readonly closing: Places
  readonly other: Places
  readonly otherWho: string
  readonly firstMs: number
}

/** Classes that the kernel takes several of, in any order. */
type Nests = readonly string[]

/**
 * The order of locks over all CPUs of a run: which class was waited for while which was held. A cycle is a deadlock that some
 * interleaving may hit. What lock-order.ts of the explorer says of such cycles, and does not, holds here too.
 */
export class OrderFindings {
  private readonly nests: Nests
  private readonly graph = new LockGraph()
  private readonly steps = new Map<string, Step>()
  private readonly cycles = new Map<string, { readonly edges: readonly string[]; readonly firstMs: number }>()

  constructor(nests: Nests) {
    this.nests = nests
  }

  /** How many new cycles a pair has closed. */
  add(seen: OrderSeen, atMs: number): number {
    const key = keyOf(seen.from, seen.to, seen.up)
    const before = this.steps.get(key)
    if (before === undefined || seen.heldStack !== '') {
      const [heldPlaces, takenPlaces] = [lockPlacesOf(seen.heldStack), lockPlacesOf(seen.takenStack)]
      this.steps.set(key, { seen, heldPlaces, takenPlaces })
    }
    if (before !== undefined) return 0
    return seen.from === seen.to ? this.nested(seen, atMs) : this.joined(seen, atMs)
  }

  tell(): readonly OrderCycle[] {
    return [...this.cycles.values()].map(({ edges, firstMs }) => {
      const steps = edges.map((key) => this.steps.get(key) as Step)
      const parts = steps.map(({ seen, heldPlaces, takenPlaces }) => {
        const held = heldPlaces.length === 0 ? '' : `${seen.from} at ${heldPlaces[0]}, `
        return `${seen.from} -> ${seen.to} (${held}${seen.to} at ${takenPlaces[0] ?? '?'}, CPU ${seen.cpu})`
      })
      const [one, two] = [steps.at(-1) as Step, steps[0] as Step]
      const same = one.seen.from === one.seen.to
      const what = same
        ? `two locks of class ${one.seen.from} are taken in both orders of their addresses`
        : 'locks are taken in a cycle'
      return {
        message: `${what}: ${parts.join('; ')}`,
        cpu: one.seen.cpu,
        locks: [one.seen.held, one.seen.taken],
        closing: one.takenPlaces,
        other: two.takenPlaces,
        otherWho: `${two.seen.to} was taken by CPU ${two.seen.cpu}, which had ${two.seen.from}`,
        firstMs,
      }
    })
  }

  /** Two locks of one class: a fault once both orders of their addresses were seen. */
  private nested({ from, to, up }: OrderSeen, atMs: number): number {
    const other = keyOf(from, to, !up)
    if (this.nests.includes(from) || !this.steps.has(other)) return 0
    this.cycles.set(from, { edges: [other, keyOf(from, to, up)], firstMs: atMs })
    return 1
  }

  private joined({ from, to, up }: OrderSeen, atMs: number): number {
    if (!this.graph.add({ from, to, fromSite: 0, toSite: 0 })) return 0
    let fresh = 0
    for (const cycle of this.graph.cycles(from, to)) {
      const name = cycle.join(' -> ')
      if (this.cycles.has(name)) continue
      const edges = cycle.map((each, at) => keyOf(each, cycle[(at + 1) % cycle.length] as string, true))
      const last = edges.indexOf(keyOf(from, to, up))
      this.cycles.set(name, { edges: [...edges.slice(last + 1), ...edges.slice(0, last + 1)], firstMs: atMs })
      fresh++
    }
    return fresh
  }
}

/** Of one class, each order of addresses is a pair of its own. */
function keyOf(from: string, to: string, up: boolean): string {
  return `${from} -> ${to}${from === to && !up ? ' down' : ''}`
}
