import { type Addr, type Thread, call, check, defineProgram } from '@holdfast/explorer'

/** Drepper, "Futexes are tricky": 0 free, 1 taken, 2 taken and perhaps wanted. */
function enter(t: Thread, m: Addr) {
  const { mem } = t
  let found = mem.cas(m, 0, 1)
  if (found === 0) return
  if (found !== 2) found = mem.exchange(m, 2)
  while (found !== 0) {
    mem.wait(m, 2, Infinity)
    found = mem.exchange(m, 2)
  }
}

function exit(t: Thread, m: Addr) {
  const { mem } = t
  if (mem.sub(m, 1) !== 1) {
    mem.store(m, 0)
    mem.notify(m, 1)
  }
}

function user(t: Thread, m: Addr, inside: Addr) {
  const { mem } = t
  enter(t, m)
  mem.write(inside, mem.read(inside) + 1)
  check(mem.read(inside) === 1, 'two are inside')
  mem.write(inside, mem.read(inside) - 1)
  exit(t, m)
}

export default defineProgram({
  name: 'futex-mutex',
  about: "n users of Drepper's mutex of three states, by wait and notify",
  params: { n: 2 },
  memory: () => ({ m: 1, inside: 1 }),
  threads: ({ n }, { m, inside }) => Array.from({ length: n }, () => call(user, m, inside)),
})
