import { type Addr, type Thread, call, defineProgram } from '@holdfast/explorer'

function inc(t: Thread, x: Addr) {
  const { mem } = t
  const r = mem.load(x)
  mem.store(x, r + 1)
}

export default defineProgram({
  name: 'inc',
  about: 'n threads load a word and store it plus one: (n!)^2 traces',
  params: { n: 2 },
  memory: () => ({ x: 1 }),
  threads: ({ n }, { x }) => Array.from({ length: n }, () => call(inc, x)),
})
