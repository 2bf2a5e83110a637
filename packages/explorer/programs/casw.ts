import { type Addr, type Thread, call, defineProgram } from '@holdfast/explorer'

function claim({ mem }: Thread, x: Addr, me: number) {
  mem.cas(x, 0, me)
  mem.store(x, me)
}

export default defineProgram({
  name: 'casw',
  about: 'n threads swap if they are the first, and then store anyhow: 6, 66, 1200 traces',
  params: { n: 2 },
  memory: () => ({ x: 1 }),
  threads: ({ n }, { x }) => Array.from({ length: n }, (_, i) => call(claim, x, i + 1)),
})
