import { type Addr, type Thread, call, defineProgram } from '@holdfast/explorer'

interface Place {
  readonly m: Addr
  readonly empty: Addr
  readonly full: Addr
  readonly count: Addr
}

function producer(t: Thread, at: Place, k: number) {
  const { mem } = t
  for (let i = 0; i < k; i++) {
    mem.lock(at.m)
    while (mem.read(at.count) === 1) mem.cvWait(at.empty, at.m)
    mem.write(at.count, 1)
    mem.cvSignal(at.full)
    mem.unlock(at.m)
  }
}

function consumer(t: Thread, at: Place, k: number) {
  const { mem } = t
  for (let i = 0; i < k; i++) {
    mem.lock(at.m)
    while (mem.read(at.count) === 0) mem.cvWait(at.full, at.m)
    mem.write(at.count, 0)
    mem.cvSignal(at.empty)
    mem.unlock(at.m)
  }
}

export default defineProgram({
  name: 'producer-consumer',
  about: 'n producers and n consumers of k items each, one place, a condition variable for each side',
  params: { n: 1, k: 2 },
  memory: () => ({ m: 1, empty: 1, full: 1, count: 1 }),
  threads: ({ n, k }, at) => [
    ...Array.from({ length: n }, () => call(producer, at, k)),
    ...Array.from({ length: n }, () => call(consumer, at, k)),
  ],
})
