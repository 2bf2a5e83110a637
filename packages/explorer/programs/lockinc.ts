import { type Addr, type Thread, call, defineProgram } from '@holdfast/explorer'

function adder(t: Thread, m: Addr, x: Addr, k: number) {
  const { mem } = t
  for (let i = 0; i < k; i++) {
    mem.lock(m)
    mem.write(x, mem.read(x) + 1)
    mem.unlock(m)
  }
}

export default defineProgram({
  name: 'lockinc',
  about: 'n threads increment a word k times each under a mutex: (nk)! / (k!)^n traces',
  params: { n: 2, k: 1 },
  memory: () => ({ m: 1, x: 1 }),
  threads: ({ n, k }, { m, x }) => Array.from({ length: n }, () => call(adder, m, x, k)),
  check: (final, { n, k }, { x }) => (final.read(x) === n * k ? undefined : 'an increment was lost'),
})
