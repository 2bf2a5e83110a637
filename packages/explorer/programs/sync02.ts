import { type Addr, type Thread, call, defineProgram } from '@holdfast/explorer'

function put(t: Thread, m: Addr, empty: Addr, full: Addr, count: Addr) {
  const { mem } = t
  mem.lock(m)
  while (mem.read(count) > 0) mem.cvWait(empty, m)
  mem.write(count, mem.read(count) + 1)
  mem.cvSignal(full)
  mem.unlock(m)
}

function take(t: Thread, m: Addr, empty: Addr, full: Addr, count: Addr) {
  const { mem } = t
  mem.lock(m)
  if (mem.read(count) < 2) mem.cvWait(full, m)
  mem.write(count, mem.read(count) - 1)
  mem.cvSignal(empty)
  mem.unlock(m)
}

export default defineProgram({
  name: 'sync02',
  about:
    'the one that takes waits for more than ever comes: it is saved only by a signal it does not deserve',
  memory: () => ({ m: 1, empty: 1, full: 1, count: 1 }),
  threads: (_, { m, empty, full, count }) => [
    call(put, m, empty, full, count),
    call(take, m, empty, full, count),
  ],
})
