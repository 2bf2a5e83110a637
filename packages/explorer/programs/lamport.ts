import { type Addr, type Thread, call, check, defineProgram } from '@holdfast/explorer'

interface Place {
  readonly x: Addr
  readonly y: Addr
  readonly b: Addr
  readonly inside: Addr
}

/** Lamport, "A fast mutual exclusion algorithm", 1987. Threads are 1 to n. */
function contender(t: Thread, at: Place, me: number, n: number) {
  const { mem } = t
  for (;;) {
    mem.store(at.b + me, 1)
    mem.store(at.x, me)
    if (mem.load(at.y) !== 0) {
      mem.store(at.b + me, 0)
      mem.await(at.y, 0)
      continue
    }
    mem.store(at.y, me)
    if (mem.load(at.x) === me) break
    mem.store(at.b + me, 0)
    for (let j = 1; j <= n; j++) mem.await(at.b + j, 0)
    if (mem.load(at.y) === me) break
    mem.await(at.y, 0)
  }
  mem.write(at.inside, mem.read(at.inside) + 1)
  check(mem.read(at.inside) === 1, 'two are inside')
  mem.write(at.inside, mem.read(at.inside) - 1)
  mem.store(at.y, 0)
  mem.store(at.b + me, 0)
}

export default defineProgram({
  name: 'lamport',
  about: "Lamport's fast mutual exclusion of n threads",
  params: { n: 2 },
  memory: ({ n }) => ({ x: 1, y: 1, b: n + 1, inside: 1 }),
  threads: ({ n }, at) => Array.from({ length: n }, (_, i) => call(contender, at, i + 1, n)),
})
