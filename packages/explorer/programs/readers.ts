import { type Addr, type Thread, call, defineProgram } from '@holdfast/explorer'

function writer(t: Thread, x: Addr) {
  const { mem } = t
  mem.store(x, 42)
}

function reader(t: Thread, x: Addr) {
  const { mem } = t
  mem.load(x)
}

export default defineProgram({
  name: 'readers',
  about: 'one thread writes a word that n others read: 2^n traces',
  params: { n: 2 },
  memory: () => ({ x: 1 }),
  threads: ({ n }, { x }) => [call(writer, x), ...Array.from({ length: n }, () => call(reader, x))],
})
