import { type Addr, type Thread, call, check, defineProgram } from '@holdfast/explorer'

/** Mellor-Crummey and Scott 1991. A thread's queue node is two words: next, locked. Nodes are addresses. */
function enter(t: Thread, tail: Addr, node: Addr) {
  const { mem } = t
  mem.store(node, 0)
  mem.store(node + 1, 1)
  const before = mem.exchange(tail, node)
  if (before === 0) return
  mem.store(before, node)
  mem.await(node + 1, 0)
}

function exit(t: Thread, tail: Addr, node: Addr) {
  const { mem } = t
  if (mem.load(node) === 0) {
    if (mem.cas(tail, node, 0) === node) return
    mem.spinWhile(node, 0)
  }
  mem.store(mem.load(node) + 1, 0)
}

function user(t: Thread, tail: Addr, node: Addr, inside: Addr) {
  const { mem } = t
  enter(t, tail, node)
  mem.write(inside, mem.read(inside) + 1)
  check(mem.read(inside) === 1, 'two are inside')
  mem.write(inside, mem.read(inside) - 1)
  exit(t, tail, node)
}

export default defineProgram({
  name: 'mcs',
  about: "n users of Mellor-Crummey and Scott's queue lock; its waits are events enabled by their condition",
  params: { n: 2 },
  memory: ({ n }) => ({ tail: 1, nodes: 2 * n, inside: 1 }),
  threads: ({ n }, { tail, nodes, inside }) =>
    Array.from({ length: n }, (_, i) => call(user, tail, nodes + 2 * i, inside)),
})
