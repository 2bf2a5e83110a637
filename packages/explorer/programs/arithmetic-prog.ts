import { type Addr, type Thread, call, defineProgram } from '@holdfast/explorer'

interface Place {
  readonly m: Addr
  readonly empty: Addr
  readonly full: Addr
  readonly value: Addr
  readonly total: Addr
}

function producer(t: Thread, at: Place, n: number) {
  const { mem } = t
  for (let i = 1; i <= n; i++) {
    mem.lock(at.m)
    while (mem.read(at.value) > 0) mem.cvWait(at.empty, at.m)
    mem.write(at.value, i)
    mem.unlock(at.m)
    mem.cvSignal(at.full)
  }
}

function consumer(t: Thread, at: Place, n: number) {
  const { mem } = t
  for (let i = 1; i <= n; i++) {
    mem.lock(at.m)
    while (mem.read(at.value) === 0) mem.cvWait(at.full, at.m)
    mem.write(at.total, mem.read(at.total) + mem.read(at.value))
    mem.write(at.value, 0)
    mem.unlock(at.m)
    mem.cvSignal(at.empty)
  }
}

export default defineProgram({
  name: 'arithmetic-prog',
  about: 'the numbers 1 to n go through one place and are added up',
  params: { n: 2 },
  memory: () => ({ m: 1, empty: 1, full: 1, value: 1, total: 1 }),
  threads: ({ n }, at) => [call(producer, at, n), call(consumer, at, n)],
  check: (final, { n }, { total }) =>
    final.ended && final.read(total) !== (n * (n + 1)) / 2 ? `the total is ${final.read(total)}` : undefined,
})
