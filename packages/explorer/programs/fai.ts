import { type Addr, type Thread, call, defineProgram } from '@holdfast/explorer'

function adder(t: Thread, x: Addr, k: number) {
  const { mem } = t
  for (let i = 0; i < k; i++) mem.add(x, 1)
}

export default defineProgram({
  name: 'fai',
  about: 'n threads fetch-and-add k times each: (nk)! / (k!)^n traces',
  params: { n: 2, k: 2 },
  memory: () => ({ x: 1 }),
  threads: ({ n, k }, { x }) => Array.from({ length: n }, () => call(adder, x, k)),
  check: (final, { n, k }, { x }) => (final.read(x) === n * k ? undefined : 'an addition was lost'),
})
