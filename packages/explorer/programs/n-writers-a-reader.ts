import { type Addr, type Thread, call, defineProgram } from '@holdfast/explorer'

function writer(t: Thread, x: Addr, i: number) {
  const { mem } = t
  mem.store(x, i)
}

function reader(t: Thread, x: Addr) {
  const { mem } = t
  mem.load(x)
}

export default defineProgram({
  name: 'n-writers-a-reader',
  about: 'n threads write a word that one reads: (n + 1)! traces',
  params: { n: 3 },
  memory: () => ({ x: 1 }),
  threads: ({ n }, { x }) => [
    call(reader, x),
    ...Array.from({ length: n }, (_, i) => call(writer, x, i + 1)),
  ],
})
