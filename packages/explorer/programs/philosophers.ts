import { type Addr, type Thread, call, defineProgram } from '@holdfast/explorer'

function philosopher(t: Thread, first: Addr, second: Addr) {
  const { mem } = t
  mem.lock(first)
  mem.lock(second)
  mem.unlock(second)
  mem.unlock(first)
}

export default defineProgram({
  name: 'philosophers',
  about: 'n philosophers, each of whom takes the left fork first: 2^n - 1 traces, one of them deadlocked',
  params: { n: 3 },
  memory: ({ n }) => ({ forks: n }),
  threads: ({ n }, { forks }) =>
    Array.from({ length: n }, (_, i) => call(philosopher, forks + i, forks + ((i + 1) % n))),
})
