import { type Addr, type Thread, call, check, defineProgram } from '@holdfast/explorer'

function contender(t: Thread, mine: Addr, other: Addr, turn: Addr, inside: Addr, me: number) {
  const { mem } = t
  mem.store(mine, 1)
  mem.store(turn, 1 - me)
  mem.spinWhileBoth(other, 1, turn, 1 - me)
  mem.write(inside, mem.read(inside) + 1)
  check(mem.read(inside) === 1, 'both are inside')
  mem.write(inside, mem.read(inside) - 1)
  mem.store(mine, 0)
}

export default defineProgram({
  name: 'peterson',
  about: "Peterson's mutual exclusion of two threads; the wait is one event on two words",
  memory: () => ({ flag0: 1, flag1: 1, turn: 1, inside: 1 }),
  threads: (_, { flag0, flag1, turn, inside }) => [
    call(contender, flag0, flag1, turn, inside, 0),
    call(contender, flag1, flag0, turn, inside, 1),
  ],
})
