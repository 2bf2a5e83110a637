import { type Addr, type Thread, call, defineProgram } from '@holdfast/explorer'

function taker(t: Thread, m: Addr, count: Addr) {
  const { mem } = t
  if (mem.tryLock(m) === 0) return
  mem.write(count, mem.read(count) + 1)
  mem.unlock(m)
}

export default defineProgram({
  name: 'trylock',
  about: 'n threads try a mutex once; a try that fails is a read of it',
  params: { n: 2 },
  memory: () => ({ m: 1, count: 1 }),
  threads: ({ n }, { m, count }) => Array.from({ length: n }, () => call(taker, m, count)),
  check: (final, _, { count }) => (final.read(count) > 0 ? undefined : 'nobody took it'),
})
