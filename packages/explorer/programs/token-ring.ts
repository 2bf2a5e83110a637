import { type Addr, type Thread, call, check, defineProgram } from '@holdfast/explorer'

function copier(t: Thread, m: Addr, to: Addr, from: Addr, plus: number) {
  const { mem } = t
  mem.lock(m)
  mem.write(to, (mem.read(from) + plus) % 10)
  mem.unlock(m)
}

function checker(t: Thread, m: Addr, x1: Addr, x2: Addr, x3: Addr) {
  const { mem } = t
  mem.lock(m)
  check(mem.read(x1) === mem.read(x2) && mem.read(x2) === mem.read(x3), 'the token is not the same all round')
  mem.unlock(m)
}

export default defineProgram({
  name: 'token-ring',
  about: 'three threads hand a number round; a fourth expects to find it everywhere: 17 traces',
  memory: () => ({ m: 1, x1: [1], x2: [2], x3: [1] }),
  threads: (_, { m, x1, x2, x3 }) => [
    call(copier, m, x1, x3, 1),
    call(copier, m, x2, x1, 0),
    call(copier, m, x3, x2, 0),
    call(checker, m, x1, x2, x3),
  ],
})
