import type { RaceHalf } from '@holdfast/cpu'
import { type Places, placesOf } from './places.js'

/** A race between two places, however often it was seen. */
export interface Race {
  readonly addr: number
  /** The side that waited at the watchpoint, and the one that came upon it; undefined: nobody knows. */
  readonly watcher: RaceSide
  readonly other: RaceSide | undefined
  /** ms after the start, of the first time. */
  readonly firstMs: number
  times: number
}

interface RaceSide {
  readonly half: RaceHalf
  readonly places: Places
}

/** Joins the halves of races, which two CPUs tell of, and keeps each pair of places once. */
export class RaceFindings {
  private readonly waiting = new Map<number, RaceHalf>()
  private readonly byKey = new Map<string, Race>()

  /** `atMs` is how long the machine has run. Returns a race that is new, if there is one. */
  add(half: RaceHalf, atMs: number): Race | undefined {
    if (half.watched?.hit === false) return this.found(half, undefined, atMs)
    const first = this.waiting.get(half.id)
    if (first === undefined) {
      this.waiting.set(half.id, half)
      return undefined
    }
    this.waiting.delete(half.id)
    return half.watched === undefined ? this.found(first, half, atMs) : this.found(half, first, atMs)
  }

  races(): readonly Race[] {
    return [...this.byKey.values()]
  }

  private found(watcher: RaceHalf, other: RaceHalf | undefined, atMs: number): Race | undefined {
    const one = { half: watcher, places: placesOf(watcher.stack) }
    const two = other === undefined ? undefined : { half: other, places: placesOf(other.stack) }
    const key = [one, two]
      .map((side) => (side === undefined ? '' : `${side.places[0] ?? '?'} ${side.half.access}`))
      .sort()
      .join(' | ')
    const known = this.byKey.get(key)
    if (known !== undefined) {
      known.times++
      return undefined
    }
    const race = { addr: watcher.addr, watcher: one, other: two, firstMs: atMs, times: 1 }
    this.byKey.set(key, race)
    return race
  }
}
