import { type Addr, type Thread, call, defineProgram } from '@holdfast/explorer'

function side(t: Thread, from: Addr, to: Addr) {
  const { mem } = t
  mem.load(from)
  mem.store(to, 1)
}

export default defineProgram({
  name: 'lb',
  about: 'load buffering: each loads one word, then stores the other: 3 traces',
  memory: () => ({ x: 1, y: 1 }),
  threads: (_, { x, y }) => [call(side, x, y), call(side, y, x)],
})
