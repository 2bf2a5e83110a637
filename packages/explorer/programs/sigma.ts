import { type Addr, type Thread, call, check, defineProgram } from '@holdfast/explorer'

function setter(t: Thread, next: Addr, a: Addr) {
  const { mem } = t
  const i = mem.load(next)
  mem.store(next, i + 1)
  mem.store(a + i, 1)
}

function sum(t: Thread, a: Addr, n: number, done: Addr) {
  const { mem } = t
  for (let i = 0; i < n; i++) mem.await(done + i, 1)
  let total = 0
  for (let i = 0; i < n; i++) total += mem.load(a + i)
  check(total === n, `${total} of ${n} are set`)
}

function run(t: Thread, next: Addr, a: Addr, done: Addr) {
  const { mem } = t
  setter(t, next, a)
  mem.store(done, 1)
}

export default defineProgram({
  name: 'sigma',
  about: 'n threads each take an index, without a lock, and set its element; the sum is too small',
  params: { n: 2 },
  memory: ({ n }) => ({ next: 1, a: n, done: n }),
  threads: ({ n }, { next, a, done }) => [
    ...Array.from({ length: n }, (_, i) => call(run, next, a, done + i)),
    call(sum, a, n, done),
  ],
})
