import { type Addr, type Thread, call, defineProgram } from '@holdfast/explorer'

function contender(t: Thread, x: Addr, me: number) {
  const { mem } = t
  mem.cas(x, 0, me)
}

export default defineProgram({
  name: 'cas',
  about: 'n threads compare and swap once: the first wins, and the others only read: n traces',
  params: { n: 3 },
  memory: () => ({ x: 1 }),
  threads: ({ n }, { x }) => Array.from({ length: n }, (_, i) => call(contender, x, i + 1)),
})
