import { type Addr, type Thread, call, defineProgram } from '@holdfast/explorer'

function philosopher(t: Thread, first: Addr, second: Addr) {
  const { mem } = t
  mem.lock(first)
  mem.lock(second)
  mem.unlock(second)
  mem.unlock(first)
}

export default defineProgram({
  name: 'philosophers-ordered',
  about: 'n philosophers, each of whom takes the lower fork first: 2^n - 2 traces, none deadlocked',
  params: { n: 3 },
  memory: ({ n }) => ({ forks: n }),
  threads: ({ n }, { forks }) =>
    Array.from({ length: n }, (_, i) => {
      const other = (i + 1) % n
      return call(philosopher, forks + Math.min(i, other), forks + Math.max(i, other))
    }),
})
