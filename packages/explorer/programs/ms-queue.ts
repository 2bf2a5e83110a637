import { type Addr, type Thread, call, check, defineProgram } from '@holdfast/explorer'

/** Michael and Scott 1996. Nodes are numbered from 1, node 1 is the first dummy. */
function enqueue(t: Thread, tail: Addr, next: Addr, node: number) {
  const { mem } = t
  for (;;) {
    const last = mem.load(tail)
    const after = mem.load(next + last)
    if (after !== 0) {
      mem.cas(tail, last, after)
      continue
    }
    if (mem.cas(next + last, 0, node) === 0) {
      mem.cas(tail, last, node)
      return
    }
  }
}

function dequeue(t: Thread, head: Addr, tail: Addr, next: Addr): number {
  const { mem } = t
  for (;;) {
    const first = mem.load(head)
    const last = mem.load(tail)
    const after = mem.load(next + first)
    if (after === 0) return 0
    if (first === last) {
      mem.cas(tail, last, after)
      continue
    }
    if (mem.cas(head, first, after) === first) return after
  }
}

function producer(t: Thread, tail: Addr, next: Addr, node: number) {
  enqueue(t, tail, next, node)
}

function consumer(t: Thread, head: Addr, tail: Addr, next: Addr, taken: Addr) {
  const { mem } = t
  const node = dequeue(t, head, tail, next)
  if (node !== 0) check(mem.add(taken + node, 1) === 0, `node ${node} was taken twice`)
}

export default defineProgram({
  name: 'ms-queue',
  about: "Michael and Scott's queue: p threads put a node each, c threads take one",
  params: { p: 1, c: 1 },
  memory: ({ p }) => ({ head: [1], tail: [1], next: p + 2, taken: p + 2 }),
  threads: ({ p, c }, { head, tail, next, taken }) => [
    ...Array.from({ length: p }, (_, i) => call(producer, tail, next, i + 2)),
    ...Array.from({ length: c }, () => call(consumer, head, tail, next, taken)),
  ],
})
