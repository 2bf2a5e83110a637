import { type Addr, type Thread, call, defineProgram } from '@holdfast/explorer'

/** Craig, and Landin and Hagersten: each waits for the node of who came before. Node 0 is free from the start. */
function contender(t: Thread, tail: Addr, nodes: Addr, data: Addr, mine: number) {
  const { mem } = t
  mem.write(nodes + mine, 1)
  const before = mem.exchange(tail, mine)
  mem.await(nodes + before, 0)
  mem.write(data, mem.read(data) + 1)
  mem.store(nodes + mine, 0)
}

export default defineProgram({
  name: 'clh',
  about: 'the queue lock of Craig, Landin and Hagersten, n threads: n! traces',
  params: { n: 3 },
  memory: ({ n }) => ({ tail: 1, nodes: n + 1, data: 1 }),
  threads: ({ n }, { tail, nodes, data }) =>
    Array.from({ length: n }, (_, i) => call(contender, tail, nodes, data, i + 1)),
  check: (final, { n }, { data }) =>
    final.read(data) === n ? undefined : `${n} counted to ${final.read(data)}`,
})
