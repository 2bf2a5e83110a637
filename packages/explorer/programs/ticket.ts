import { type Addr, type Thread, call, check, defineProgram } from '@holdfast/explorer'

function customer(t: Thread, next: Addr, serving: Addr, inside: Addr) {
  const { mem } = t
  const mine = mem.add(next, 1)
  mem.await(serving, mine)
  mem.write(inside, mem.read(inside) + 1)
  check(mem.read(inside) === 1, 'two are served at once')
  mem.write(inside, mem.read(inside) - 1)
  mem.store(serving, mine + 1)
}

export default defineProgram({
  name: 'ticket',
  about: 'a ticket lock whose wait is an event enabled by its condition: n! traces, none blocked',
  params: { n: 3 },
  memory: () => ({ next: 1, serving: 1, inside: 1 }),
  threads: ({ n }, { next, serving, inside }) =>
    Array.from({ length: n }, () => call(customer, next, serving, inside)),
})
