import { type Addr, type Thread, call, check, defineProgram } from '@holdfast/explorer'

interface Queue {
  readonly m: Addr
  readonly items: Addr
  readonly head: Addr
  readonly tail: Addr
  readonly enqueue: Addr
  readonly dequeue: Addr
}

function producer(t: Thread, q: Queue, n: number) {
  const { mem } = t
  for (let value = 1; value <= n; value++) {
    mem.lock(q.m)
    if (mem.read(q.enqueue) !== 0) {
      const tail = mem.read(q.tail)
      mem.write(q.items + tail, value)
      mem.write(q.tail, tail + 1)
      mem.write(q.enqueue, 0)
      mem.write(q.dequeue, 1)
    }
    mem.unlock(q.m)
  }
}

function consumer(t: Thread, q: Queue, n: number) {
  const { mem } = t
  for (let value = 1; value <= n; value++) {
    mem.lock(q.m)
    if (mem.read(q.dequeue) !== 0) {
      const head = mem.read(q.head)
      check(mem.read(q.items + head) === value, `item ${head} is not ${value}`)
      mem.write(q.head, head + 1)
      mem.write(q.dequeue, 0)
      mem.write(q.enqueue, 1)
    }
    mem.unlock(q.m)
  }
}

export default defineProgram({
  name: 'queue-bad',
  about: 'a queue whose users take turns by flags, and count the turns that they missed',
  params: { n: 3 },
  memory: ({ n }) => ({ m: 1, items: n, head: 1, tail: 1, enqueue: [1], dequeue: 1 }),
  threads: ({ n }, q) => [call(producer, q, n), call(consumer, q, n)],
})
