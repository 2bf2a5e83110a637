import { type Addr, type Thread, call, defineProgram } from '@holdfast/explorer'

const PRIME = 1
const CROSSED = 2

/** The first place stands for 2. */
function sieve({ mem }: Thread, numbers: Addr, n: number) {
  for (let p = 2; p < n + 2; p++) {
    const at = numbers + p - 2
    if (mem.load(at) !== 0) continue
    mem.store(at, PRIME)
    for (let multiple = 2 * p; multiple < n + 2; multiple += p) mem.store(numbers + multiple - 2, CROSSED)
  }
}

export default defineProgram({
  name: 'eratosthenes',
  about: 'two threads sieve the same n numbers: which are stored depends on how far the other is',
  params: { n: 5 },
  memory: ({ n }) => ({ numbers: n }),
  threads: ({ n }, { numbers }) => [call(sieve, numbers, n), call(sieve, numbers, n)],
  // Who comes late may take a multiple for a prime, but no prime is ever crossed out.
  check: (final, { n }, { numbers }) =>
    n === 0 || final.read(numbers) === PRIME ? undefined : '2 is no prime',
})
