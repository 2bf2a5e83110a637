import { type Addr, type Thread, call, defineProgram } from '@holdfast/explorer'

function counter(t: Thread, x: Addr) {
  const { mem } = t
  for (let old = mem.load(x); ; ) {
    const found = mem.cas(x, old, old + 1)
    if (found === old) return
    old = found
  }
}

export default defineProgram({
  name: 'cas-counter',
  about: 'n threads increment a word by compare and swap, again and again until it works',
  params: { n: 2 },
  memory: () => ({ x: 1 }),
  threads: ({ n }, { x }) => Array.from({ length: n }, () => call(counter, x)),
  check: (final, { n }, { x }) => (final.read(x) === n ? undefined : `x is ${final.read(x)}, not ${n}`),
})
