import { type Addr, type Thread, call, check, defineProgram } from '@holdfast/explorer'

function party(t: Thread, arrived: Addr, round: Addr, done: Addr, n: number, rounds: number, me: number) {
  const { mem } = t
  for (let r = 0; r < rounds; r++) {
    mem.write(done + me, r + 1)
    if (mem.add(arrived, 1) === n - 1) {
      mem.store(arrived, 0)
      mem.store(round, r + 1)
    } else {
      mem.await(round, r + 1)
    }
    for (let i = 0; i < n; i++) check(mem.read(done + i) >= r + 1, `thread ${i} has not arrived`)
  }
}

export default defineProgram({
  name: 'barrier',
  about: 'n threads meet at a barrier, once: n! traces',
  params: { n: 2 },
  memory: ({ n }) => ({ arrived: 1, round: 1, done: n }),
  threads: ({ n }, { arrived, round, done }) =>
    Array.from({ length: n }, (_, i) => call(party, arrived, round, done, n, 1, i)),
})
