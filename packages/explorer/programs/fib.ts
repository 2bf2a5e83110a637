import { type Addr, type Thread, call, defineProgram } from '@holdfast/explorer'

function adder(t: Thread, to: Addr, from: Addr, k: number) {
  const { mem } = t
  for (let i = 0; i < k; i++) mem.store(to, mem.load(to) + mem.load(from))
}

function fibonacci(n: number): number {
  let [a, b] = [1, 1]
  for (let i = 2; i < n; i++) [a, b] = [b, a + b]
  return b
}

export default defineProgram({
  name: 'fib',
  about: 'i += j against j += i, k times each: neither exceeds the Fibonacci number 2k + 2',
  params: { k: 2 },
  memory: () => ({ i: [1], j: [1] }),
  threads: ({ k }, { i, j }) => [call(adder, i, j, k), call(adder, j, i, k)],
  check: (final, { k }, { i, j }) =>
    Math.max(final.read(i), final.read(j)) <= fibonacci(2 * k + 2) ? undefined : 'too large',
})
