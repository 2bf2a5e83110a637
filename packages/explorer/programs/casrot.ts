import { type Addr, type Thread, call, defineProgram } from '@holdfast/explorer'

function turn({ mem }: Thread, x: Addr, from: number) {
  mem.cas(x, from, from + 1)
}

export default defineProgram({
  name: 'casrot',
  about:
    'n threads, of which each turns its own number into the next: most swaps fail, and what fails only reads',
  params: { n: 4 },
  memory: () => ({ x: 1 }),
  threads: ({ n }, { x }) => Array.from({ length: n }, (_, i) => call(turn, x, i)),
})
