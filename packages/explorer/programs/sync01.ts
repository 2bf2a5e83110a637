import { type Addr, type Thread, call, defineProgram } from '@holdfast/explorer'

function put(t: Thread, m: Addr, empty: Addr, full: Addr, count: Addr) {
  const { mem } = t
  mem.lock(m)
  while (mem.read(count) > 0) mem.cvWait(empty, m)
  mem.write(count, mem.read(count) + 1)
  mem.unlock(m)
  mem.cvSignal(full)
}

function take(t: Thread, m: Addr, empty: Addr, full: Addr, count: Addr) {
  const { mem } = t
  mem.lock(m)
  while (mem.read(count) === 0) mem.cvWait(full, m)
  mem.write(count, mem.read(count) - 1)
  mem.unlock(m)
  mem.cvSignal(empty)
}

export default defineProgram({
  name: 'sync01',
  about: 'one puts, one takes, each waits for the other by a condition variable of its own',
  memory: () => ({ m: 1, empty: 1, full: 1, count: 1 }),
  threads: (_, { m, empty, full, count }) => [
    call(put, m, empty, full, count),
    call(take, m, empty, full, count),
  ],
  check: (final, _, { count }) => (final.ended && final.read(count) !== 0 ? 'count is not 0' : undefined),
})
