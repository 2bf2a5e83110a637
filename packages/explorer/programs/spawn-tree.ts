import { type Addr, type Thread, call, defineProgram } from '@holdfast/explorer'

function node(t: Thread, sum: Addr, depth: number) {
  const { mem } = t
  if (depth === 0) {
    mem.add(sum, 1)
    return
  }
  const left = mem.spawn(call(node, sum, depth - 1))
  const right = mem.spawn(call(node, sum, depth - 1))
  mem.join(left)
  mem.join(right)
}

function root(t: Thread, sum: Addr, depth: number) {
  const { mem } = t
  node(t, sum, depth)
  if (mem.load(sum) !== 2 ** depth) throw new Error(`the sum is ${mem.load(sum)}`)
}

export default defineProgram({
  name: 'spawn-tree',
  about: 'threads that spawn two others and join them, d deep; the leaves add up: (2^d)! traces',
  params: { d: 2 },
  memory: () => ({ sum: 1 }),
  threads: ({ d }, { sum }) => [call(root, sum, d)],
})
