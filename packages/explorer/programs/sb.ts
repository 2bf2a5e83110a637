import { type Addr, type Thread, call, defineProgram } from '@holdfast/explorer'

function side(t: Thread, mine: Addr, other: Addr) {
  const { mem } = t
  mem.store(mine, 1)
  mem.load(other)
}

export default defineProgram({
  name: 'sb',
  about: 'store buffering: each stores its own word, then loads the other: 3 traces',
  memory: () => ({ x: 1, y: 1 }),
  threads: (_, { x, y }) => [call(side, x, y), call(side, y, x)],
})
