import { type Addr, type Thread, call, check, defineProgram } from '@holdfast/explorer'

/** Waits until the word is below `bound`. */
function below(t: Thread, x: Addr, bound: number) {
  const { mem } = t
  for (let value = mem.load(x); value >= bound; value = mem.load(x)) mem.spinWhile(x, value)
}

function contender(t: Thread, mine: Addr, other: Addr, inside: Addr, me: number) {
  const { mem } = t
  mem.store(mine, 1)
  below(t, other, 3)
  mem.store(mine, 3)
  if (mem.load(other) === 1) {
    mem.store(mine, 2)
    mem.await(other, 4)
  }
  mem.store(mine, 4)
  if (me === 1) below(t, other, 2)
  mem.write(inside, mem.read(inside) + 1)
  check(mem.read(inside) === 1, 'both are inside')
  mem.write(inside, mem.read(inside) - 1)
  if (me === 0) {
    for (let value = mem.load(other); value === 2 || value === 3; value = mem.load(other))
      mem.spinWhile(other, value)
  }
  mem.store(mine, 0)
}

export default defineProgram({
  name: 'szymanski',
  about: "Szymanski's mutual exclusion of two threads",
  memory: () => ({ flag0: 1, flag1: 1, inside: 1 }),
  threads: (_, { flag0, flag1, inside }) => [
    call(contender, flag0, flag1, inside, 0),
    call(contender, flag1, flag0, inside, 1),
  ],
})
