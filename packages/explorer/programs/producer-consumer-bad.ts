import { type Addr, type Thread, call, defineProgram } from '@holdfast/explorer'

interface Place {
  readonly m: Addr
  readonly cv: Addr
  readonly count: Addr
}

function producer(t: Thread, at: Place, k: number) {
  const { mem } = t
  for (let i = 0; i < k; i++) {
    mem.lock(at.m)
    while (mem.read(at.count) === 1) mem.cvWait(at.cv, at.m)
    mem.write(at.count, 1)
    mem.cvSignal(at.cv)
    mem.unlock(at.m)
  }
}

function consumer(t: Thread, at: Place, k: number) {
  const { mem } = t
  for (let i = 0; i < k; i++) {
    mem.lock(at.m)
    while (mem.read(at.count) === 0) mem.cvWait(at.cv, at.m)
    mem.write(at.count, 0)
    mem.cvSignal(at.cv)
    mem.unlock(at.m)
  }
}

export default defineProgram({
  name: 'producer-consumer-bad',
  about:
    'one condition variable for both sides, and signals: a consumer wakes the other consumer, and all sleep',
  memory: () => ({ m: 1, cv: 1, count: 1 }),
  threads: (_, at) => [call(producer, at, 2), call(consumer, at, 1), call(consumer, at, 1)],
})
