import { NULL } from '@holdfast/atomics-sync'
import {
  PG_PQFLAGS,
  PG_WIRE_COUNT,
  PQ_ACTIVE,
  PQ_FREE,
  PQ_INACTIVE,
  UVMEXP_ACTIVE,
  UVMEXP_FREE,
  UVMEXP_INACTIVE,
  UVM_PAGE_ACTIVE,
  UVM_PAGE_FREE,
  UVM_PAGE_INACTIVE,
  VM_PAGE_WORDS,
  pglistFirst,
  pglistNext,
} from '@holdfast/mm'
import { type Inspection, type Violation, word } from './inspect.js'

const QUEUES = [
  { name: 'free', head: UVM_PAGE_FREE, count: UVMEXP_FREE, flag: PQ_FREE },
  { name: 'active', head: UVM_PAGE_ACTIVE, count: UVMEXP_ACTIVE, flag: PQ_ACTIVE },
  { name: 'inactive', head: UVM_PAGE_INACTIVE, count: UVMEXP_INACTIVE, flag: PQ_INACTIVE },
] as const

/**
 * Frames are conserved: each is on at most one queue, the one its flags name; the queues are as long as they are
 * counted; a wired frame is on none.
 *
 * Guarded by uvm_pageqlock and uvm_fpageqlock, so exact at safe points. Says nothing of who owns a frame.
 */
export function frames(inspection: Inspection): Violation[] {
  const { mem, config } = inspection
  const found: Violation[] = []
  const queueOf = new Map<number, string>()
  for (const { name, head, count } of QUEUES) {
    let length = 0
    for (let pg = pglistFirst(mem, head); pg !== NULL && length <= config.physmem; pg = pglistNext(mem, pg)) {
      length++
      const other = queueOf.get(pg)
      if (other !== undefined) {
        found.push({
          invariant: 'frames',
          message: `frame ${(pg - config.vmPages) / VM_PAGE_WORDS} is on the ${other} and the ${name} queue`,
          words: [word(inspection, 'pqflags', pg + PG_PQFLAGS)],
        })
      }
      queueOf.set(pg, name)
    }
    if (length !== mem.read(count)) {
      found.push({
        invariant: 'frames',
        message: `the ${name} queue holds ${length} frames and is counted ${mem.read(count)}`,
        words: [word(inspection, `uvmexp.${name}`, count)],
      })
    }
  }
  for (let frame = 0; frame < config.physmem; frame++) {
    const pg = config.vmPages + frame * VM_PAGE_WORDS
    const flags = mem.read(pg + PG_PQFLAGS)
    const named = QUEUES.filter(({ flag }) => (flags & flag) !== 0).map(({ name }) => name)
    const queue = queueOf.get(pg)
    const words = [
      word(inspection, 'pqflags', pg + PG_PQFLAGS),
      word(inspection, 'wire_count', pg + PG_WIRE_COUNT),
    ]
    if (named.length > 1 || named[0] !== queue) {
      found.push({
        invariant: 'frames',
        message: `frame ${frame} says it is on ${named.join(' and ') || 'no queue'}, and is on ${queue ?? 'none'}`,
        words,
      })
    }
    if (queue !== undefined && mem.read(pg + PG_WIRE_COUNT) !== 0) {
      found.push({
        invariant: 'frames',
        message: `frame ${frame} is wired ${mem.read(pg + PG_WIRE_COUNT)} times and on the ${queue} queue`,
        words,
      })
    }
  }
  return found
}
