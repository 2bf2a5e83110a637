import { type Addr, type Thread, call, defineProgram } from '@holdfast/explorer'

function both(t: Thread, first: Addr, second: Addr) {
  const { mem } = t
  mem.lock(first)
  mem.lock(second)
  mem.unlock(second)
  mem.unlock(first)
}

export default defineProgram({
  name: 'deadlock01',
  about: 'two threads take two mutexes in opposite orders: 3 traces, one of them deadlocked',
  memory: () => ({ a: 1, b: 1 }),
  threads: (_, { a, b }) => [call(both, a, b), call(both, b, a)],
})
