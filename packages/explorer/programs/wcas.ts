import { type Addr, type Thread, call, defineProgram } from '@holdfast/explorer'

function writer({ mem }: Thread, x: Addr) {
  mem.store(x, 2)
}

function swapper({ mem }: Thread, x: Addr) {
  mem.cas(x, 2, 3)
}

export default defineProgram({
  name: 'wcas',
  about: 'one store enables n swaps, of which one succeeds: n 2^(n-1) + 1 traces',
  params: { n: 2 },
  memory: () => ({ x: 1 }),
  threads: ({ n }, { x }) => [call(writer, x), ...Array.from({ length: n }, () => call(swapper, x))],
})
