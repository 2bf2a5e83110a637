import { type Addr, type Thread, call, check, defineProgram } from '@holdfast/explorer'

function adder(t: Thread, m: Addr, data: Addr, amount: number) {
  const { mem } = t
  mem.lock(m)
  mem.write(data, mem.read(data) + amount)
  mem.unlock(m)
}

function checker(t: Thread, m: Addr, data: Addr) {
  const { mem } = t
  mem.lock(m)
  check(mem.read(data) < 3, 'both have added')
  mem.unlock(m)
}

export default defineProgram({
  name: 'lazy01',
  about: 'a checker that must not come last of three: 6 traces, wrong in 2',
  memory: () => ({ m: 1, data: 1 }),
  threads: (_, { m, data }) => [call(adder, m, data, 1), call(adder, m, data, 2), call(checker, m, data)],
})
