import { type Addr, type Thread, call, defineProgram } from '@holdfast/explorer'

/** Of its class the first to enter takes `l`, the last to leave gives it back; `m` covers the count. */
function visitor(t: Thread, m: Addr, l: Addr, count: Addr) {
  const { mem } = t
  mem.lock(m)
  mem.write(count, mem.read(count) + 1)
  if (mem.read(count) === 1) mem.lock(l)
  mem.unlock(m)
  mem.lock(m)
  mem.write(count, mem.read(count) - 1)
  if (mem.read(count) === 0) mem.unlock(l)
  mem.unlock(m)
}

export default defineProgram({
  name: 'carter01',
  about: 'two classes exclude each other, but wait for it with the common mutex held: 4 traces, 2 deadlocked',
  memory: () => ({ m: 1, l: 1, a: 1, b: 1 }),
  threads: (_, { m, l, a, b }) => [call(visitor, m, l, a), call(visitor, m, l, b)],
})
