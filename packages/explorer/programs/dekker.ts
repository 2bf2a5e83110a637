import { type Addr, type Thread, call, check, defineProgram } from '@holdfast/explorer'

function contender(t: Thread, mine: Addr, other: Addr, turn: Addr, inside: Addr, me: number) {
  const { mem } = t
  mem.store(mine, 1)
  while (mem.load(other) === 1) {
    if (mem.load(turn) === me) {
      mem.spinWhile(other, 1)
    } else {
      mem.store(mine, 0)
      mem.await(turn, me)
      mem.store(mine, 1)
    }
  }
  mem.write(inside, mem.read(inside) + 1)
  check(mem.read(inside) === 1, 'both are inside')
  mem.write(inside, mem.read(inside) - 1)
  mem.store(turn, 1 - me)
  mem.store(mine, 0)
}

export default defineProgram({
  name: 'dekker',
  about: "Dekker's mutual exclusion of two threads",
  memory: () => ({ flag0: 1, flag1: 1, turn: 1, inside: 1 }),
  threads: (_, { flag0, flag1, turn, inside }) => [
    call(contender, flag0, flag1, turn, inside, 0),
    call(contender, flag1, flag0, turn, inside, 1),
  ],
})
