/** The queue of queue.ts for the explorer: what main.ts runs on real threads, small. */
import { type Addr, type Thread, call, defineProgram } from '@holdfast/explorer'
import { put as putRepaired } from './put-repaired.js'
import { type Queue, put, take } from './queue.js'

const patience = Infinity // a wait that is never over stands still: that is what the explorer looks for

function producer({ mem }: Thread, queue: Queue, items: number, repaired: number) {
  for (let item = 0; item < items; item++) {
    if (repaired === 1) putRepaired({ mem, patience }, queue, item)
    else put({ mem, patience }, queue, item)
  }
}

function consumer({ mem }: Thread, queue: Queue, items: number, taken: Addr) {
  for (let i = 0; i < items; i++) {
    const item = take({ mem, patience }, queue)
    mem.add(taken + item, 1)
  }
}

export default defineProgram({
  name: 'queue',
  about:
    'a producer, and consumers that take `items` items each; repaired=1: with the put of put-repaired.ts',
  params: { consumers: 2, items: 1, capacity: 1, repaired: 0 },
  memory: ({ consumers, items, capacity }) => ({
    head: 1,
    tail: 1,
    ring: capacity,
    taken: consumers * items,
  }),
  threads: ({ consumers, items, capacity, repaired }, { head, tail, ring, taken }) => {
    const queue = { head, tail, ring, capacity }
    return [
      call(producer, queue, consumers * items, repaired),
      ...Array.from({ length: consumers }, () => call(consumer, queue, items, taken)),
    ]
  },
  check: (final, { consumers, items }, { taken }) => {
    if (!final.ended) return undefined // said to be a deadlock or a lost wake-up
    for (let item = 0; item < consumers * items; item++) {
      const times = final.read(taken + item)
      if (times !== 1) return `item ${item} was taken ${times} times`
    }
    return undefined
  },
})
