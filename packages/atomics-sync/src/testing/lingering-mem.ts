import { Mem } from '../mem.js'
import type { Addr } from '../mem.js'
import { linger } from './jobs.js'

/**
 * Lingers after plain reads of some words. Of a mutex: between an exit's test of WAITERS and its store of 0. Of the
 * parking lot's header: between a contender's look at the owner and its setting of WAITERS.
 */
export class LingeringMem extends Mem {
  private readonly places: readonly Addr[]

  constructor(buffer: SharedArrayBuffer, places: readonly Addr[]) {
    super(buffer)
    this.places = places
  }

  override read(addr: Addr): number {
    const value = super.read(addr)
    if (this.places.includes(addr)) linger(20)
    return value
  }
}
