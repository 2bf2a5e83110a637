import { type Addr, type Thread, call, defineProgram } from '@holdfast/explorer'

function writer(t: Thread, x: Addr, i: number) {
  const { mem } = t
  mem.store(x, i)
}

export default defineProgram({
  name: 'writers',
  about: 'n threads write the same word: n! traces',
  params: { n: 3 },
  memory: () => ({ x: 1 }),
  threads: ({ n }, { x }) => Array.from({ length: n }, (_, i) => call(writer, x, i + 1)),
})
