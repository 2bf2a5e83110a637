import { type Addr, type Thread, call, check, defineProgram } from '@holdfast/explorer'

function writer(t: Thread, a: Addr, j: number) {
  const { mem } = t
  mem.store(a + j, mem.load(a + j - 1) + 1)
}

function reader(t: Thread, a: Addr, n: number) {
  const { mem } = t
  let i = n
  while (mem.load(a + i) !== 0) i--
  check(i >= 0, 'a[0] is 0')
}

export default defineProgram({
  name: 'lastzero',
  about: 'writer j sets a[j] = a[j-1] + 1; a reader looks for the last 0: (n + 3) 2^(n-2) traces',
  params: { n: 5 },
  memory: ({ n }) => ({ a: n + 1 }),
  threads: ({ n }, { a }) => [
    call(reader, a, n),
    ...Array.from({ length: n }, (_, j) => call(writer, a, j + 1)),
  ],
})
