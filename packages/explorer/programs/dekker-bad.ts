import { type Addr, type Thread, call, check, defineProgram } from '@holdfast/explorer'

function contender(t: Thread, mine: Addr, other: Addr, inside: Addr) {
  const { mem } = t
  mem.spinWhile(other, 1)
  mem.store(mine, 1)
  mem.write(inside, mem.read(inside) + 1)
  check(mem.read(inside) === 1, 'both are inside')
  mem.write(inside, mem.read(inside) - 1)
  mem.store(mine, 0)
}

export default defineProgram({
  name: 'dekker-bad',
  about: 'looks at the flag of the other before it sets its own: both get in',
  memory: () => ({ flag0: 1, flag1: 1, inside: 1 }),
  threads: (_, { flag0, flag1, inside }) => [
    call(contender, flag0, flag1, inside),
    call(contender, flag1, flag0, inside),
  ],
})
